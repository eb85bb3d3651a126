"""Rankings as pages: the board of the explorer, tables and cards of the chapter."""

import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from morning.files import write_json
from morning.recommend.recommender import Recommender
from morning.report.accounts import Accounts
from morning.report.boards import board, page_of
from morning.report.cards import reason_cards
from morning.report.names import Names
from morning.report.tables import recommend as tables
from morning.sources.newcomers import described


@pytest.fixture(scope="module")
def recommender(made):
    return Recommender.load(made)


def names(recommender, hide):
    return Names.of_ids(recommender.features, hide=hide)


def test_a_board_has_the_rankings_of_the_run(recommender):
    brands = {b: b for b in recommender.test_brands()[:3]}
    made = board(recommender, brands, "About.", names=names(recommender, False), explained=2)
    scores = np.sum(list(made.parts.values()), axis=0)
    for b, brand in enumerate(brands):
        ranking = recommender.rank(brand, None, exclude_partners=False)
        order = np.argsort(-scores[b], kind="stable")
        assert made.influencers["influencer"].iloc[order].tolist() == list(ranking["influencer_id"])
        partners = {made.influencers["influencer"].iloc[i] for i in made.partners[b]}
        pairs = recommender.features.collaborations
        assert partners == set(pairs.loc[pairs["brand_id"] == brand, "influencer_id"])
        assert set(order[:2]) == {m for own, m in made.reasons if own == b}
    first, last = made.worth[0][0], made.worth[0][-1]
    assert (first[0], last[1]) == (1, len(made.influencers))
    chance = recommender.rank(brand, None, exclude_partners=False)["chance"]
    assert first[2] == pytest.approx(chance.iloc[0])


@pytest.fixture(scope="module")
def people(recommender):
    """The run as if its influencers had names of their own."""
    features = recommender.features
    called = {
        account: account.replace("influencer-", "anna.k")
        for account in features.accounts["account_id"].iloc[features.influencers()]
    }
    accounts = features.accounts.replace({"account_id": called})
    pairs = features.collaborations.replace({"influencer_id": called})
    return replace(recommender, features=replace(features, accounts=accounts, collaborations=pairs))


def test_what_is_known_of_influencers_is_shown(recommender):
    brands = {"b": recommender.test_brands()[0]}
    shown = board(recommender, brands, "", names=names(recommender, True)).influencers
    assert {"followers", "cost", "suspicious", "language"} <= set(shown)


def test_columns_of_text_are_shown_with_ids_alone(recommender):
    table = pd.DataFrame({"mail": ["a@b.c"], "language": ["en"], "followers": [3], "good": [True]})
    assert list(names(recommender, True).plain(table)) == ["language", "followers", "good"]
    assert list(names(recommender, False).plain(table)) == list(table)


def test_a_page_for_a_brand_that_is_new_says_what_is_not_known(people):
    new = people.encode(described("We bake bread and cakes, travel and cook"))
    text = page_of(people, {"</script><b>bakery": new})
    assert "<b>" not in text
    (content,) = re.findall(r'<script type="application/json" id="board">(.*?)</script>', text)
    shown = json.loads(content)
    assert shown["brands"] == ["</script><b>bakery"]
    assert shown["notes"] == [new.notes]
    ids = people.features.accounts["account_id"].iloc[people.features.influencers()]
    assert not set(ids) & set(shown["influencers"])
    shown = page_of(people, {"bakery": new}, hide=False)
    assert all(name in shown for name in ids)


def test_a_generated_world_says_so_and_keeps_its_names(made, recommender):
    write_json(made.parameters, {"data": "demo"})
    try:
        text = page_of(recommender, {"b": recommender.test_brands()[0]})
    finally:
        made.parameters.unlink()
    assert "a generated world" in text
    assert recommender.features.accounts["account_id"].iloc[-1] in text


def test_a_ranking_as_a_table(people):
    brand = people.test_brands()[0]
    ranking = people.rank(brand, 3)
    text = tables.ranking(ranking, names(people, True)).to_html()
    assert "partners in 100" in text
    assert not any(account in text for account in ranking["influencer_id"])
    reasons = people.explain(brand, ranking["influencer_id"].iloc[0])
    text = tables.reasons(reasons, people.met, names(people, True)).to_html()
    assert "against" in text


def test_posts_behind_reasons(recommender, world, monkeypatch):
    monkeypatch.setattr("morning.report.cards._CLEARLY", 0.3)  # its networks are seldom sure
    accounts = Accounts.of(world, recommender.features, recommender.run)
    brand = recommender.test_brands()[0]
    influencer = recommender.rank(brand, 1)["influencer_id"].iloc[0]
    reasons = recommender.explain(brand, influencer)
    text = reason_cards(recommender, accounts, [brand, influencer], reasons).data
    assert text.count("<article") == 4
    assert text.index(brand) < text.index(influencer)
    assert text.count("writes about") == text.count(">shows ") == 2
    assert 'src="data:image' in text
    text = reason_cards(recommender, accounts, ["not in the data"], reasons).data
    assert "No post shows by itself" in text
