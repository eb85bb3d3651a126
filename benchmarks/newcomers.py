"""Are brands that come later ranked as well as those of a run? Takes two minutes a world.

    python -m benchmarks.newcomers [--worlds 5] [--first 300]

In each generated world, twenty test brands, of which nothing was fitted, are encoded from eight of
their posts, with their audience and without, and ranked. Prints clean AUC beside that of the
same brands as the run knows them, whole and without their audience, and how the stated shares
of partners by rank agree with what is observed.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from morning.dataset import Dataset
from morning.evaluation import Task, brand_statistics, official_task
from morning.features import FeatureSet
from morning.models import Best
from morning.recommend.chance import Chances, only, partners_by_rank
from morning.recommend.recommender import Recommender
from morning.run import Run

from benchmarks.worlds import prepared

BRANDS, POSTS = 20, 8
#: Ranks that are looked at together.
RANGES = {"1 to 10": slice(0, 10), "11 to 50": slice(10, 50), "beyond": slice(50, None)}


def brand_alone(dataset: Dataset, brand: str, audience: bool) -> Dataset:
    """Return a brand with eight of its posts, and with its audience or without."""
    members = dataset.audiences[(dataset.audiences["account_id"] == brand) & audience]
    own = dataset.posts[dataset.posts["account_id"] == brand].head(POSTS)
    others = dataset.posts[dataset.posts["account_id"].isin(members["audience_id"])]
    return replace(
        dataset,
        accounts=dataset.accounts[
            dataset.accounts["account_id"].isin({brand, *members["audience_id"]})
        ],
        posts=pd.concat([own, others], ignore_index=True),
        audiences=members,
        collaborations=dataset.collaborations[:0],
    )


def asked(features: FeatureSet, pool: str) -> Task:
    """Return the task of twenty test brands among the candidates of all of them."""
    whole = official_task(features, pool)
    return replace(
        whole,
        brands=whole.brands[:BRANDS],
        positives=whole.positives[:BRANDS],
        categories=whole.categories[:BRANDS],
    )


def world(seed: int) -> tuple[dict[str, float], list[dict[str, object]]]:
    """Return AUC by what is known of brands, and stated beside observed shares of partners."""
    with TemporaryDirectory() as temporary:
        run = Run(Path(temporary) / "run")
        dataset, features = prepared(seed, Path(temporary))
        features.save(run.vectors)
        (Path(temporary) / "prepared").rename(run.prepared)
        Best.fit(features).save(run.best)
        Chances.fit(features).save(run.chances)
        return reached(Recommender.load(run), dataset)


def reached(
    recommender: Recommender, dataset: Dataset
) -> tuple[dict[str, float], list[dict[str, object]]]:
    """Return the same of a run whose data are at hand."""
    model, features = recommender.model, recommender.features
    on, everyone = asked(features, "split"), asked(features, "all")
    ids = features.accounts["account_id"].to_numpy()[on.brands]
    rows = model.rows(features, on.brands)
    own = [block for block in features.blocks if not block.startswith("audience")]
    known = {
        "in the run": (rows, frozenset(features.blocks)),
        "in the run, without audience": (only(model, rows, own), frozenset(own)),
    }
    for name, audience in (("eight posts and audience", True), ("eight posts", False)):
        encoded = [recommender.encode(brand_alone(dataset, b, audience)) for b in ids]
        blocks = frozenset(b for b in features.blocks if all(e.known[b].all() for e in encoded))
        own_rows = [model.rows(e.features, e.features.brands()) for e in encoded]
        known[name] = (only(model, np.vstack(own_rows), blocks), blocks)
    auc, shares = {}, []
    for name, (x, blocks) in known.items():
        scores = model.score_rows(x, model.rows(features, on.influencers))["F"]
        auc[name] = brand_statistics(scores, on.positives, on.categories).metrics()["auc_clean"]
        scores = model.score_rows(x, model.rows(features, everyone.influencers))["F"]
        partners = partners_by_rank(scores, everyone.positives)
        stated = recommender.chances.by_known[blocks].at(np.arange(1, partners.shape[1] + 1))
        for ranks, part in RANGES.items():
            shares.append(
                {
                    "known": name,
                    "ranks": ranks,
                    "observed": partners[:, part].mean(),
                    **stated.iloc[part].fillna({"chance_low": 0, "chance_high": 0}).mean(),
                }
            )
    return auc, shares


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
    table = pd.DataFrame(shares).groupby(["known", "ranks"], sort=False).mean()
    print(table.round(4).to_string())


if __name__ == "__main__":
    main()
