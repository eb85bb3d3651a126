"""Where the paper's numbers lie against ours."""

from morning.report.sentences.results import agreement
from toys.rows import row


def test_where_the_paper_lies():
    rows = [
        row("full", ci95={"auc": [0.8, 0.9]}),
        row("c-only", ci95={"auc": [0.6, 0.7]}),
        row("att-only", ci95={"auc": [0.9, 0.95]}),
        row("mine", ci95={"auc": [0.1, 0.2]}, paper=None),
        row("none", ci95={"auc": None}),
    ]
    assert agreement({"rows": rows}, ["auc", "map"]) == (
        "- **AUC**: against our 95 % interval, the paper is inside it for full; "
        "above it for c-only; below it for att-only."
    )


def test_the_ends_are_inside():
    rows = [row("low", ci95={"auc": [0.884, 1.0]}), row("high", ci95={"auc": [0.1, 0.884]})]
    assert "inside it for low, high." in agreement({"rows": rows}, ["auc"])


def test_other_data_say_nothing_of_the_paper():
    text = agreement({"rows": [row(paper=None)]})
    assert text.startswith("The paper's numbers are about its own data")
