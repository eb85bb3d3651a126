"""Reasons add up to the score, and are what the model goes by."""

import numpy as np
import pytest
from morning.attributes.block import AttributeEncoder
from morning.recommend.reasons import PAIR, POPULARITY, WHOLE
from morning.recommend.recommender import Recommender
from morning.sources.newcomers import described


@pytest.fixture(scope="module")
def recommender(made):
    return Recommender.load(made)


def test_they_add_up_to_the_score_and_its_parts(recommender):
    for brand in recommender.features.collaborations["brand_id"].unique()[:4]:
        ranking = recommender.rank(brand, None, exclude_partners=False).set_index("influencer_id")
        for influencer, row in ranking.iloc[::7].iterrows():
            reasons = recommender.explain(brand, influencer)
            assert reasons["contribution"].sum() == pytest.approx(row["score"], abs=1e-6)
            parts = reasons.groupby("part")["contribution"].sum()
            for part in ("f", "g", "h", "popularity"):
                assert parts[part] == pytest.approx(row[part], abs=1e-6)
            assert reasons["average"].sum() == pytest.approx(ranking["score"].mean(), abs=1e-6)


def test_things_have_names(recommender):
    brand = recommender.features.collaborations["brand_id"].iloc[0]
    reasons = recommender.explain(brand, recommender.rank(brand, 1)["influencer_id"].iloc[0])
    seen = set(reasons.loc[reasons["block"] == "content_visual", "what"])
    assert seen == {"red", "green", "blue"}
    topics = reasons.loc[reasons["block"] == "content_topics", "what"]
    assert all(len(words.split(", ")) == 5 for words in topics)
    attribute = reasons[reasons["block"] == "attribute"].groupby("how")["what"].apply(set)
    assert attribute["association"] == {WHOLE}
    assert WHOLE not in attribute["similarity"]
    assert reasons.loc[reasons["part"] == "popularity", "what"].tolist() == [POPULARITY]
    assert set(reasons["how"]) == {"similarity", "association", ""}


def test_attributes_are_named_in_pairs_with_the_collaborations_behind_them(recommender):
    features = recommender.features
    ids, pairs = features.accounts["account_id"], features.collaborations
    brand = ids.iloc[features.brands("train")[0]]
    influencer = pairs.loc[pairs["brand_id"] == brand, "influencer_id"].iloc[0]
    lists = AttributeEncoder.load(recommender.run.prepared / "attributes").lists
    reasons = recommender.explain(brand, influencer)
    named = reasons.loc[
        (reasons["block"] == "attribute") & (reasons["how"] == "similarity"), "what"
    ]
    assert set(named) == {
        a if a == b else a + PAIR + b for a in lists[brand] for b in lists[influencer]
    }
    a, b = lists[brand][0], lists[influencer][0]
    met = recommender.met(a, b)
    assert (brand, influencer) in set(met.itertuples(index=False, name=None))
    assert set(met["brand_id"]) <= set(ids.iloc[features.brands("train")])
    assert all(a in lists[one] and b in lists[other] for one, other in met.to_numpy())


def test_a_pair_of_unknown_attributes_never_met(recommender):
    assert recommender.met("no such", "attribute").empty


def test_posts_that_show_a_reason(recommender, world):
    """A post that shows more of a topic or an object comes before one that shows less."""
    account = world.dataset.accounts["account_id"].iloc[0]
    for block in ("content_topics", "content_visual"):
        brand = recommender.features.collaborations["brand_id"].iloc[0]
        reasons = recommender.explain(brand, recommender.rank(brand, 1)["influencer_id"].iloc[0])
        what = reasons.loc[reasons["block"] == block, "what"].iloc[0]
        posts = recommender.posts_that_show(world.dataset, account, block, what)
        assert set(posts["account_id"]) <= {account}
        assert posts["shown"].is_monotonic_decreasing
        assert posts["shown"].between(0, 1, inclusive="right").all()


def test_the_largest_come_first(recommender):
    brand = recommender.features.collaborations["brand_id"].iloc[0]
    reasons = recommender.explain(brand, recommender.rank(brand, 1)["influencer_id"].iloc[0])
    assert reasons["contribution"].abs().is_monotonic_decreasing


def test_what_is_not_known_is_no_similarity(recommender):
    new = recommender.encode(described("We bake bread and cakes, travel and cook"))
    reasons = recommender.explain(new, recommender.rank(new, 1)["influencer_id"].iloc[0])
    unknown = [block for block, known in new.known.items() if not known.any()]
    alike = reasons[(reasons["how"] == "similarity") & reasons["block"].isin(unknown)]
    assert len(alike)
    assert np.all(alike["contribution"] == 0)


def test_taking_away_the_first_reason_costs_what_it_says(recommender):
    """The similarity of a block is what the score loses when nobody shows that block."""
    model, features = recommender.model, recommender.features
    brand = features.collaborations["brand_id"].iloc[0]
    influencer = recommender.rank(brand, 1)["influencer_id"].iloc[0]
    reasons = recommender.explain(brand, influencer)
    sums = reasons.groupby(["block", "how"])["contribution"].sum()
    for block in features.blocks:
        rows = model.rows(features, features.rows([brand, influencer]))
        whole = model.score_rows(rows[:1], rows[1:])["F"][0, 0]
        other = rows.copy()
        other[0, model.columns(block)] = np.nan
        beyond = (rows[0] - model.centre[0])[model.columns(block)]
        lost = beyond @ model.association[model.columns(block)] @ (rows[1] - model.centre[1])
        assert whole - model.score_rows(other[:1], rows[1:])["F"][0, 0] == pytest.approx(
            sums[block, "similarity"] + lost, abs=1e-6
        )
