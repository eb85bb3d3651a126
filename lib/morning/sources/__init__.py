"""Where a Dataset or FeatureSet comes from."""

from morning.sources import public

__all__ = ["public"]
