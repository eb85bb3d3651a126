"""Partners that training has seen: left out, removed, and who is beaten by them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from morning.evaluation import brand_statistics
from morning.features.rivals.inputs import Inputs
from morning.rankers import ranker
from morning.studies.audit.seen import (
    beaten_by_training,
    seen_rows,
    wins,
    without_candidates,
)
from toys.audited import shared, subject_of
from toys.tasks import make_task, metrics_of, ranked_tasks
from toys.vectors import checkerboard


@given(ranked_tasks())
def test_counting_all_changes_nothing(drawn):
    scores, on = drawn
    found = brand_statistics(scores, on.positives, on.categories, on.positives).metrics()
    np.testing.assert_equal(found, metrics_of(scores, on))


def test_another_partner_is_no_rival():
    on = make_task([[1, 1, 0], [0, 0, 1]], ["food", "food"])
    scores = np.array([[3.0, 2.0, 1.0], [1.0, 2.0, 3.0]])
    counted = np.array([[False, True, False], [False, False, True]])
    found = brand_statistics(scores, on.positives, on.categories, counted).metrics()
    assert (found["mrr"], found["map"], found["auc"]) == (1.0, 1.0, 1.0)


def test_a_seen_partner_of_another_brand_stays_a_rival():
    """The first influencer is not counted for brand 0, but brand 1 still has to leave it behind."""
    on = make_task([[1, 1, 0], [0, 0, 1]], ["food", "food"])
    scores = np.array([[0.0, 2.0, 1.0], [3.0, 1.0, 2.0]])
    counted = np.array([[False, True, False], [False, False, True]])
    found = brand_statistics(scores, on.positives, on.categories, counted)
    assert found.rows["auc"].tolist() == [1, 2]  # brand 1 is still measured against both
    assert found.hits["auc"].tolist() == [1, 1]
    assert found.rows["auc_clean"].tolist() == [1, 2]


def test_removed_candidates_leave_with_their_pairs():
    on = make_task([[1, 0, 1], [0, 1, 0]], ["food", "auto"])
    smaller = without_candidates(on, np.array([False, False, True]))
    assert smaller.influencers.tolist() == [2, 3]
    assert smaller.positives.tolist() == [[True, False], [False, True]]


def test_wins_of_known_scores():
    on = make_task([[1, 1, 0, 0, 0], [1, 1, 1, 1, 1]], ["food", "auto"])
    scores = np.array([[2.0, 5.0, 1.0, 2.0, 3.0], [1.0, 2.0, 3.0, 4.0, 5.0]])
    found = wins(scores, on.positives)
    assert found[0, :2].tolist() == [0.5, 1.0]  # beats one, ties with one; beats all three
    assert np.isnan(found[0, 2:]).all()
    assert np.isnan(found[1]).all()


@given(ranked_tasks())
def test_wins_pool_to_the_clean_auc(drawn):
    scores, on = drawn
    found = wins(scores, on.positives)
    strangers = (~on.positives).sum(axis=1, keepdims=True) * on.positives
    pooled = np.nansum(found * strangers) / strangers.sum()
    assert pooled == pytest.approx(metrics_of(scores, on)["auc_clean"])


@pytest.fixture(scope="module")
def subject():
    return subject_of(shared())


def test_rows_say_how_many_and_what_changes(subject):
    rows = seen_rows(subject)
    sizes = [(row["method"], row["candidates"], row["positives"]) for row in rows]
    assert sizes == [
        ("all partners", 12, 24),
        ("unseen partners", 12, 20),
        ("unseen candidates", 10, 20),
    ]
    assert "difference" not in rows[0]
    for row in rows[1:]:
        assert row["difference"]["map"]["value"] == pytest.approx(rows[0]["map"] - row["map"])
    # Seen influencers stay as rivals among the unseen partners, and leave with the candidates.
    assert rows[1]["auc"] != rows[2]["auc"]


def test_one_row_where_nobody_is_seen():
    assert len(seen_rows(subject_of(checkerboard()))) == 1


def test_the_groups_pool_to_the_clean_auc(subject):
    found = beaten_by_training(subject).table
    assert found["pairs"].to_dict() == {
        "unseen": 20,
        "seen in another category": 2,
        "seen in the brand's category": 2,
    }
    # Every test brand has as many strangers, so that every pair weighs the same.
    pooled = np.average(found["share beaten"], weights=found["pairs"])
    assert pooled == pytest.approx(subject.row["auc_clean"])


def test_a_brand_that_works_with_everyone_beats_nobody():
    features = shared()
    brand, others = "test-brand-0-0", features.accounts["account_id"].str.startswith("test-infl")
    pairs = pd.DataFrame(
        {"brand_id": brand, "influencer_id": features.accounts["account_id"][others]}
    )
    pairs = pd.concat([features.collaborations, pairs], ignore_index=True).drop_duplicates()
    subject = subject_of(replace(features, collaborations=pairs))
    found = beaten_by_training(subject).table
    assert found["share beaten"].between(0, 1).all()
    pooled = np.average(found["share beaten"], weights=found["pairs"])
    assert pooled == pytest.approx(subject.row["auc_clean"])


def test_a_model_that_only_repeats_the_similarity_has_learnt_nothing(subject):
    similarity = ranker("similarity").fit(Inputs(subject.features)).score(subject.task)
    same = replace(subject, scores=[similarity] * 2)
    added = beaten_by_training(same).added
    assert list(added) == ["seen in another category", "seen in the brand's category"]
    assert [estimate.value for estimate in added.values()] == pytest.approx([0, 0])


def test_what_training_adds_is_a_difference_of_differences(subject):
    found = beaten_by_training(subject)
    ahead = found.table["share beaten"] - found.table["by similarity"]
    for name, added in found.added.items():
        assert added.value == pytest.approx(ahead[name] - ahead["unseen"])
