"""The demo's planted preference as a ranking: the ceiling for anyone."""

from __future__ import annotations

import numpy as np
import pandas as pd

from morning.evaluation import METRICS, Task, evaluate
from morning.features import FeatureSet
from morning.places import data_folder
from morning.sources import demo


def planted_metrics(features: FeatureSet, task: Task) -> pd.DataFrame | None:
    """Return the metrics of ranking by the planted preference and by each of its parts.

    Parameters
    ----------
    features : FeatureSet
    task : Task

    Returns
    -------
    DataFrame, columns `METRICS`, or None
        None where the vectors are not the demo's: nothing was planted.
    """
    if features.source != "demo":
        return None
    truth = demo.truth(data_folder() / "demo")
    ids = features.accounts["account_id"]
    rows = pd.Index(truth.brand_ids).get_indexer(ids.iloc[task.brands])
    columns = pd.Index(truth.influencer_ids).get_indexer(ids.iloc[task.influencers])
    rankings = {"oracle": truth.scores, **{f"{k} part": v for k, v in truth.parts.items()}}
    found = {
        name: evaluate(scores[np.ix_(rows, columns)], task.positives, task.categories)
        for name, scores in rankings.items()
    }
    return pd.DataFrame(found).T[list(METRICS)]
