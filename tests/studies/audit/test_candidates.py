"""Ranking everyone, with models whose scores are known."""

import numpy as np
import pytest
from morning.evaluation import METRICS, evaluate
from morning.studies.audit.candidates import EVERYONE, everyone_row
from toys.audited import shared, subject_of


def test_every_influencer_is_a_candidate():
    subject = subject_of(shared())
    features = subject.features
    row = everyone_row(subject)
    assert (row["method"], row["brands"], row["candidates"]) == (EVERYONE, 8, 36)
    assert row["positives"] == 24
    brands, influencers = features.brands("test"), features.influencers()
    positives = features.positives(brands, influencers)
    tables = [model.table[np.ix_(brands, influencers)] for model in subject.models]
    found = [evaluate(table, positives, features.categories(brands)) for table in tables]
    for metric in METRICS:
        assert row[metric] == pytest.approx(np.mean([values[metric] for values in found]))
    # Negatives of these are partners of other test brands, whoever else is ranked.
    for metric in ("auc", "cauc", "cauc_clean"):
        assert row[metric] == pytest.approx(subject.row[metric])
    assert row["recall@10"] < subject.row["recall@10"]
