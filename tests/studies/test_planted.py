"""The planted preference of a small demo world, ranked by account id."""

import numpy as np
import pytest
from morning.evaluation import METRICS, evaluate, official_task
from morning.features import FeatureSet
from morning.sources import demo
from morning.studies.planted import planted_metrics


def test_the_oracle_and_its_parts(tmp_path, monkeypatch):
    monkeypatch.setenv("MORNING_DATA", str(tmp_path))
    folder = tmp_path / "demo"
    world = demo.generate(folder, brands=120, influencers=40, posts=1, audience=0, picture_size=16)
    accounts = world.accounts.sample(frac=1, random_state=0, ignore_index=True)
    features = FeatureSet(accounts, world.collaborations, {}, source="demo")
    on = official_task(features)
    found = planted_metrics(features, on)
    truth = demo.truth(folder)
    assert found.index.tolist() == ["oracle", *(f"{part} part" for part in truth.parts)]
    ids = accounts["account_id"].tolist()
    rows = [truth.brand_ids.tolist().index(ids[b]) for b in on.brands]
    columns = [truth.influencer_ids.tolist().index(ids[m]) for m in on.influencers]
    scores = np.array([[truth.scores[b, m] for m in columns] for b in rows])
    expected = evaluate(scores, on.positives, on.categories)
    assert found.loc["oracle"].to_dict() == pytest.approx(expected, nan_ok=True)
    assert tuple(found.columns) == tuple(METRICS)


def test_nothing_was_planted_elsewhere(tiny_features):
    features = tiny_features()
    assert planted_metrics(features, official_task(features)) is None
