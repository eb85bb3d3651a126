"""Small ranking tasks, written out or drawn."""

import numpy as np
from hypothesis import strategies as st
from morning.evaluation import Task, brand_statistics


def make_task(positives, categories):
    positives = np.array(positives, dtype=bool)
    brands, influencers = map(np.arange, positives.shape)
    return Task(brands, influencers + len(brands), positives, np.array(categories, dtype=str))


def metrics_of(scores, on):
    return brand_statistics(scores, on.positives, on.categories).metrics()


@st.composite
def ranked_tasks(draw):
    """Scores with ties, and a task in which every brand has a partner and a stranger."""
    b, m = draw(st.integers(1, 5)), draw(st.integers(2, 7))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    positives = rng.random((b, m)) < 0.4
    positives[:, 0], positives[:, 1] = True, False
    categories = rng.choice(["food", "auto"], b)
    return rng.integers(0, 4, (b, m)).astype(float), make_task(positives, categories)
