"""Candidates on disk: they answer as those in memory do, and follow what the run becomes."""

import json

import numpy as np
import pandas as pd
import pytest
from morning.errors import MorningError
from morning.files import write_json
from morning.recommend import pool as pools
from morning.recommend.pool import Computed, Stored
from morning.recommend.recommender import Recommender
from morning.scale.store import VectorStore
from toys.newcomers import strangers


@pytest.fixture
def brand(made):
    return made.features().collaborations["brand_id"].iloc[0]


def same(ours, theirs):
    """Hold one ranking against another: ranks as they are, scores up to single precision."""
    pd.testing.assert_frame_equal(ours, theirs, rtol=1e-4, atol=1e-5)


def both(run):
    """The run with its candidates on disk, and the same run without."""
    kept = Recommender.load(run)
    assert isinstance(kept._pool, Stored)
    (run.pool / "store.json").rename(run.folder / "aside.json")
    computed = Recommender.load(run)
    assert isinstance(computed._pool, Computed)
    (run.folder / "aside.json").rename(run.pool / "store.json")
    return kept, computed


def answer_alike(kept, computed, brand):
    for options in ({}, {"k": None}, {"k": 7, "exclude_partners": False}):
        same(kept.rank(brand, **options), computed.rank(brand, **options))
    first = computed.rank(brand, 3)["influencer_id"]
    same(kept.rank(brand, 2, among=first[1:]), computed.rank(brand, 2, among=first[1:]))
    same(kept.similar(first[0]), computed.similar(first[0]))
    ours, theirs = (each.explain(brand, first[0]) for each in (kept, computed))
    keys = ["part", "block", "what", "how"]
    same(*(each.sort_values(keys, ignore_index=True) for each in (ours, theirs)))
    wishes = {"where": ["followers > 100"], "diversity": 0.5}
    for one, other in zip(
        kept.shortlist(brand, 5, **wishes), computed.shortlist(brand, 5, **wishes), strict=True
    ):
        assert (one == other) if isinstance(one, list) else same(one, other) is None
    assert kept.everyone.accounts.equals(computed.everyone.accounts)


class TestKept:
    def test_it_answers_as_memory_does(self, run, brand):
        Recommender.load(run).make_index(None)
        answer_alike(*both(run), brand)

    def test_so_it_does_after_some_have_come_and_gone(self, run, world, brand):
        recommender, _ = Recommender.load(run).make_index(None)
        recommender, _ = recommender.add(strangers(world, 0, 3))
        gone = [recommender.rank(brand)["influencer_id"].iloc[0], "new-" + people(world)[0]]
        recommender = recommender.remove(gone)
        recommender, _ = recommender.add(strangers(world, 3, 5))
        kept, computed = both(run)
        assert sorted(kept._ids) == sorted(computed._ids)
        assert not set(gone) & set(kept._ids)
        order = np.argsort(kept._ids), np.argsort(computed._ids)
        row = kept.model.rows(kept.features, kept.features.rows([brand]))
        scores = kept._pool.scores(row)[order[0]], computed._pool.scores(row)[order[1]]
        np.testing.assert_allclose(*scores, rtol=1e-4, atol=1e-5)
        rows = kept._pool.rows(order[0]), computed._pool.rows(order[1])
        np.testing.assert_allclose(*rows, atol=1e-6)  # what is not known is so in both

    def test_batches_change_nothing(self, run, world, brand, monkeypatch):
        once = Recommender.load(run)
        once = once.remove([once.influencers[4]])
        monkeypatch.setattr(pools, "_KEPT_BYTES", 0)
        monkeypatch.setattr(pools, "_BATCH", 7)
        again = Recommender.load(run)
        answer_alike(again, once, brand)
        again.make_index(None)
        answer_alike(*both(run), brand)
        later, _ = again.add(strangers(world, 0, 3))
        assert isinstance(later._pool, Stored)
        every = np.arange(len(later._computed.ids))
        place = pd.Index(later._ids).get_indexer(later._computed.ids)
        found = later._pool.take(place), later._computed.take(every)
        np.testing.assert_allclose(*found, rtol=1e-5, atol=1e-6)


class TestState:
    def test_a_run_that_was_made_anew(self, run, brand, caplog):
        before = Recommender.load(run).make_index(None)[0].rank(brand)
        record = json.loads((run.best / "best.json").read_text())
        record["about"]["loss"] = 1.0
        write_json(run.vectors / "manifest.json", json.loads(run.manifest.read_text()) | {"x": 1})
        after = Recommender.load(run)
        same(after.rank(brand), before)
        assert isinstance(after._pool, Computed)
        assert "`morning index` writes them anew" in caplog.text
        assert isinstance(after.make_index(None)[0]._pool, Stored)

    def test_a_command_that_was_killed_between_two_files(self, run, world, brand, monkeypatch):
        recommender, _ = Recommender.load(run).make_index(None)

        def killed(*_):
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(VectorStore, "add", killed)
            with pytest.raises(KeyboardInterrupt):
                recommender.add(strangers(world, 0))
        after = Recommender.load(run)
        assert isinstance(after._pool, Computed)
        assert len(after.rank(brand, None, exclude_partners=False)) == 31

    def test_damage_is_told(self, run):
        Recommender.load(run).make_index(None)
        (run.pool / "store.json").write_text("{}")
        with pytest.raises(MorningError, match="make it again"):
            _ = Recommender.load(run)._ids


class TestRemove:
    def test_who_is_removed_is_no_candidate(self, run, brand):
        before = Recommender.load(run)
        ranking = before.rank(brand, None)
        gone = ranking["influencer_id"].iloc[[0, 4]].tolist()
        after = before.remove(gone)
        left = after.rank(brand, None)
        assert left["influencer_id"].tolist() == [
            each for each in ranking["influencer_id"] if each not in gone
        ]
        assert left["rank"].tolist()[:3] == sorted(left["rank"])[:3]
        assert not set(gone) & set(after.everyone.accounts["account_id"])
        for asked in (lambda: after.explain(brand, gone[0]), lambda: after.remove(gone)):
            with pytest.raises(MorningError, match="is not in the run"):
                asked()

    def test_who_was_added_comes_back_when_added_again(self, run, world):
        recommender, _ = Recommender.load(run).add(strangers(world, 0))
        (name,) = set(recommender._ids) - set(people(world))
        recommender = recommender.remove([name])
        assert name not in recommender._ids
        recommender, _ = recommender.add(strangers(world, 0))
        assert name in recommender._ids
        assert not run.removed.exists()

    def test_a_damaged_list(self, run):
        run.removed.write_text("[1]")
        with pytest.raises(MorningError, match="delete it and remove them again"):
            Recommender.load(run)


class TestApproximate:
    def test_without_an_index(self, made, brand):
        with pytest.raises(MorningError, match="`morning index`"):
            Recommender.load(made).rank(brand, approximate=True)

    def test_where_all_are_few_it_is_exact(self, run, brand):
        recommender, _ = Recommender.load(run).make_index(None)
        exact = recommender.rank(brand, 5)
        found = recommender.rank(brand, 5, approximate=True)
        assert found["influencer_id"].tolist() == exact["influencer_id"].tolist()
        assert found["rank"].tolist() == [1, 2, 3, 4, 5]
        assert found.attrs["recall"] is None
        with pytest.raises(MorningError, match="say how many"):
            recommender.rank(brand, None, approximate=True)


def people(world):
    accounts = world.dataset.accounts
    return accounts.loc[accounts["role"] == "influencer", "account_id"].tolist()
