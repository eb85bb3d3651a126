"""What stands at the head of a chapter is made from its numbers."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from morning.attributes.graph import AttributeGraph
from morning.evaluation import official_task
from morning.features.separation import neighbour_purity
from morning.report.sentences import listed
from morning.report.sentences.attributes import heaviest_pairs
from morning.report.sentences.audit import audited
from morning.report.sentences.cases import ranks_of_cases
from morning.report.sentences.categories import best_and_worst
from morning.report.sentences.data import who_worked_with_whom
from morning.report.sentences.recommend import by_what_is_known, first_three
from morning.report.sentences.results import parts_and_whole, standing, what_each_adds
from morning.report.sentences.training import learnt
from morning.report.sentences.vectors import alike, most_posted, separated
from morning.studies.cases import Case, CaseStudy
from scipy import sparse
from toys.rows import row
from toys.vectors import checkerboard


def differing(name, value, ci95, metric="auc", **changes):
    entry = {"value": value, "ci95": ci95}
    return row(name, difference=dict.fromkeys(("auc", "cauc", "map"), entry), **changes)


def test_a_list_has_no_empty_points():
    assert listed(["One.", "", "Two."]) == "- One.\n- Two."


def test_who_worked_with_whom():
    features = checkerboard()
    said = who_worked_with_whom(features, official_task(features))
    brands, partners = len(features.brands()), len(features.collaborations)
    assert said[0].startswith(f"{brands} brands worked with")
    assert f"in {partners} collaborations" in said[0]
    assert f"{len(features.brands('test'))} brands are kept for the test" in said[1]


def test_blocks_stand_in_the_order_of_what_they_know():
    purity = pd.DataFrame(
        {"purity": [0.2, 0.75, np.nan], "chance": 0.1}, index=["attribute", "content_topics", "x"]
    )
    (said,) = separated(purity)
    assert "by captions 75%, by attributes 20%; of random ones 10%." in said
    assert separated(purity.iloc[2:]) == []


def test_partners_against_anybody():
    table = pd.DataFrame(
        {"kind": ["partners", "partners", "random pairs"], "content_topics": [0.5, 0.7, 0.2]}
    )
    assert "captions 0.60 against 0.20" in alike(table)[0]
    assert alike(table.iloc[:0]) == []
    assert alike(table[["kind"]]) == []


def test_without_blocks_there_is_nothing_to_say():
    features = replace(checkerboard(), blocks={}, made={})
    assert separated(neighbour_purity(features)) == []


def test_the_pairs_with_the_most_weight():
    weights = np.zeros((3, 3))
    weights[0, 1] = weights[1, 0] = 2.0  # 8 times
    weights[1, 2] = weights[2, 1] = 1.0
    first, second = heaviest_pairs(AttributeGraph(("a", "b", "c"), sparse.csr_array(weights)))
    assert "3 attributes occur together in 2 pairs. Most often: *a* with *b* (8 times)" in first
    assert "tenth of the pairs holds 67%" in second
    assert heaviest_pairs(None) == []


@pytest.mark.parametrize(("low", "begins"), [(0.6, "It does"), (0.4, "That is not shown")])
def test_to_learn_is_to_beat_chance_with_the_whole_interval(low, begins):
    class Trained:
        epoch, curve = 3, {"history": [{"near_zero": 0.0}, {"near_zero": 0.5}]}

    features = checkerboard()
    found = row("full", auc=0.7, ci95={"auc": [low, 0.8]})
    said = learnt(found, official_task(features), [Trained()])
    assert said[0].startswith(begins)
    assert "epoch 3 of 2" in said[-1]
    assert "50% of the weights" in said[-1]


def test_what_differences_show():
    rows = [
        differing("worse", 0.1, [0.05, 0.15]),
        differing("better", -0.1, [-0.15, -0.05]),
        differing("near", 0.01, [-0.1, 0.12]),
        differing("unknown", 0.01, None),
        differing("same", 0.1, [0.05, 0.15], same_as="worse"),
    ]
    assert parts_and_whole(rows, metrics=["auc"]) == [
        "**AUC**: *full* is ahead of worse; behind better; not told apart from near."
    ]


def test_a_place_among_those_that_compete():
    rows = [
        row("MORNING", auc=0.8),
        differing("similarity", -0.05, [-0.08, -0.02], auc=0.85),
        differing("oracle", -0.19, [-0.2, -0.1], auc=0.99, oracle=True),
        differing("RAND", 0.3, [0.2, 0.4], auc=0.5),
    ]
    place, told = standing(rows)
    assert place.startswith("By AUC MORNING is second of 3 methods")
    assert "first is similarity with 0.850" in place
    assert told == "**AUC**: *MORNING* is ahead of RAND; behind similarity."
    *places, told = standing([r | {"map": r["auc"]} for r in rows], metrics=["auc", "map"])
    assert len(places) == 2
    assert told.startswith("**AUC, MAP**: *MORNING* is ahead of RAND")
    (best,) = standing([rows[0], rows[3] | {"difference": None}])
    assert "MORNING is first of 2" in best
    assert "next is RAND" in best
    assert standing(rows[1:])[0] == ""


def test_the_best_and_the_worst_category():
    rows = [row("food", auc=0.7), row("shoes", auc=0.9), row("auto", auc=0.8), row("all", auc=1.0)]
    assert best_and_worst(rows, "So.") == [
        "AUC goes from 0.700 (food) to 0.900 (shoes).",
        "So.",
    ]
    assert best_and_worst(rows[:1], "So.") == ["So."]


def test_names_are_no_markdown():
    called = "*b* <b>[x](javascript:1)</b>\n\n# c"
    ranking = pd.DataFrame({"influencer_id": [called]})
    rows = [row(called, auc=0.7), row(f"{called}2", auc=0.9)]
    weights = np.array([[0.0, 1.0], [1.0, 0.0]])
    graph = AttributeGraph((called, f"{called}2"), sparse.csr_array(weights))
    said = listed(
        [*first_three(ranking, called, {}), *best_and_worst(rows, ""), *heaviest_pairs(graph)]
    )
    assert not set(said) & set("<>[]")
    assert len(said.splitlines()) == 4


def test_an_audit_says_what_was_found_and_nothing_else():
    rows = [row("MORNING", auc=0.8, cauc=0.7), row("category-oracle", auc=0.95, cauc=0.5)]
    found = {
        "recall_ceiling": {"10": 0.9},
        "added_by_training": {"seen": {"value": 0.02, "ci95": [-0.01, 0.05]}},
        "selection": {"validation": {"auc": 0.8}, "best test AUC": {"auc": 0.812}},
    }
    said = "\n".join(audited(rows, found))
    assert "AUC of 0.950 and a cAUC of 0.500; MORNING has 0.800 and 0.700" in said
    assert "+0.020 (95 % interval -0.010 to +0.050)" in said
    assert "more than R@10 0.900" in said
    assert "would add 0.012 to AUC" in said
    assert audited(rows[:1], {}) == []
    unmeasured = [row(name, auc=None, cauc=None) for name in ("MORNING", "category-oracle")]
    assert audited(unmeasured, {}) == []


def test_where_the_accounts_of_a_case_are():
    cases = [Case("top partner", 0, "i", 1200, {}, {})]
    study = CaseStudy("b", 0, 1, 3000, cases, {}, {"top partner": 2.0}, pd.DataFrame())
    said = ranks_of_cases(study)
    assert said[0] == "Of 3,000 candidates, 1 partner among them, b ranks the top partner 1,200."
    assert said[1].endswith("the top partner 2.")


def test_less_known_and_reasons_taken_away():
    said = by_what_is_known(
        [row("in the run", auc=0.9, map=0.5)],
        [{"removed": "captions", "named": 0.3, "random": 0.1}],
    )
    assert "*in the run* 0.500 (0.900)" in said[0]
    assert "captions, the score falls by 0.300; without as much at random, by 0.100" in said[1]


def test_what_each_perspective_adds_to_the_others():
    rows = [
        differing("au+att", 0.05, [0.01, 0.09]),
        differing("c+au", 0.01, [-0.02, 0.04]),
        differing("c+att", 0.0, [0.0, 0.0], same_as="full"),
        differing("c-only", 0.2, [0.1, 0.3]),
    ]
    (said,) = what_each_adds(rows)
    assert "content +0.050 (95 % interval +0.010 to +0.090);" in said
    assert said.endswith("to +0.040), not shown to be more than nothing.")
    assert "audiences" not in said
    assert what_each_adds(rows[2:]) == []
    assert what_each_adds([differing("c+au", None, None)]) == []


def test_whom_to_write_to():
    ranking = pd.DataFrame({"influencer_id": ["a", "b", "c", "d"], "chance": [0.5, 0.4, 0.4, 0.1]})
    (said,) = first_three(ranking, "acme", {"a": "one"})
    assert said == "acme should write to one, b, c first: 50, 40, 40 in 100 such are partners."
    assert first_three(ranking[["influencer_id"]], "acme", {}) == [
        "acme should write to a, b, c first."
    ]


def test_what_is_posted_most():
    shares = np.array([[0.5, 0.1, 0.4, 0.0], [0.1, 0.3, 0.2, 0.4]], dtype=np.float32)
    features = replace(checkerboard(), blocks={"content_topics": shares})
    (said,) = most_posted(features, "content_topics", ["a", "b", "c", "d"])
    assert "*c* 30%" in said
    assert "*a* 30%" in said
    assert "*b* 20%" in said or "*d* 20%" in said
    assert most_posted(features, "content_topics", None) == []
    assert most_posted(features, "audience_topics", ["a"]) == []
