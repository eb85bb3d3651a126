"""Vectors per account: the FeatureSet and what computes its blocks."""

from morning.features.featureset import BLOCKS, PERSPECTIVES, FeatureSet

__all__ = ["BLOCKS", "PERSPECTIVES", "FeatureSet"]
