"""Are brands that come later ranked as well as those of a run? Takes two minutes a world.

    python -m benchmarks.newcomers [--worlds 5] [--first 300]

In each generated world, twenty test brands, of which nothing was fitted, are encoded from eight of
their posts, with their audience and without, and ranked. Prints clean AUC beside that of the
same brands as the run knows them, whole and without their audience, and how the stated shares
of partners by rank agree with what is observed.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
from morning.recommend.recommender import Recommender
from morning.studies.newcomers import newcomers

from benchmarks.worlds import run_of

BRANDS = 20


def world(seed: int) -> tuple[dict[str, float], list[dict[str, object]]]:
    """Return clean AUC by what is known of brands, and stated beside observed shares."""
    with TemporaryDirectory() as temporary:
        dataset, run = run_of(seed, Path(temporary))
        rows, shares = newcomers(Recommender.load(run), dataset, BRANDS)
        return {row["method"]: row["auc_clean"] for row in rows}, shares


def main() -> None:
    """Go through the worlds and print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=5)
    parser.add_argument("--first", type=int, default=300)
    given = parser.parse_args()
    auc: dict[int, dict[str, float]] = {}
    shares: list[dict[str, object]] = []
    for seed in range(given.first, given.first + given.worlds):
        auc[seed], found = world(seed)
        shares += found
        print(seed, {name: round(value, 3) for name, value in auc[seed].items()}, flush=True)
    print(pd.DataFrame(auc).T.agg(["mean", "min"]).round(4).to_string())
    table = pd.DataFrame(shares).groupby(["known", "ranks"], sort=False)
    print(table[["stated", "low", "high", "observed"]].mean().round(4).to_string())


if __name__ == "__main__":
    main()
