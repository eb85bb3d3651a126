"""What rankings get that know nothing, or categories alone."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from morning.evaluation.published import PUBLISHED
from morning.rankers.rand import expected_metrics
from morning.report.audit import category, chance, printed_chance
from morning.report.headings import HEADINGS
from toys.audited import assert_sound, is_empty, known_controls


def mean(runs, metric):
    return np.mean([run.metrics()[metric] for run in runs])


def test_rows_figure_and_text_of_the_category(subject):
    known = known_controls(subject)
    section = category(subject, known)
    assert_sound(section)
    assert [row["method"] for row in section.rows] == ["MORNING", *known]
    assert [row.get("part") for row in section.rows] == [None, *["controls"] * 4]
    for row in section.rows[1:]:
        exact = expected_metrics(subject.task)["map"] if row["method"] == "RAND" else None
        assert row["map"] == pytest.approx(exact or mean(known[row["method"]], "map"))
    measured = sum(row["cauc"] is not None for row in section.rows)
    dots = [line for line in section.figure.axes[0].lines if line.get_marker() == "o"]
    assert len(dots) == measured
    ours, oracle = subject.row, {m: mean(known["category-oracle"], m) for m in ("auc", "cauc")}
    if ours["auc"] is None:
        assert section.text == ""
        return
    more = "more" if oracle["auc"] > ours["auc"] else "no more"
    assert f"AUC of {oracle['auc']:.3f}, {more} than MORNING's {ours['auc']:.3f};" in section.text
    lead = (mean(known["category-predictor"], "auc") - 0.5) / (ours["auc"] - 0.5)
    assert "*category-predictor*, which knows nothing" in section.text
    assert f"has {lead:.0%} of MORNING's lead" in section.text
    assert (f"reaches {ours['cauc'] or 0:.3f}: what" in section.text) == (measured > 0)


def test_cosine_speaks_where_there_is_no_predictor_and_a_poor_model_leads_nobody(subjects):
    subject = subjects["shared"]
    known = known_controls(subject)
    del known["category-predictor"]
    assert "The *similarity*, which" in category(subject, known).text
    poor = replace(subject, row=subject.row | {"auc": 0.4})
    assert "lead over" not in category(poor, known).text


def test_chance_is_expected_and_drawn(subject):
    known = known_controls(subject)
    section = chance(subject, known)
    assert_sound(section)
    expected, n = section.findings["expected_of_random"], len(subject.task.influencers)
    assert expected["recall@10"] == pytest.approx(min(10, n) / n)
    assert {expected[m] for m in ("auc", "cauc") if m in expected} <= {0.5}
    table = section.tables[0].data
    assert table.index.tolist() == ["expected", "mean", "std", "2.5%", "97.5%"]
    assert table.columns.tolist() == list(HEADINGS.values())
    assert table.loc["expected", "MAP"] == expected["map"]
    draws = [run.metrics()["map"] for run in known["RAND"]]
    assert table.loc["mean", "MAP"] == pytest.approx(np.mean(draws))
    assert table.loc["97.5%", "MAP"] == pytest.approx(np.quantile(draws, 0.975))
    lines = [len(axis.lines) for axis in section.figure.axes[:5]]
    assert lines == [1 if subject.table else 0] * 5


def test_where_the_printed_row_lies(subjects):
    subject = subjects["public"]
    known = known_controls(subject)
    section = printed_chance(subject, known)
    assert_sound(section)
    paper, below = PUBLISHED["table3_baselines"]["RAND"], section.findings["paper_rand_position"]
    for metric, places in (("auc", 3), ("mrr", 3), ("medr", 0)):
        drawn = pd.Series([run.metrics()[metric] for run in known["RAND"]]).round(places)
        share = (drawn < paper[metric]).mean() + (drawn == paper[metric]).mean() / 2
        assert below[metric] == pytest.approx(share)
        assert section.tables[0].data.loc["share of draws below", HEADINGS[metric]] == below[metric]
    assert section.text.startswith("4 of its 4 rank metrics lie in the lower half")
    assert is_empty(printed_chance(subjects["shared"], known))
