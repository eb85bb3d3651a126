"""Table V recombined, ours and the paper's."""

import numpy as np
from morning.evaluation import brand_statistics, category_rows
from morning.evaluation.published import PUBLISHED
from morning.report.tables.categories import recombined


def test_beside_the_paper_only_for_its_own_categories():
    rng = np.random.default_rng(0)
    positives = rng.random((4, 10)) < 0.4
    positives[:, 0] = True
    categories = np.array(["auto", "auto", "zoo", "zoo"])
    runs = [brand_statistics(rng.random((4, 10)), positives, categories)]
    document = {"rows": category_rows(runs, categories)}
    table = recombined(document).data
    assert table.columns.tolist() == [("ours", "all"), ("ours", "categories together")]
    assert (table["ours", "all"] == table["ours", "categories together"]).all()
    assert "MedR" not in table.index


def test_the_paper_beside_its_own_categories():
    positives = np.eye(4, 8, dtype=bool)
    categories = np.array(["auto", "auto", "food", "food"])
    scores = np.arange(32.0).reshape(4, 8)
    rows = category_rows(
        [brand_statistics(scores, positives, categories)],
        categories,
        table="table5_categories",
    )
    table = recombined({"rows": rows}).data
    printed = PUBLISHED["table5_categories"]
    assert table["paper", "all"].tolist()[-1] == f"{printed['all']['map']:.3f}"
    together = (printed["auto"]["map"] + printed["food"]["map"]) / 2
    assert table["paper", "categories together"].tolist()[-1] == f"{together:.3f}"
    assert table.index.tolist() == ["AUC", "cAUC", "R@10", "R@50", "MRR", "MAP"]
