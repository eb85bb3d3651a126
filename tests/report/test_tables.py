"""Tables of the book: what they say, and that text from user data stays text."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from morning.dataset import Dataset
from morning.evaluation import brand_statistics
from morning.evaluation.metrics import METRICS, POOLED
from morning.evaluation.published import DATASET, PUBLISHED
from morning.evaluation.results import category_rows, result_row
from morning.features import BLOCKS, FeatureSet
from morning.report import tables

Maker = Callable[..., FeatureSet]
EVIL = "<script>alert('&')</script>"


def row(method: str = "full", **changes: object) -> dict[str, object]:
    columns = {
        "method": method,
        "auc": 0.5,
        "medr": 2.0,
        "ci95": {"auc": [0.4, 0.612], "medr": [1.0, 10.5]},
        "paper": {"auc": 0.884, "medr": 2},
    }
    return columns | changes


class TestBesidePaper:
    def test_ours_above_the_paper(self):
        frame = tables.beside_paper({"rows": [row()]}, ["auc", "medr"]).data
        assert frame.index.tolist() == [("full", "ours"), ("full", "paper")]
        assert frame.columns.tolist() == ["AUC", "MedR"]
        assert frame.to_numpy().tolist() == [
            ["0.500\n.400–.612", "2\n1–10.5"],
            ["0.884", "2"],
        ]

    def test_what_cannot_be_measured(self):
        alone = row(auc=None, ci95={"auc": None, "medr": None}, paper=None)
        frame = tables.beside_paper({"rows": [alone]}, ["auc", "medr", "map"]).data
        assert frame.to_numpy().tolist() == [["–", "2", "–"]]

    def test_what_is_missing_says_what_it_needs(self):
        missing = {"method": "au-only", "needs": "audience", "paper": {"auc": 0.773}}
        frame = tables.beside_paper({"rows": [], "missing": [missing]}, ["auc", "medr"]).data
        assert frame.to_numpy().tolist() == [["needs audience", ""], ["0.773", "–"]]

    def test_text_is_escaped(self):
        evil = row(EVIL)
        missing = {"method": f"{EVIL}2", "needs": EVIL, "paper": None}
        html = tables.beside_paper({"rows": [evil], "missing": [missing]}, ["auc"]).to_html()
        assert "<script" not in html
        assert html.count("&lt;script&gt;") == 3


class TestOverSeeds:
    def test_mean_and_deviation_of_those_with_several(self):
        several = row(EVIL, seeds=3, sd={"auc": 0.0123, "medr": 1.5})
        unmeasured = row("b", seeds=2, auc=None, sd={"auc": None, "medr": 0.0})
        rows = [several, unmeasured, row("once", seeds=1, sd={}), {"method": "no", "needs": "x"}]
        styled = tables.over_seeds({"rows": rows}, ["auc", "medr"])
        assert styled.data.index.tolist() == [EVIL, "b"]
        assert styled.data.to_numpy().tolist() == [
            ["3", "0.500\n±.012", "2\n±1.5"],
            ["2", "–", "2\n±0"],
        ]
        assert "<script" not in styled.to_html()

    def test_nobody_has_several(self):
        assert tables.over_seeds({"rows": [row(seeds=1, sd={})]}).data.empty


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
        frame = tables.differences(document, ["auc", "medr", "map"]).data
        assert frame.index.tolist() == ["c-only"]
        assert frame.loc["c-only"].tolist() == [
            "+0.012\n-0.001 to +0.026",
            "-1.2\n-2.0 to +0.0",
            "–",
        ]

    def test_text_is_escaped(self):
        entry = {"value": 0.0, "ci95": [0.0, 0.0]}
        rows = [{"method": EVIL, "difference": {"auc": entry}}]
        assert "<script" not in tables.differences({"rows": rows}, ["auc"]).to_html()


class TestAgreement:
    def test_where_the_paper_lies(self):
        rows = [
            row("full", ci95={"auc": [0.8, 0.9]}),
            row("c-only", ci95={"auc": [0.6, 0.7]}),
            row("att-only", ci95={"auc": [0.9, 0.95]}),
            row("mine", ci95={"auc": [0.1, 0.2]}, paper=None),
            row("none", ci95={"auc": None}),
        ]
        assert tables.agreement({"rows": rows}, ["auc", "map"]) == (
            "- **AUC**: against our 95 % interval, the paper is inside it for full; "
            "above it for c-only; below it for att-only."
        )

    def test_the_ends_are_inside(self):
        rows = [row("low", ci95={"auc": [0.884, 1.0]}), row("high", ci95={"auc": [0.1, 0.884]})]
        assert "inside it for low, high." in tables.agreement({"rows": rows}, ["auc"])

    def test_other_data_say_nothing_of_the_paper(self):
        text = tables.agreement({"rows": [row(paper=None)]})
        assert text.startswith("The paper's numbers are about its own data")


class TestSummaries:
    def test_inventory(self, tiny_features: Maker):
        features = tiny_features(made={"attribute": {"method": "node2vec"}})
        table = tables.inventory(features)
        assert table.index.get_level_values("block").tolist() == list(BLOCKS)
        assert table["here"].tolist() == ["absent", "3", "absent", "absent", "2"]
        assert table["in the paper"].tolist() == [1365, 22, 1365, 21, 128]
        assert table["made by"].tolist() == ["–", "–", "–", "–", "node2vec"]

    def test_collaborations(self, tiny_features: Maker):
        table = tables.collaboration_summary(tiny_features())
        assert table.loc["train"].tolist() == ["4", "5", "3", "1", "1", "2", "1.25"]
        assert table.loc["test"].tolist() == ["2", "3", "3", "1", "1.5", "2", "1.5"]

    def test_collaborations_without_test_brands(self, tiny_features: Maker):
        features = tiny_features()
        features.accounts["split"] = features.accounts["split"].replace("test", "train")
        assert tables.collaboration_summary(features).index.tolist() == ["train"]

    def test_overlap(self, tiny_features: Maker):
        # Training partners: m1 (auto, food), m2 (auto, food), m3 (auto). Test: b5 auto m1;
        # b6 food m2, m4. Both test positives that are seen are of the same category.
        assert tables.overlap_table(tiny_features())["count"].tolist() == [
            "2",
            "2",
            "3",
            "2 (66.7%)",
            "2",
        ]

    def test_dataset_rows(self):
        dataset = Dataset(
            pd.DataFrame(
                {"account_id": ["b", "m", "n"], "role": ["brand", "influencer", "influencer"]}
            ),
            pd.DataFrame(),
            posts=pd.DataFrame({"post_id": ["1", "2", "3"], "account_id": ["b", "n", "n"]}),
        )
        rows = tables.dataset_rows(dataset)
        assert [(r["role"], r["accounts"], r["posts"]) for r in rows] == [
            ("brand", 1, 1),
            ("influencer", 2, 2),
            ("audience", 0, 0),
        ]
        json.dumps(rows)  # what a results file takes
        table = tables.dataset_table(rows)
        assert table.loc["influencer"].tolist() == ["2", "3,748", "2", "187,400"]
        assert table["accounts", "paper"].tolist() == ["360", "3,748", "102,700"]
        assert [r["paper"] for r in rows] == list(DATASET.values())

    def test_concentration(self):
        vectors = {
            "one-hot": np.eye(4, dtype=np.float32),
            "even": np.full((3, 4), 0.25, np.float32),
            "two of five": np.tile(np.array([0.5, 0.5, 0, 0, 0], np.float32), (2, 1)),
        }
        table = tables.concentration(vectors)
        assert table["classes"].tolist() == ["4", "4", "5"]
        assert table["largest entry, median"].tolist() == ["1.000", "0.250", "0.500"]
        assert table["effective classes, median"].tolist() == ["1.00", "4.00", "2.00"]
        assert table["effective classes, 90 %"].tolist() == ["1.00", "4.00", "2.00"]

    def test_blocks_used(self):
        rows = [
            row("full", blocks=["content_topics", "attribute"]),
            row("c-only", blocks=["content_topics"], same_as="full"),
        ]
        table = tables.blocks_used({"rows": rows})
        assert table["blocks"].tolist() == ["content_topics, attribute", "content_topics"]
        assert table["same training as"].tolist() == ["", "full"]


class TestRecombination:
    def test_by_hand(self):
        parts = [
            row("auto", brands=1, comparisons=dict.fromkeys(POOLED, 10)),
            row("food", brands=3, comparisons=dict.fromkeys(POOLED, 30)),
        ]
        for part, value in zip(parts, (0.2, 0.6), strict=True):
            part |= dict.fromkeys(METRICS, value)
        combined = tables.recombine([*parts, row("all")])
        assert set(combined) == set(METRICS) - {"medr"}
        assert combined == pytest.approx(dict.fromkeys(combined, (0.2 + 3 * 0.6) / 4))

    def test_a_category_without_comparisons_has_no_weight(self):
        parts = [
            row("auto", brands=1, comparisons=dict.fromkeys(POOLED, 0)),
            row("food", brands=1, comparisons=dict.fromkeys(POOLED, 5)),
        ]
        for part, value in zip(parts, (0.0, 0.6), strict=True):
            part |= dict.fromkeys(METRICS, value)
        parts[0] |= dict.fromkeys(POOLED, None)
        combined = tables.recombine(parts)
        assert combined["auc"] == pytest.approx(0.6)
        assert combined["map"] == pytest.approx(0.3)

    @given(seed=st.integers(0, 2**32), n_categories=st.integers(1, 4))
    def test_categories_together_are_all(self, seed: int, n_categories: int):
        rng = np.random.default_rng(seed)
        n, m = 9, 12
        positives = rng.random((n, m)) < 0.3
        positives[np.arange(n), rng.integers(0, m, n)] = True
        scores = np.round(rng.random((n, m)), 1)  # with ties
        categories = np.array([f"c{i % n_categories}" for i in range(n)])
        runs = [brand_statistics(scores, positives, categories)]
        rows = category_rows(runs, categories, resamples=2)
        combined = tables.recombine(rows)
        for metric, value in combined.items():
            if rows[-1][metric] is not None:
                assert value == pytest.approx(rows[-1][metric], abs=1e-12)

    def test_the_paper_does_not_quite_recombine(self):
        """The published categories give R@50 0.529 together, and the published total is 0.551."""
        published = PUBLISHED["table5_categories"]
        rows = [
            row(name, brands=7 if name in ("airline", "auto") else 6, **dict(numbers))
            for name, numbers in published.items()
            if name != "all"
        ]
        for part in rows:
            part["comparisons"] = dict.fromkeys(POOLED, 1)
            part |= dict.fromkeys(set(METRICS) - set(part), 0.0)
        combined = tables.recombine(rows)
        assert round(combined["recall@50"], 3) == 0.529
        assert published["all"]["recall@50"] == 0.551

    def test_beside_the_paper_only_for_its_own_categories(self):
        rng = np.random.default_rng(0)
        positives = rng.random((4, 10)) < 0.4
        positives[:, 0] = True
        categories = np.array(["auto", "auto", "zoo", "zoo"])
        runs = [brand_statistics(rng.random((4, 10)), positives, categories)]
        document = {"rows": category_rows(runs, categories, resamples=2)}
        table = tables.recombined(document)
        assert table.columns.tolist() == [("ours", "all"), ("ours", "categories together")]
        assert (table["ours", "all"] == table["ours", "categories together"]).all()
        assert "MedR" not in table.index


def test_a_row_as_evaluation_writes_it(tmp_path: Path):
    rng = np.random.default_rng(0)
    positives = rng.random((5, 20)) < 0.3
    positives[:, 3] = True
    runs = [
        brand_statistics(rng.random((5, 20)), positives, np.array(list("aabbb"))) for _ in range(2)
    ]
    document = {"rows": [result_row("full", runs, table="table4_ablations", resamples=50)]}
    html = tables.beside_paper(document).to_html()
    assert html.count("<tr>") == 4  # two of the header, ours, the paper's
    assert "0.884" in html
    assert "AUC" in tables.agreement(document)
