"""What the first page says follows from the numbers, whichever way they lie."""

import pytest
from morning.report.sentences.front import front


def row(method, auc, cauc=0.6, **more):
    ends = {"auc": [auc - 0.03, auc + 0.03], "cauc": [cauc - 0.04, cauc + 0.04]}
    return {"method": method, "auc": auc, "cauc": cauc, "ci95": ends} | more


def tables(printed=0.8, paper=0.9, alike=0.85):
    metrics = {"sd": {"auc": 0.001}, "seeds": 3, "paper": {"auc": paper}}
    rows = [
        row("MORNING", printed, **metrics),
        row("similarity", alike),
        row("MORNING-best", 0.86),
        row("cosine", 0.81),
        row("category-oracle", 0.95),
        row("category-predictor", 0.81),
    ]
    verdicts = ["fails", "holds", "fails"]
    return {
        "table3_baselines": {"rows": rows, "protocol": {"brands": 74, "candidates": 797}},
        "claims": {"claims": [{"verdict": verdict} for verdict in verdicts]},
    }


def test_the_shortfall_stands_first():
    said = front(tables(), [])
    assert len(said) == 4
    assert "74 test brands and 797 candidates" in said[0]
    assert "0.800 [0.770,\u00a00.830]" in said[0]
    assert "the paper prints 0.900" in said[0]
    assert "In 1 of 1 metrics" in said[0]
    assert "0.950, a guess at them 0.810" in said[2]
    assert said[3].endswith("2 fail, 1 holds.")


@pytest.mark.parametrize(("alike", "begins"), [(0.85, "does better"), (0.75, "no better")])
def test_the_similarity_is_not_praised_where_it_loses(alike, begins):
    assert begins in front(tables(alike=alike), [])[1]


def test_a_paper_within_reach_is_said_to_be_so():
    assert "In 0 of 1 metrics" in front(tables(paper=0.801), [])[0]


def test_the_recipe_has_its_share_of_the_shortfall(monkeypatch):
    grid = [{"auc": 0.782, "seeds": 5}, {"auc": 0.832, "seeds": 5}]
    monkeypatch.setattr("morning.report.sentences.front.is_whole", lambda rows: len(rows) == 2)
    monkeypatch.setattr("morning.report.sentences.front.best_by_validation", lambda rows: rows[1])
    said = front(tables(paper=0.9), grid)[2]
    assert said.startswith("**50% of the shortfall is the recipe")
    assert "from 0.782 to 0.832, where the paper prints 0.882" in said
    assert "(means of 5 seeds, trained apart from the numbers above)" in said
