"""Rivals and controls under one contract, and the registry of those that a table names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from morning.errors import MorningError
from morning.features import BLOCKS
from morning.features.rivals.inputs import NEEDS, Concepts, History, Inputs
from morning.files import read_json
from morning.rankers.camera import Camera, CameraOptions, Catr
from morning.rankers.category import CategoryOptions, CategoryOracle, CategoryPredictor
from morning.rankers.cosine import Cosine, CosineOptions, Sbr
from morning.rankers.hptr import Hptr
from morning.rankers.mir import Mir, MirOptions
from morning.rankers.miv import FACTORS, Miv, MivOptions
from morning.rankers.morning import MorningOptions, MorningRanker
from morning.rankers.nearest import NearestBrands
from morning.rankers.popularity import Popularity
from morning.rankers.rand import Rand, expectation
from morning.rankers.ranker import MissingInput, Ranker
from morning.rankers.ridge import RidgeBilinear
from morning.rankers.two_tower import TwoTower

__all__ = [
    "FACTORS",
    "METHODS",
    "NEEDS",
    "Concepts",
    "History",
    "Inputs",
    "MissingInput",
    "Ranker",
    "expectation",
    "load_ranker",
    "ranker",
]

_RANKERS: tuple[Ranker, ...] = (
    Rand(),
    Miv(),
    *(Miv(MivOptions((factor,))) for factor in FACTORS),
    Sbr(),
    *(Mir(MirOptions(k=k)) for k in (2, 3, 4)),
    Hptr(),
    Catr(),
    Camera(),
    Camera(CameraOptions(pairing="released")),
    MorningRanker(),
    MorningRanker(MorningOptions(l1=(0.0, 1e-4, 1e-3))),
    Popularity(),
    Cosine(),
    *(Cosine(CosineOptions((block,))) for block in BLOCKS),
    NearestBrands(),
    RidgeBilinear(),
    TwoTower(),
    CategoryPredictor(),
    CategoryPredictor(CategoryOptions(brand_category="predicted")),
    CategoryOracle(),
)


@dataclass(frozen=True)
class Method:
    """A row of the comparison.

    Attributes
    ----------
    ranker : type
        The class.
    options : dataclass
        Its options.
    """

    ranker: type[Ranker]
    options: Any


#: Name in the tables -> class and options.
METHODS: Mapping[str, Method] = MappingProxyType(
    {r.name: Method(type(r), r.options) for r in _RANKERS}
)


def ranker(name: str, **changes: Any) -> Ranker:
    """Return a fresh ranker by its name in the tables, with changed options if any.

    Raises
    ------
    MorningError
        If there is none of that name, or it has no such option.
    """
    if name not in METHODS:
        raise MorningError(f"unknown method {name!r}; known are {', '.join(METHODS)}")
    method = METHODS[name]
    try:
        return method.ranker(replace(method.options, **changes))
    except TypeError as error:
        raise MorningError(f"{name}: {error}") from error


def load_ranker(folder: str | Path) -> Ranker:
    """Read a fitted ranker of whatever class.

    Raises
    ------
    MorningError
        If none is there or readable.
    """
    classes = {method.ranker.kind: method.ranker for method in METHODS.values()}
    try:
        kind = str(read_json(Path(folder) / "ranker.json")["kind"])
        found = classes[kind]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise MorningError(f"{folder}: no readable ranker here ({error!r})") from error
    return found.load(folder)
