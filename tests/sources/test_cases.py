"""Folders as people bring them, one fault each: read right, or refused in a sentence that says why.

After reports and exports of other people; the data are invented. What readers of single columns
do with all their spellings is tested with them.
"""

import pandas as pd
import pytest
from morning.features.topic_view import topic_frame
from morning.prepare.checked import checked
from morning.prepare.perspectives import content
from morning.sources import load
from morning.sources.sample import write_sample
from toys.cases import ALIKE, READ, REFUSED
from toys.folders import BRANDS, write_folder


@pytest.fixture
def mine(tmp_path):
    """Return a folder that is right."""
    write_folder(tmp_path / "mine")
    return tmp_path / "mine"


@pytest.mark.parametrize(("change", "said"), REFUSED.values(), ids=REFUSED)
def test_is_refused_once(mine, change, said):
    change(mine)
    report, _ = checked(mine)
    named = [str(problem) for problem in report.errors if said in str(problem)]
    assert len(named) == 1
    assert len(report.errors) <= 2
    assert len(named[0]) < 600


@pytest.mark.parametrize(("change", "column", "cells", "said"), READ.values(), ids=READ)
def test_is_read_right(mine, change, column, cells, said):
    change(mine)
    report, view = checked(mine)
    assert report.errors == []
    assert view.candidates > 0
    found = load(mine).dataset.posts[column]
    expected = pd.Series(cells, dtype=found.dtype if column != "posted_at" else "datetime64[ns]")
    pd.testing.assert_series_equal(found[: len(cells)], expected, check_names=False)
    warnings = [str(problem) for problem in report.warnings if problem.column == column or said]
    assert any(said in warning for warning in warnings) if said else warnings == []


@pytest.mark.parametrize(("change", "said"), ALIKE.values(), ids=ALIKE)
def test_is_the_same_in_another_form(mine, change, said):
    before = load(mine).dataset
    change(mine)
    report, _ = checked(mine)
    assert report.errors == []
    for name, table in load(mine).dataset.tables().items():
        pd.testing.assert_frame_equal(table, before.tables()[name])
    usual = ("audiences.csv: is not there", "split: is empty")
    warnings = [str(p) for p in report.warnings if not any(u in str(p) for u in usual)]
    assert all(said and said in warning for warning in warnings)
    assert bool(warnings) == bool(said)


def test_one_brand_is_none_to_test(mine):
    for name, kept in (("accounts", ("b0", "i")), ("posts", ("p",)), ("collaborations", ("b0",))):
        path = mine / f"{name}.csv"
        header, *rows = path.read_text().splitlines(True)
        path.write_text(header + "".join(row for row in rows if row.startswith(kept)))
    posts = pd.read_csv(mine / "posts.csv")
    posts[~posts["account_id"].isin(BRANDS[1:])].to_csv(mine / "posts.csv", index=False)
    report, _ = checked(mine)
    assert [p.rule for p in report.errors] == [
        "have no brand to rank for: no split = test, and at least two brands are needed"
    ]


def test_the_sample_goes_through_chapter_2(tmp_path):
    write_sample(tmp_path / "sample")
    made = content(load(tmp_path / "sample"), tmp_path, visual="none")
    assert 2 <= made.topics.lda.num_topics <= len(made.documents)
    assert "<iframe" in topic_frame(made.topics, made.documents)
