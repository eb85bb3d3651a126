"""Tables that other programs wrote: files of any common format, and cells of any spelling."""

from morning.reading.column import Column, as_text
from morning.reading.counts import counts
from morning.reading.files import MAX_TABLE_BYTES, find, read, stays_inside
from morning.reading.identifiers import identifiers
from morning.reading.texts import names, numbers_or_text, pictures, texts, words
from morning.reading.times import times

__all__ = [
    "MAX_TABLE_BYTES",
    "Column",
    "as_text",
    "counts",
    "find",
    "identifiers",
    "names",
    "numbers_or_text",
    "pictures",
    "read",
    "stays_inside",
    "texts",
    "times",
    "words",
]
