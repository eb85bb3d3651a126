"""Studies of rankings: reasons that are taken away, brands that come later."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from morning.models.best import Best
from morning.plain import in_markdown
from morning.prepare import recognisers
from morning.recommend.recommender import Recommender
from morning.report.sentences.recommend import first_ten
from morning.studies.counterfactuals import REMOVED, counterfactual_rows, counterfactuals
from morning.studies.newcomers import IN_RUN, POSTS, RANGES, newcomers, some_posts


@pytest.fixture(scope="module")
def recommender(made, networks, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recognisers, "_pretrained", lambda _: networks)
        patch.setenv("MORNING_DATA", str(tmp_path_factory.mktemp("data")))
        yield Recommender.load(made)


@pytest.fixture(scope="module")
def brands(recommender):
    features = recommender.features
    return features.accounts["account_id"].iloc[features.brands("test")].tolist()


@pytest.fixture(scope="module")
def taken(recommender, world, brands):
    return counterfactuals(recommender, world.dataset, brands, top=4)


@pytest.fixture(scope="module")
def later(recommender, world):
    return newcomers(recommender, world.dataset)


class TestCounterfactuals:
    def test_every_kind_of_reason_is_taken_away(self, taken, brands):
        assert set(taken["removed"]) == set(REMOVED)
        assert set(taken["brand_id"]) == set(brands)
        assert np.isfinite(taken[["named", "random"]].to_numpy(float)).all()

    def test_the_fall_is_the_difference_of_scores(self, recommender, world, taken):
        """Without all that is removed by name the account is encoded and ranked as if new."""
        row = taken[taken["removed"] == "an attribute"].iloc[0]
        encoder = recommender.encoder.attributes
        own = set(encoder.lists[row["influencer_id"]]) - {row["what"].rpartition(" + ")[2]}
        vectors = [
            encoder.embedding.vectors[encoder.embedding.names.index(a)]
            for a in own
            if a in encoder.embedding.names
        ]
        model, features = recommender.model, recommender.features
        places = features.rows([row["brand_id"], row["influencer_id"]])
        rows = model.rows(features, places)
        before = model.score_rows(rows[:1], rows[1:])["F"][0, 0]
        blocks = {n: x[places].copy() for n, x in features.blocks.items()}
        blocks["attribute"][1] = np.mean(vectors, axis=0)
        changed = type(features)(
            features.accounts.iloc[places].reset_index(drop=True),
            features.collaborations.head(0),
            blocks,
        )
        rows = model.rows(changed)
        after = model.score_rows(rows[:1], rows[1:])["F"][0, 0]
        assert row["named"] == pytest.approx(before - after, abs=1e-6)

    def test_it_repeats(self, recommender, world, brands, taken):
        again = counterfactuals(recommender, world.dataset, brands, top=4)
        pd.testing.assert_frame_equal(taken, again)

    def test_rows_are_means_over_brands(self):
        table = pd.DataFrame(
            {
                "brand_id": np.repeat([f"b{i}" for i in range(20)], 2),
                "removed": "captions",
                "named": 1.0 + np.arange(40) % 3,
                "random": 0.5,
            }
        )
        (row,) = counterfactual_rows(table)
        assert (row["pairs"], row["brands"], row["random"]) == (40, 20, 0.5)
        assert row["ahead"] == pytest.approx(table["named"].mean() - 0.5)
        low, high = row["ci95"]
        assert low < row["ahead"] < high
        assert row["more_often"] == 1

    def test_a_run_that_has_little_loses_little(self, recommender, world, brands):
        """Of topics alone there is one kind of reason; of nobody, none."""
        features = recommender.features.select(["content_topics"])
        few = replace(recommender, features=features, model=Best.fit(features))
        found = counterfactuals(few, world.dataset, brands[:2], top=2)
        assert set(found["removed"]) == {"captions"}
        none = counterfactuals(few, world.dataset, [], top=2)
        assert none.empty
        assert counterfactual_rows(none) == []

    def test_few_brands_have_no_interval(self):
        table = pd.DataFrame(
            {"brand_id": ["b"], "removed": ["captions"], "named": [1.0], "random": [0.0]}
        )
        assert counterfactual_rows(table)[0]["ci95"] is None


class TestNewcomers:
    def test_each_choice_of_what_is_known_is_a_row(self, later):
        rows, shares = later
        methods = [row["method"] for row in rows]
        assert methods[0] == IN_RUN
        assert {"eight posts", "eight posts and audience", "biography alone"} < set(methods)
        assert {share["known"] for share in shares} <= set(methods)

    def test_brands_with_all_their_posts_are_as_they_are_in_the_run(self, later):
        """The world has four posts per account: all of them are among the first eight."""
        auc = {row["method"]: row["auc_clean"] for row in later[0]}
        assert auc["eight posts and audience"] == pytest.approx(auc[IN_RUN], abs=0.01)
        assert auc["eight posts"] == pytest.approx(auc[f"{IN_RUN}, without audience"], abs=0.01)

    def test_shares_are_of_partners_among_all_influencers(self, later, recommender):
        features = recommender.features
        shares = [share for share in later[1] if share["known"] == IN_RUN]
        assert [share["ranks"] for share in shares] == list(RANGES)[: len(shares)]
        positives = features.positives(features.brands("test"), features.influencers())
        widths = [len(range(30)[part]) for part in RANGES.values()][: len(shares)]
        total = sum(s["observed"] * n for s, n in zip(shares, widths, strict=True))
        assert total == pytest.approx(positives.sum(axis=1).mean())

    def test_without_posts_perspectives_are_left_out_instead(self, recommender):
        rows, _ = newcomers(recommender)
        assert [row["method"] for row in rows] == [
            IN_RUN,
            f"{IN_RUN}, content alone",
            f"{IN_RUN}, audience alone",
            f"{IN_RUN}, attribute alone",
        ]

    def test_no_more_posts_than_said(self, world, brands):
        few = some_posts(world.dataset, brands, audience=True)
        own = few.posts[few.posts["account_id"].isin(brands)]
        assert own.groupby("account_id").size().max() <= POSTS
        assert few.collaborations.empty
        assert some_posts(world.dataset, brands, audience=False).audiences.empty


def test_how_many_of_the_first_are_partners(recommender):
    (brand, *_) = recommender.test_brands()
    ranking = recommender.rank(brand, 10, exclude_partners=False)
    partners = recommender.partners(brand)
    hits = sum(ranking["influencer_id"].isin(partners))
    said = first_ten(recommender, brand, ranking)
    assert said[0].startswith(f"{hits} of the first 10 worked with {in_markdown(brand)}")
    assert f"would have {len(ranking) * len(partners) / 30:.1f}" in said[0]
    assert re.fullmatch(r"What speaks for the ten is content \d+%, .*attributes \d+%\.", said[-1])
