"""Result rows beside the paper: what is written, and that text from user data stays text."""

import re

import numpy as np
import pandas as pd
from morning.evaluation import METRICS, brand_statistics, result_row
from morning.report.headings import HEADINGS, PAPER_METRICS, headings
from morning.report.sentences.results import agreement
from morning.report.tables.results import (
    auc_versions,
    beside_paper,
    blocks_used,
    differences,
    planted,
)
from toys.rows import EVIL, row

UNKNOWN = {metric: {"value": None, "ci95": None} for metric in PAPER_METRICS}


def bold(table):
    """Return row and column of the cells in bold."""
    rules = re.findall(r"(#[^{}]+) {\s*font-weight: bold;", table.style.to_html())
    places = re.findall(r"_row(\d+)_col(\d+)", " ".join(rules))
    return {(int(line), int(column)) for line, column in places}


class TestBesidePaper:
    def test_ours_above_the_paper(self):
        frame = beside_paper({"rows": [row()]}, ["auc", "medr"]).data
        assert frame.index.tolist() == [("full", "ours"), ("full", "paper")]
        assert frame.columns.tolist() == ["AUC ↑", "MedR ↓"]
        assert frame.to_numpy().tolist() == [
            ["0.500 [0.400,\u00a00.612]", "2.0 [1.0,\u00a010.5]"],
            ["0.884", "2.0"],
        ]

    def test_what_cannot_be_measured(self):
        alone = row(auc=None, ci95={"auc": None, "medr": None}, paper=None)
        frame = beside_paper({"rows": [alone]}, ["auc", "medr", "map"]).data
        assert frame.to_numpy().tolist() == [["–", "2.0", "–"]]
        assert frame.index.tolist() == ["full"]

    def test_what_is_missing_says_what_it_needs(self):
        missing = {"method": "au-only", "needs": "audience", "paper": {"auc": 0.773}}
        frame = beside_paper({"rows": [], "missing": [missing]}, ["auc", "medr"]).data
        assert frame.to_numpy().tolist() == [["needs audience", ""], ["0.773", "–"]]

    def test_text_is_escaped(self):
        evil = row(EVIL)
        missing = {"method": f"{EVIL}2", "needs": EVIL, "paper": None}
        html = beside_paper({"rows": [evil], "missing": [missing]}, ["auc"]).to_html()
        assert "<script" not in html
        assert html.count("&lt;script&gt;") == 2 * 3  # again in the fold

    def test_groups_stand_in_their_order(self):
        names = ["category-oracle", "popularity", "MIV", "MORNING", "cosine", "CAMERA"]
        rows = [row(name, paper=None) for name in names]
        missing = [
            {"method": name, "needs": "posts", "paper": None} for name in ("MORNING-best", "BAMIR")
        ]
        index = beside_paper({"rows": rows, "missing": missing}).data.index
        assert index.tolist() == [
            ("MORNING", "MORNING"),
            ("MORNING", "MORNING-best"),
            ("rivals", "MIV"),
            ("rivals", "CAMERA"),
            ("rivals", "BAMIR"),
            ("controls", "popularity"),
            ("controls", "cosine"),
            ("oracles", "category-oracle"),
        ]
        assert index.names == ["", "method"]

    def test_one_group_is_not_named(self):
        rows = [row("MIV"), row("CAMERA", paper=None)]
        frame = beside_paper({"rows": rows}).data
        assert frame.index.names == ["method", "source"]
        assert frame.index.tolist() == [("MIV", "ours"), ("MIV", "paper"), ("CAMERA", "ours")]

    def test_the_best_is_bold_and_never_an_oracle(self):
        rows = [
            row("MORNING", auc=0.7, medr=9.0),
            row("MIV", auc=0.6, medr=3.0),
            row("category-oracle", auc=0.9, medr=1.0, paper=None),
            {"method": "SBR", "needs": "captions", "paper": {"auc": 0.99}},
        ]
        table = beside_paper({"rows": rows}, ["auc", "medr", "map"])
        sources = table.data.index.get_level_values("source")
        assert sources.tolist() == ["ours", "paper", "ours", "paper", "ours", "paper", "ours"]
        assert bold(table) == {(0, 0), (2, 1)}
        assert bold(beside_paper({"rows": rows[::2]}, ["auc"])) == set()
        assert bold(beside_paper({"rows": rows}, ["auc"], rivals=False)) == set()

    def test_all_seven_metrics_are_folded(self):
        table = beside_paper({"rows": [row()]})
        assert table.data.columns.tolist() == ["AUC ↑", "cAUC ↑", "MAP ↑"]
        assert table.more.data.columns.tolist() == list(headings(PAPER_METRICS).values())
        assert table.more.data.index.equals(table.data.index)


