"""Ties, comparisons, the ceiling of recall and Table V, on worlds counted by hand."""

from dataclasses import replace

import numpy as np
import pytest
from morning.evaluation.published import PUBLISHED
from morning.report.audit import comparisons, recall_ceiling, recombination, ties
from morning.studies.audit.arithmetic import quantised
from toys.audited import assert_sound, is_empty, shared, subject_of
from toys.tasks import make_task


def test_what_ties_cost(subject):
    section = ties(subject)
    assert_sound(section)
    table, found = section.tables[0].data, section.findings["ties"]
    coarse = quantised(subject.scores, subject.task)
    assert table["AUC, clean"].equals(coarse["auc_clean"].rename("AUC, clean"))
    assert table.loc["all", "R@10"] == pytest.approx(subject.row["recall@10"])
    assert found["constant"] == table.loc["1"].set_axis(coarse.columns).dropna().to_dict()
    assert found["share"] == 0
    drawn = section.figure.axes[1].lines[0].get_ydata()
    assert list(drawn) == table["R@10"].tolist()
    recall = f"recall@10 from {table['R@10']['all']:.3f} to {table['R@10']['10']:.3f}."
    assert section.text.startswith("0.00% of MORNING's own scores are tied")
    assert section.text.endswith(recall)
    if coarse.loc["all", ["auc", "auc_clean"]].notna().all():
        assert "AUC of 0.0 as released and 0.5 clean." in section.text
        assert f"the clean one {table['AUC, clean']['10']:.3f}." in section.text


def test_a_constant_is_all_ties(subjects):
    subject = subjects["shared"]
    section = ties(replace(subject, scores=[np.zeros_like(s) for s in subject.scores]))
    assert section.text.startswith("100.00% of MORNING's own scores are tied")
    assert section.findings["ties"]["share"] == 1


def test_comparisons_counted_by_hand(subjects):
    # Each of the 24 pairs meets two other partners of its brand, through the other brand of its
    # group, and 3 partners of each of 2 brands in each of the 3 other groups: 1 of its category.
    section = comparisons(subjects["shared"])
    count = {
        "auc": {"released": 480, "two partners": 48, "repeated": 216, "clean": 216},
        "cauc": {"released": 192, "two partners": 48, "repeated": 72, "clean": 72},
    }
    assert section.findings["comparisons"] == count
    made, versions = (table.data for table in section.tables)
    assert made.loc["cAUC"].to_dict() == count["cauc"]
    row, bias = subjects["shared"].row, section.findings["released_minus_clean"]
    assert bias["cauc"] == pytest.approx(row["cauc"] - row["cauc_clean"])
    assert versions.loc["AUC"].tolist() == [row["auc"], row["auc_clean"], bias["auc"]]
    assert section.text == (
        "48 comparisons of AUC (10.00%) and 48 of cAUC (25.00%) set two partners against each "
        f"other. For this model, released differs from clean by {bias['auc']:+.4f} in AUC and "
        f"{bias['cauc']:+.4f} in cAUC."
    )


def test_comparisons_say_what_could_be_measured(subject):
    section = comparisons(subject)
    assert_sound(section)
    for heading, metric in (("AUC", "auc"), ("cAUC", "cauc")):
        known = metric in section.findings["released_minus_clean"]
        assert (f" in {heading}" in section.text) == known == (subject.row[metric] is not None)


def test_how_high_recall_can_go(subjects):
    on = make_task([[1] * 15 + [0] * 5, [1] * 10 + [0] * 10], ["food", "auto"])
    subject = replace(subjects["shared"], task=on, row={"recall@10": 0.5})
    section = recall_ceiling(subject)
    highest = (10 / 15 + 1) / 2
    assert section.findings["recall_ceiling"] == {"10": pytest.approx(highest), "50": 1.0}
    assert section.text == (
        "1 of 2 brands have more than ten partners, so recall@10 cannot exceed **0.833** "
        "(recall@50: 1.000). MORNING's 0.500 is 60% of what can be had."
    )


def test_whether_table_v_adds_up(subjects):
    assert is_empty(recombination(subjects["shared"]))
    board = shared()
    names = board.accounts["category"].map({"category-0": "auto", "category-1": "food"})
    board = replace(board, accounts=board.accounts.assign(category=names), source="public")
    section = recombination(subject_of(board))
    assert_sound(section)
    printed, gap = PUBLISHED["table5_categories"], section.findings["table5_gap"]
    # As many brands and comparisons in both categories: plain means.
    for heading, metric in (("AUC", "auc"), ("R@50", "recall@50"), ("MRR", "mrr")):
        together = (printed["auto"][metric] + printed["food"][metric]) / 2
        assert gap[heading] == pytest.approx(together - printed["all"][metric], abs=5.1e-4)
        shown = section.tables[0].data.loc[heading, ("paper", "categories together")]
        assert float(shown) == pytest.approx(together, abs=5.1e-4)
    widest = max(gap, key=lambda heading: abs(gap[heading]))
    assert f"by {gap[widest]:+.3f} in {widest}, the widest gap" in section.text
    assert "MedR" not in gap
