"""Reasons add up to the score, and are what the model goes by."""

import numpy as np
import pandas as pd
import pytest
from morning.recommend.reasons import POPULARITY, WHOLE, by_block, shortened
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
            assert reasons["contribution"].sum() == pytest.approx(row["score"], abs=1e-9)
            parts = reasons.groupby("part")["contribution"].sum()
            for part in ("f", "g", "h", "popularity"):
                assert parts[part] == pytest.approx(row[part], abs=1e-9)
            assert by_block(reasons)["contribution"].sum() == pytest.approx(row["score"])


def test_things_have_names(recommender):
    brand = recommender.features.collaborations["brand_id"].iloc[0]
    reasons = recommender.explain(brand, recommender.rank(brand, 1)["influencer_id"].iloc[0])
    seen = set(reasons.loc[reasons["block"] == "content_visual", "what"])
    assert seen == {"red", "green", "blue"}
    topics = reasons.loc[reasons["block"] == "content_topics", "what"]
    assert all(len(words.split(", ")) == 5 for words in topics)
    assert set(reasons.loc[reasons["block"] == "attribute", "what"]) == {WHOLE}
    assert reasons.loc[reasons["part"] == "popularity", "what"].tolist() == [POPULARITY]
    assert set(reasons["how"]) == {"similarity", "association", ""}


def test_the_largest_come_first_and_the_rest_is_summed(recommender):
    brand = recommender.features.collaborations["brand_id"].iloc[0]
    reasons = recommender.explain(brand, recommender.rank(brand, 1)["influencer_id"].iloc[0])
    assert reasons["contribution"].abs().is_monotonic_decreasing
    short = shortened(reasons, 3)
    pd.testing.assert_frame_equal(short.iloc[:3], reasons.iloc[:3])
    assert short["what"].iloc[3] == f"{len(reasons) - 3} others"
    assert short["contribution"].sum() == pytest.approx(reasons["contribution"].sum())
    assert len(shortened(reasons, 10_000)) == len(reasons)


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
    sums = by_block(recommender.explain(brand, influencer))
    for block in features.blocks:
        rows = model.rows(features, features.rows([brand, influencer]))
        whole = model.score_rows(rows[:1], rows[1:])["F"][0, 0]
        other = rows.copy()
        other[0, model.columns(block)] = np.nan
        direct = sums[(sums["block"] == block) & (sums["how"] == "similarity")]["contribution"]
        beyond = (rows[0] - model.centre[0])[model.columns(block)]
        lost = beyond @ model.association[model.columns(block)] @ (rows[1] - model.centre[1])
        assert whole - model.score_rows(other[:1], rows[1:])["F"][0, 0] == pytest.approx(
            direct.iloc[0] + lost
        )
