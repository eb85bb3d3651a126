"""The page "from 10³ to 10⁸ influencers": what was measured, and what is planned beyond it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from morning.files import read_json

from morning_book import RESULTS
from morning_book.beyond import Cluster, Posts, Prices, Units, plan, simulate, units_of
from morning_book.speed import BENCHMARKS, machine

SCALE = RESULTS / "scale.json"
