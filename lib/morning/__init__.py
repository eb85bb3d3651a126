"""MORNING: micro-influencer recommendation by multi-perspective account representations."""

from importlib.metadata import PackageNotFoundError, version

from morning import evaluation, sources
from morning.dataset import Dataset
from morning.errors import ContractError, MorningError
from morning.features import FeatureSet

try:
    __version__ = version("morning")
except PackageNotFoundError:  # a checkout that is not installed
    __version__ = "0"

__all__ = ["ContractError", "Dataset", "FeatureSet", "MorningError", "evaluation", "sources"]
