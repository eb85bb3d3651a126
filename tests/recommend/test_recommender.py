"""Rankings from a run: of its brands, and of brands that were in no training."""

import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from morning.errors import MorningError
from morning.evaluation import task
from morning.recommend import rankings
from morning.recommend import recommender as module
from morning.recommend.rankings import Rankings
from morning.recommend.recommender import Recommender
from morning.run import Run
from morning.sources.newcomers import described
from toys.newcomers import of_one

COLUMNS = ["influencer_id", "rank", "score", "f", "g", "h", "popularity"]
CHANCES = ["chance", "chance_low", "chance_high"]


@pytest.fixture(scope="module")
def recommender(made):
    return Recommender.load(made.folder)


@pytest.fixture
def brand(recommender):
    return recommender.features.collaborations["brand_id"].iloc[0]


class TestRank:
    def test_parts_add_up_to_the_models_score(self, recommender, brand):
        found = recommender.rank(brand, None, exclude_partners=False)
        assert list(found.columns) == COLUMNS + CHANCES
        assert np.allclose(found[["f", "g", "h", "popularity"]].sum(axis=1), found["score"])
        features = recommender.features
        asked = task(features, features.rows([brand]), "all")
        scores = recommender.model.score(features, asked)["F"][0]
        ids = features.accounts["account_id"].to_numpy()[asked.influencers]
        expected = pd.Series(scores, ids).sort_values(ascending=False)
        assert np.allclose(found["score"], expected)
        assert list(found["rank"]) == list(range(1, len(expected) + 1))

    def test_partners_are_left_out_and_ranks_stay(self, recommender, brand):
        whole = recommender.rank(brand, None, exclude_partners=False)
        pairs = recommender.features.collaborations
        partners = pairs.loc[pairs["brand_id"] == brand, "influencer_id"]
        without = recommender.rank(brand, None)
        assert not without["influencer_id"].isin(partners).any()
        pd.testing.assert_frame_equal(
            without, whole[~whole["influencer_id"].isin(partners)].reset_index(drop=True)
        )

    def test_more_than_there_are_is_all(self, recommender, brand):
        assert len(recommender.rank(brand, 10_000, exclude_partners=False)) == 30

    def test_among_some(self, recommender, brand):
        some = recommender.rank(brand, 7)["influencer_id"].iloc[[5, 2]]
        assert set(recommender.rank(brand, among=some)["influencer_id"]) == set(some)

    def test_shares_never_rise_along_the_ranking(self, recommender, brand):
        found = recommender.rank(brand, None, exclude_partners=False)
        assert found["chance"].is_monotonic_decreasing

    def test_all_brands_at_once(self, recommender, brand):
        found = recommender.rank_all(3)
        assert len(found) == 3 * 16
        mine = found[found["brand_id"] == brand].drop(columns="brand_id").reset_index(drop=True)
        pd.testing.assert_frame_equal(mine, recommender.rank(brand, 3))

    def test_so_it_is_in_shards(self, recommender, monkeypatch, tmp_path):
        at_once = recommender.rank_all(3)
        monkeypatch.setenv("MORNING_DATA", str(tmp_path))
        monkeypatch.setattr(module, "SHARD", 6)
        pd.testing.assert_frame_equal(recommender.rank_all(3), at_once)
        assert len(list((tmp_path / "cache" / "shards").rglob("*.arrow"))) == 3

    def test_a_run_that_changes_meanwhile_is_not_ranked(self, run, world):
        before = Recommender.load(run)
        asked = pa.table({"brand_id": before.test_brands()[:1]})
        assert len(Rankings(run, 3, True, before.state)(asked)) == 3
        run.chances.unlink()
        rankings._opened.cache_clear()
        with pytest.raises(MorningError, match="has changed meanwhile"):
            Rankings(run, 3, True, before.state)(asked)
        with pytest.raises(MorningError, match="no run is here"):
            Rankings(Run(run.folder / "x"), 3, True, before.state)(asked)

    def test_an_unknown_brand_names_the_nearest(self, recommender, brand):
        with pytest.raises(MorningError, match=f"nearest are .*{brand}") as error:
            recommender.rank(brand + "x")
        assert str(error.value).count("brand-") == 6

    def test_an_unknown_influencer(self, recommender, brand):
        with pytest.raises(MorningError, match="'nobody' is not in the run"):
            recommender.rank(brand, among=["nobody"])


