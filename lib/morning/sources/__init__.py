"""Where a Dataset or FeatureSet comes from."""

from morning.sources import public
from morning.sources.source import Source, load

__all__ = ["Source", "load", "public"]
