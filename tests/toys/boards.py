"""Boards of the explorer: made-up brands and influencers, few or many."""

import numpy as np
import pandas as pd
from morning.report.explorer.page import Board

CATEGORIES = ["beauty", "drink", "fashion", "food", "sport", "travel"]
LANGUAGES = ["de", "en", "es", "fr", "ja", "pt"]
FIRST = ["Ada", "Bela", "Chiara", "Dario", "Emi", "Farid", "Greta", "Hugo", "Inga", "Jonas"]
LAST = ["cooks", "runs", "travels", "paints", "bakes", "climbs", "styles", "gardens", "films"]


def board(shape=(6, 300), **changes):
    """Return a board of so many brands and influencers, changed by keyword."""
    rng = np.random.default_rng(0)
    brands, influencers = shape
    followers = np.round(10 ** rng.uniform(3, 5, influencers))
    followers[::37] = np.nan
    names = [f"{FIRST[i % 10]} {LAST[i // 10 % 9]} {i}" for i in range(influencers)]
    table = pd.DataFrame(
        {
            "influencer": names,
            "followers": followers,
            "posts": rng.integers(20, 900, influencers),
            "engagement": np.round(rng.lognormal(-3.2, 0.7, influencers), 5),
            "language": rng.choice(LANGUAGES, influencers),
            "suspicious": rng.random(influencers) < 0.04,
            "city": [f"Town {i % 90}" for i in range(influencers)],
        }
    )
    partners = [sorted(rng.permutation(influencers)[:5].tolist()) for _ in range(brands)]
    parts = {
        "f": rng.normal(0.9, 0.35, shape),
        "g": rng.normal(0.5, 0.25, shape),
        "h": rng.normal(0.0, 0.3, shape),
        "popularity": -np.abs(rng.normal(0.35, 0.2, (1, influencers))) * np.ones((brands, 1)),
    }
    score = sum(parts.values())
    for brand, rows in enumerate(partners):  # partners fit better than most
        parts["f"][brand, rows] += 1.0
    best = np.argsort(-score, axis=1)[:, :20]
    reasons = {
        (brand, int(i)): (
            ["Both write about bread, flour and sourdough.", "Both show kitchens and tables."],
            ["Their followers write of travel, those of the brand do not."],
        )
        for brand in range(brands)
        for i in best[brand]
    }
    ends = [int(each) for each in influencers * np.array([0.01, 0.05, 0.2, 1])]
    starts = [1, *(end + 1 for end in ends[:-1])]
    worth = [
        (start, end, share, share * 0.75, share * 1.25)
        for start, end, share in zip(starts, ends, [0.49, 0.22, 0.06, 0.004], strict=True)
    ]
    given = {
        "brands": [f"Brand {i + 1}" for i in range(brands)],
        "categories": [CATEGORIES[i % 6] for i in range(brands)],
        "influencers": table,
        "parts": parts,
        "partners": partners,
        "worth": [worth] * brands,
        "reasons": reasons,
        "notes": [
            ["Of this brand, five posts are known: its ranking is less certain than others."]
            if i % 2
            else []
            for i in range(brands)
        ],
        "about": "A made-up board, for tests; nobody in it exists.",
    }
    return Board(**given | changes)