class TestNewBrand:
    def test_a_brand_of_the_run_is_ranked_as_it_is_in_the_run(self, recommender, world, brand):
        encoded = recommender.encode(of_one(world.dataset, brand))
        new = recommender.rank(encoded, None)
        known = recommender.rank(brand, None, exclude_partners=False)
        assert np.allclose(new.sort_values("influencer_id")["score"],
                           known.sort_values("influencer_id")["score"], atol=1e-5)  # fmt: skip

    def test_a_description_is_ranked_by_what_its_words_say(self, recommender, world, brand):
        captions = world.dataset.posts.set_index("account_id").loc[[brand], "caption"]
        encoded = recommender.encode(described(" ".join(captions)))
        assert encoded.notes[0].startswith("Ranked by content topics; there is nothing of")
        found = recommender.rank(encoded, None)
        assert found["f"].std() > 0
        assert found["g"].std() > 0  # topics go with audiences of some kinds
        assert "chance" in found

    def test_of_a_brand_of_which_nothing_is_known_no_rank_is_worth_anything(self, recommender):
        found = recommender.rank(recommender.encode(described("…")), 5)
        assert list(found.columns) == COLUMNS

    def test_several_brands_at_once(self, recommender, world):
        with pytest.raises(MorningError, match="one brand is ranked for at a time, not 16"):
            recommender.rank(recommender.encode(world.dataset))


class TestShortlist:
    def test_without_wishes_it_is_the_ranking(self, recommender, brand):
        found, said = recommender.shortlist(brand, 5)
        ranking = recommender.rank(brand, 5)
        pd.testing.assert_frame_equal(found[ranking.columns], ranking)
        assert {"followers", "engagement", "language", "suspicious", "cost"} <= set(found)
        assert said == []

    def test_conditions_on_what_is_known(self, recommender, brand):
        middle = recommender.candidates["followers"].median()
        found, said = recommender.shortlist(brand, 99, where=[f"followers < {middle}", "f > 0"])
        assert (found["followers"] < middle).all()
        assert (found["f"] > 0).all()
        assert said[0].startswith(f"followers < {middle}: ")

    def test_more_diversity_makes_the_chosen_less_alike(self, recommender, brand):
        def likeness(dial):
            chosen, _ = recommender.shortlist(brand, 5, diversity=dial)
            place = pd.Index(recommender._ids).get_indexer(chosen["influencer_id"])
            rows = recommender._pool.rows(place)
            return recommender._alike(rows, rows)[np.triu_indices(5, 1)].mean()

        assert likeness(0.9) < likeness(0.0)

    def test_a_budget_is_kept_and_nothing_brings_more(self, recommender, brand):
        found, said = recommender.shortlist(brand, 4, budget=120)
        assert len(found) <= 4
        assert found["cost"].sum() <= 120
        affordable, _ = recommender.shortlist(brand, 99, where=["cost <= 30"])
        assert found["chance"].sum() >= affordable.head(4)["chance"].sum() - 1e-9
        assert "may be expected to be partners" in said[0]

    @pytest.mark.parametrize(
        ("column", "why"), [("price", "needs a column 'price'"), ("language", "not hold numbers")]
    )
    def test_costs_that_are_not_there(self, recommender, brand, column, why):
        with pytest.raises(MorningError, match=why):
            recommender.shortlist(brand, budget=10, cost=column)


def test_similar(recommender):
    one = recommender.rank_all(1)["influencer_id"].iloc[0]
    found = recommender.similar(one, 5)
    assert one not in set(found["influencer_id"])
    assert found["similarity"].is_monotonic_decreasing
    assert found["similarity"].between(-1, 1).all()
    back = recommender.similar(found["influencer_id"].iloc[0], None)
    assert back.set_index("influencer_id")["similarity"][one] == pytest.approx(
        found["similarity"].iloc[0]
    )


def test_a_run_moves_to_another_folder(made, recommender, world, brand, tmp_path):
    shutil.copytree(made.folder, tmp_path / "copy")
    again = Recommender.load(tmp_path / "copy")
    pd.testing.assert_frame_equal(again.rank(brand), recommender.rank(brand))
    alone = replace(of_one(world.dataset, brand), audiences=world.dataset.audiences[:0])
    pd.testing.assert_frame_equal(
        again.rank(again.encode(alone)), recommender.rank(recommender.encode(alone))
    )


def test_no_run(tmp_path):
    with pytest.raises(MorningError, match="no run is here"):
        Recommender.load(tmp_path)


def test_a_run_without_a_model(made, tmp_path):
    run = Run(tmp_path)
    shutil.copytree(made.vectors, run.vectors)
    with pytest.raises(MorningError, match="morning train --features"):
        Recommender.load(run)
