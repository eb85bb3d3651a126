"""A ranking that is written out: two test brands and eight candidates, and who is like whom."""

import numpy as np
import pandas as pd
from morning.evaluation import Task
from morning.features import FeatureSet

#: Topics of eight candidates: m0 and m1 (partners) and m6 are alike, the others are not.
TOPICS = {0: 0, 1: 0, 2: 1, 3: 2, 4: 3, 5: 4, 6: 0, 7: 5}


class Fixed:
    """Stands for a trained model: the scores of every brand are a table."""

    def __init__(self, **scores):
        self.scores = {part: np.array(table, float) for part, table in scores.items()}

    def score(self, features, task):
        return {part: np.tile(x, (len(task.brands), 1)) for part, x in self.scores.items()}


def world(partners=(0, 1, 3), categories=("drink", "food")):
    """Return two test brands with the same partners, a training brand, and eight influencers."""
    names = ["old", "bar", "diner", *(f"m{i}" for i in range(8))]
    accounts = pd.DataFrame(
        {
            "account_id": names,
            "role": ["brand"] * 3 + ["influencer"] * 8,
            "category": ["food", *categories, *[None] * 8],
            "split": ["train", "test", "test", *[None] * 8],
        }
    )
    pairs = [("old", "m2"), ("old", "m7")]
    pairs += [(brand, f"m{i}") for brand in ("bar", "diner") for i in partners]
    topics = np.full((11, 6), 0.01, np.float32)
    topics[np.arange(3), [1, 0, 0]] = 0.95
    topics[np.arange(3, 11), list(TOPICS.values())] = 0.95
    features = FeatureSet(
        accounts,
        pd.DataFrame(pairs, columns=["brand_id", "influencer_id"]),
        {"content_topics": topics},
    ).validate()
    positives = np.zeros((2, 8), bool)
    positives[:, list(partners)] = True
    brands, influencers = np.array([1, 2]), np.arange(3, 11)
    return features, Task(brands, influencers, positives, np.array(categories), "all")


#: m2 is first, m0 second, m6 and m7 share the last rank but one, m3 is last.
MODELS = [
    Fixed(f=[4, 3, 5, 0, 2, 1, 0.5, 0.5], F=[8, 6, 10, 0, 4, 2, 1, 1]),
    Fixed(f=[4, 3, 5, 0, 2, 1, 0.5, 0.5], F=[8, 6, 10, 0, 4, 2, 1, 1]),
]
