"""The demo's planted preference as a ranking: the ceiling for anyone."""

from __future__ import annotations

import numpy as np
import pandas as pd

from morning.evaluation import Task, evaluate
from morning.places import data_folder
from morning.roster import Roster
from morning.sources import demo


def oracle_table(roster: Roster, task: Task) -> pd.DataFrame:
    """Return the metrics of ranking by the planted preference and by each of its parts.

    Parameters
    ----------
    roster : Roster
        The demo's accounts.
    task : Task
    """
    truth = demo.truth(data_folder() / "demo")
    ids = roster.accounts["account_id"]
    rows = pd.Index(truth.brand_ids).get_indexer(ids.iloc[task.brands])
    columns = pd.Index(truth.influencer_ids).get_indexer(ids.iloc[task.influencers])
    rankings = {"oracle": truth.scores, **{f"{k} part": v for k, v in truth.parts.items()}}
    table = {
        name: evaluate(scores[np.ix_(rows, columns)], task.positives, task.categories)
        for name, scores in rankings.items()
    }
    shown = ["auc", "cauc", "recall@10", "recall@50", "mrr", "map", "medr"]
    return pd.DataFrame(table).T[shown].map("{:.3f}".format)
