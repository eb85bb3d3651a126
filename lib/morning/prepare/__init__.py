"""From a data source to vectors.

A source with vectors hands them on; a source with raw posts has them computed. What cannot be
computed is left out with a note, never made up.
"""
