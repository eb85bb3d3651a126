"""A data source by name: the public benchmark, or a folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from morning.dataset import Dataset
from morning.errors import MorningError
from morning.features import FeatureSet
from morning.features.featureset import is_feature_set
from morning.sources import public


@dataclass(frozen=True)
class Source:
    """Where a run starts from.

    Attributes
    ----------
    name : str
        `public`, or the folder's path.
    dataset : Dataset
        The tables that exist; posts and audiences may be empty.
    features : FeatureSet or None
        Vectors, where the source has them ready.
    """

    name: str
    dataset: Dataset
    features: FeatureSet | None = None


def load(data: str | Path, mirror: str | Path | None = None) -> Source:
    """Open a data source.

    Parameters
    ----------
    data : str or path
        `public`, or a folder that holds a Dataset or a FeatureSet.
    mirror : path, optional
        For `public`: folder to read instead of the network; default `MORNING_MIRROR`.

    Raises
    ------
    MorningError
        If there is no such source.
    """
    if data == "public":
        return Source("public", public.dataset(mirror), public.load(mirror))
    folder = Path(data)
    if not folder.is_dir():
        raise MorningError(f"no data source {data!r}: give `public` or an existing folder")
    if is_feature_set(folder):
        features = FeatureSet.load(folder)
        tables = Dataset(accounts=features.accounts, collaborations=features.collaborations)
        return Source(str(folder), tables.validate(), features)
    return Source(str(folder), Dataset.load(folder))
