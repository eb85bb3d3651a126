"""Result rows beside the paper: what is written, and that text from user data stays text."""

import numpy as np
import pandas as pd
from morning.evaluation import METRICS, brand_statistics, result_row
from morning.report.headings import HEADINGS
from morning.report.sentences.results import agreement
from morning.report.tables.results import (
    auc_versions,
    beside_paper,
    blocks_used,
    differences,
    planted,
)
from toys.rows import EVIL, row


class TestBesidePaper:
    def test_ours_above_the_paper(self):
        frame = beside_paper({"rows": [row()]}, ["auc", "medr"]).data
        assert frame.index.tolist() == [("full", "ours"), ("full", "paper")]
        assert frame.columns.tolist() == ["AUC", "MedR"]
        assert frame.to_numpy().tolist() == [
            ["0.500\n.400–.612", "2\n1–10.5"],
            ["0.884", "2"],
        ]

    def test_what_cannot_be_measured(self):
        alone = row(auc=None, ci95={"auc": None, "medr": None}, paper=None)
        frame = beside_paper({"rows": [alone]}, ["auc", "medr", "map"]).data
        assert frame.to_numpy().tolist() == [["–", "2", "–"]]

    def test_what_is_missing_says_what_it_needs(self):
        missing = {"method": "au-only", "needs": "audience", "paper": {"auc": 0.773}}
        frame = beside_paper({"rows": [], "missing": [missing]}, ["auc", "medr"]).data
        assert frame.to_numpy().tolist() == [["needs audience", ""], ["0.773", "–"]]

    def test_text_is_escaped(self):
        evil = row(EVIL)
        missing = {"method": f"{EVIL}2", "needs": EVIL, "paper": None}
        html = beside_paper({"rows": [evil], "missing": [missing]}, ["auc"]).to_html()
        assert "<script" not in html
        assert html.count("&lt;script&gt;") == 3


class TestDifferences:
    def test_signs_and_digits(self):
        entry = {"value": 0.01234, "ci95": [-0.001, 0.0256]}
        ranks = {"value": -1.25, "ci95": [-2.0, 0.04]}
        nothing = {"value": None, "ci95": None}
        document = {
            "rows": [
                {"method": "full"},
                {"method": "c-only", "difference": {"auc": entry, "medr": ranks, "map": nothing}},
            ]
        }
        frame = differences(document, ["auc", "medr", "map"]).data
        assert frame.index.tolist() == ["c-only"]
        assert frame.loc["c-only"].tolist() == [
            "+0.012\n-0.001 to +0.026",
            "-1.2\n-2.0 to +0.0",
            "–",
        ]

    def test_text_is_escaped(self):
        entry = {"value": 0.0, "ci95": [0.0, 0.0]}
        rows = [{"method": EVIL, "difference": {"auc": entry}}]
        assert "<script" not in differences({"rows": rows}, ["auc"]).to_html()


def test_blocks_used():
    rows = [
        row("full", blocks=["content_topics", "attribute"]),
        row("c-only", blocks=["content_topics"], same_as="full"),
    ]
    table = blocks_used({"rows": rows})
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
    assert html.count("<tr>") == 4  # two of the header, ours, the paper's
    assert "0.884" in html
    assert "**AUC**" in agreement(document)


def test_versions_of_auc():
    values = {"auc": 0.81234, "auc_clean": 0.7, "cauc": None, "cauc_clean": 0.5}
    table = auc_versions(values)
    assert table["AUC"].to_dict() == {"released": "0.8123", "clean": "0.7000"}
    assert table["cAUC"].to_dict() == {"released": "–", "clean": "0.5000"}


def test_what_was_planted():
    found = pd.DataFrame({m: [0.5, 0.25] for m in METRICS}, ["oracle", "topic part"])
    shown = planted(found.assign(medr=[1.0, 7.0], cauc=[0.5, np.nan]))
    assert shown.data.columns.tolist() == list(HEADINGS.values())
    html = shown.to_html()
    assert html.count(">0.500<") == 6
    assert html.count(">0.250<") == 5
    assert (">7.0<" in html, ">–<" in html, "nan" in html) == (True, True, False)
    assert planted(None) is None