class TestDifferences:
    def test_signs_and_digits(self):
        entry = {"value": 0.01234, "ci95": [-0.001, 0.0256]}
        ranks = {"value": -1.25, "ci95": [-2.0, 0.04]}
        document = {
            "rows": [
                {"method": "full"},
                {"method": "c-only", "difference": UNKNOWN | {"auc": entry, "medr": ranks}},
            ]
        }
        frame = differences(document, ["auc", "medr", "map"]).data
        assert frame.index.tolist() == ["c-only"]
        assert frame.loc["c-only"].tolist() == [
            "+0.012 [-0.001,\u00a0+0.026]",
            "-1.2 [-2.0,\u00a0+0.0]",
            "–",
        ]

    def test_text_is_escaped(self):
        entry = {"value": 0.0, "ci95": [0.0, 0.0]}
        rows = [{"method": EVIL, "difference": UNKNOWN | {"auc": entry}}]
        assert "<script" not in differences({"rows": rows}, ["auc"]).to_html()

    def test_what_an_interval_shows_is_bold(self):
        shown = {"value": 0.02, "ci95": [0.01, 0.03]}
        worse = {"value": -0.02, "ci95": [-0.03, -0.01]}
        unsure = {"value": 0.02, "ci95": [-0.01, 0.05]}
        found = UNKNOWN | {"auc": shown, "cauc": unsure, "mrr": worse}
        table = differences({"rows": [{"method": "c-only", "difference": found}]})
        assert table.data.columns.tolist() == ["AUC ↑", "cAUC ↑", "MAP ↑"]
        assert (bold(table), bold(table.more)) == ({(0, 0)}, {(0, 0), (0, 4)})


def test_blocks_used():
    rows = [
        row("full", blocks=["content_topics", "attribute"]),
        row("c-only", blocks=["content_topics"], same_as="full"),
    ]
    table = blocks_used({"rows": rows}).data
    assert table["blocks"].tolist() == ["content_topics, attribute", "content_topics"]
    assert table["same training as"].tolist() == ["", "full"]


def test_a_row_as_evaluation_writes_it(tmp_path):
    rng = np.random.default_rng(0)
    positives = rng.random((5, 20)) < 0.3
    positives[:, 3] = True
    runs = [
        brand_statistics(rng.random((5, 20)), positives, np.array(list("aabbb"))) for _ in range(2)
    ]
    document = {"rows": [result_row("full", runs, table="table4_ablations")]}
    html = beside_paper(document).to_html()
    assert html.count("<tr>") == 2 * 3  # of the header, ours, the paper's; again in the fold
    assert "0.884" in html
    assert "- **full**: " in agreement(document)


def test_versions_of_auc():
    values = {"auc": 0.81234, "auc_clean": 0.7, "cauc": None, "cauc_clean": 0.5}
    table = auc_versions(values).data
    assert table["AUC"].to_dict() == {"released": "0.8123", "clean": "0.7000"}
    assert table["cAUC"].to_dict() == {"released": "–", "clean": "0.5000"}


def test_what_was_planted():
    found = pd.DataFrame({m: [0.5, 0.25] for m in METRICS}, ["oracle", "topic part"])
    shown = planted(found.assign(medr=[1.0, 7.0], cauc=[0.5, np.nan]))
    assert shown.data.columns.tolist() == list(headings(HEADINGS).values())
    html = shown.to_html()
    assert html.count(">0.500<") == 6
    assert html.count(">0.250<") == 5
    assert (">7.0<" in html, ">–<" in html, "nan" in html) == (True, True, False)
    assert planted(None) is None
