"""Comparisons as text, CSV and LaTeX."""

import csv
import io

import pytest
from morning.evaluation import METRICS
from morning.report.export import export, to_csv, to_latex, to_text


def row(method, **changes):
    values = dict.fromkeys(METRICS, 0.25) | {"medr": 4.0}
    row = {"method": method, **values, "needs": None, "seeds": 1, "sd": dict.fromkeys(METRICS)}
    row |= {"ci95": dict.fromkeys(METRICS), "paper": None, "difference": None, "note": ""}
    return row | {"interpretation": False, "oracle": False, "seconds": 0.1} | changes


ROWS = [row("plain"), row("unmeasured", cauc=None), row("absent", auc=None, needs="needs posts")]


def test_what_cannot_be_measured_is_a_dash():
    """No two test brands of one category: there is no cAUC."""
    lines = to_text(ROWS).splitlines()
    assert lines[0].split() == [
        "method",
        "auc",
        "cauc",
        "recall@10",
        "recall@50",
        "mrr",
        "map",
        "medr",
    ]
    assert lines[2].split() == ["unmeasured", "0.250", "–", *["0.250"] * 4, "4.0"]
    assert lines[3].split() == ["absent", "needs", "posts"]


def test_csv_leaves_it_empty():
    read = list(csv.DictReader(io.StringIO(to_csv(ROWS))))
    assert [r["cauc"] for r in read] == ["0.25", "", "0.25"]


@pytest.mark.parametrize("missing", ["cauc", "medr"])
def test_latex_has_a_dash_too(missing):
    text = to_latex([row("a_b", **{missing: None})])
    assert r"a\_b" in text
    assert " -- " in text


def test_what_a_method_is_called_is_text_to_spreadsheets_latex_and_terminals():
    """In Table V methods are categories, which are the user's."""
    rows = [row("=HYPERLINK(1)"), row("[2cm] $x$ \\input{a}"), row("two\nlines \x1b[2J")]
    assert to_csv(rows).splitlines()[1].startswith("'=HYPERLINK(1),0.25")
    latex = to_latex(rows).splitlines()
    assert latex[5].startswith(r"{[}2cm{]} \$x\$ \textbackslash{}input\{a\} & ")
    assert to_text(rows).splitlines()[3].startswith(r"two lines \x1b[2J ")


def test_files_stand_beside_the_results(tmp_path):
    export(ROWS, tmp_path / "table.json")
    assert (tmp_path / "table.csv").read_text(encoding="utf-8") == to_csv(ROWS)
    assert (tmp_path / "table.tex").read_text(encoding="utf-8") == to_latex(ROWS)
    with pytest.raises(KeyError):
        export([{}], tmp_path / "table.json")
    assert {path.name for path in tmp_path.iterdir()} == {"table.csv", "table.tex"}
