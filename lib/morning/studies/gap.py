"""Why a reproduction falls short of the published number: what each experiment is worth.

Works on rows that were computed before, by experiment, see `EXPERIMENTS`. One that is not there,
or a grid that is not whole, is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import norm

from morning.run import read_results
from morning.studies.recipes import FACTORS, best_by_validation

Row = Mapping[str, Any]

#: What may be there, see `make evidence`.
EXPERIMENTS = (
    "grid",
    "code",
    "code_whole",
    "bamir",
    "sampling",
    "refitted",
    "splits",
    "everyone",
)


def read_experiments(folder: str | Path) -> dict[str, list[Row]]:
    """Return the rows of every experiment by name; none where it was not run."""
    paths = {name: Path(folder) / f"{name}.json" for name in EXPERIMENTS}
    return {n: read_results(path)["rows"] if path.is_file() else [] for n, path in paths.items()}


def curves(found: Mapping[str, Sequence[Row]]) -> dict[str, Row]:
    """Return the trainings of other recipes than the paper's, by what a picture calls them."""
    names = {"code": "released program", "code_whole": "released program, whole"}
    named = {name: found[key][0] for key, name in names.items() if found.get(key)}
    return named | {f"BAMIR, {row['method']}": row for row in found.get("bamir", [])}


def is_whole(grid: Sequence[Row]) -> bool:
    """Whether every recipe of the grid is there."""
    return len(grid) == np.prod([len(levels) for levels in FACTORS.values()])


@dataclass(frozen=True)
class Effect:
    """How much one factor moves a metric of the test brands.

    Attributes
    ----------
    factor, level : str
        The level is held against the factor's first.
    value : float
        Mean over all settings of the other factors.
    noise : float
        Half of a 95 % interval by the seeds alone: the brands are the same on both sides.
    """

    factor: str
    level: str
    value: float
    noise: float


def levels_of(row: Row) -> dict[str, str]:
    """Return the level of each factor in a row of the grid."""
    return dict(zip(FACTORS, row["method"].split("-"), strict=True))


def main_effects(rows: Sequence[Row], metric: str = "auc") -> list[Effect]:
    """Return the effect of each factor's second level, over a whole grid; empty without one."""
    if not is_whole(rows):
        return []
    effects = []
    for factor, levels in FACTORS.items():
        first, second = levels
        sides = {
            level: [row for row in rows if levels_of(row)[factor] == level] for level in levels
        }
        means = {level: np.mean([row[metric] for row in side]) for level, side in sides.items()}
        errors = [row["sd"][metric] ** 2 / row["seeds"] for row in rows]
        error = 2 / len(rows) * float(np.sqrt(np.sum(errors)))
        value = float(means[second] - means[first])
        effects.append(Effect(factor, second, value, float(norm.ppf(0.975)) * error))
    return effects


@dataclass(frozen=True)
class Share:
    """One cause that was held against the gap.

    Attributes
    ----------
    cause : str
    change : float
        What it is worth in AUC of the test brands.
    how : str
        What was compared, and how the better one was chosen.
    """

    cause: str
    change: float
    how: str


def shares(found: Mapping[str, Sequence[Row]]) -> list[Share]:
    """Return what each cause is worth, those alone whose experiment is there.

    Parameters
    ----------
    found : mapping of experiment to rows
    """
    grid = found.get("grid", [])
    if not is_whole(grid):
        return []
    paper, chosen = grid[0], best_by_validation(grid)
    shown = [
        Share(
            "initialisation, L1, dropout and projections",
            chosen["auc"] - paper["auc"],
            f"the recipe {chosen['method']}, chosen on validation brands, against the paper's",
        )
    ]
    if sampled := found.get("sampling"):
        best = best_by_validation(sampled)
        change = best["auc"] - sampled[0]["auc"]
        how = f"{best['method']}, chosen on validation brands, against {sampled[0]['method']}"
        shown.append(Share("how pairs are drawn", change, how))
    rules = chosen["selection"]
    shown.append(
        Share(
            "choosing the epoch by MAP",
            rules["validation MAP"]["auc"] - rules["validation"]["auc"],
            "the same trainings, at another epoch",
        )
    )
    shown.append(
        Share(
            "choosing the epoch on the test brands",
            rules["best test AUC"]["auc"] - rules["validation"]["auc"],
            "the same trainings, at an epoch that nobody could have known",
        )
    )
    again = {row["method"]: row for row in found.get("refitted", [])}
    if chosen["method"] in again:
        change = again[chosen["method"]]["auc"] - chosen["auc"]
        shown.append(Share("training on all 286 brands", change, "the same recipe, as many epochs"))
    dealt = {row["method"]: row["over_splits"] for row in found.get("splits", [])}
    if chosen["method"] in dealt:
        mean = float(np.mean([on["auc"] for on in dealt[chosen["method"]]]))
        how = "the mean of ten random splits against the official one"
        shown.append(Share("another split of the brands", mean - chosen["auc"], how))
    return shown
