"""Vectors per account: the FeatureSet and what computes its blocks."""

from morning.features.block import BLOCKS, KINDS, PERSPECTIVES
from morning.features.featureset import FeatureSet

__all__ = ["BLOCKS", "KINDS", "PERSPECTIVES", "FeatureSet"]
