"""Where a Dataset or FeatureSet comes from."""

from morning.sources import archive, demo, folder, public
from morning.sources.source import Source, load

__all__ = ["Source", "archive", "demo", "folder", "load", "public"]
