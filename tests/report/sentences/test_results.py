"""Where the paper's numbers lie against ours."""

import pytest
from morning.report.sentences.results import agreement, co_attention, single_runs
from toys.rows import row

# Of three seeds with a deviation of 0.01: 4.303 * 0.01 * sqrt(4 / 3) to either side.
HALF = 4.302652729696142 * 0.01 * (4 / 3) ** 0.5


def of(name, auc, **changes):
    return row(name, auc=auc, sd={"auc": 0.01}, seeds=3, **changes)


def test_single_runs_lie_around_the_mean_of_the_seeds():
    assert single_runs(of("full", 0.8), "auc") == pytest.approx((0.8 - HALF, 0.8 + HALF))
    assert single_runs(row("full", sd={"auc": None}, seeds=1), "auc") is None


def test_where_the_paper_lies():
    rows = [
        of("full", 0.884),
        of("c-only", 0.7),
        of("att-only", 0.95),
        of("mine", 0.1, paper=None),
        row("none", sd={"auc": None}, seeds=1),
    ]
    said = agreement({"rows": rows}, ["auc", "map"])
    assert said.startswith("The paper's numbers, held against where single runs of ours lie")
    lines = [line for line in said.splitlines() if line.startswith("- ")]
    assert lines == [
        "- **full**: as single runs in AUC.",
        "- **c-only**: better in AUC.",
        "- **att-only**: worse in AUC.",
    ]


def test_better_is_less_of_a_median_rank_and_is_said_once():
    both = {"sd": {"auc": 0.01, "medr": 0.1}, "seeds": 3}
    rows = [row(name, auc=0.8, medr=11.0, **both) for name in ("full", "c+att")]
    said = agreement({"rows": rows}, ["auc", "medr"])
    assert said.endswith("- **full, c+att**: better in all 2.")


def test_the_brands_are_the_same_and_do_not_count():
    """An interval over brands is wide enough for nearly anything; the spread of runs is not."""
    rows = [of("full", 0.8, ci95={"auc": [0.7, 0.9]})]
    assert "**full**: better in AUC" in agreement({"rows": rows}, ["auc"])


def test_one_seed_says_nothing():
    rows = [row("full", sd={"auc": None}, seeds=1)]
    assert agreement({"rows": rows}, ["auc"]).startswith("With a single seed")


def test_other_data_say_nothing_of_the_paper():
    text = agreement({"rows": [row(paper=None)]})
    assert text.startswith("The paper's numbers are about its own data")


def test_what_co_attention_adds():
    def ahead(value, *ci95):
        return {"value": value, "ci95": ci95 or None}

    difference = {
        "auc": ahead(0.02, 0.01, 0.03),
        "recall@10": ahead(-0.05, -0.08, -0.02),
        "mrr": ahead(0.01, -0.03, 0.05),
        "map": ahead(0.5),
    }
    text = co_attention({"rows": [row(), row("without", difference=difference)]}, "without")
    assert "AUC +0.020 (+0.010 to +0.030: it helps)" in text
    assert "R@10 -0.050 (-0.080 to -0.020: it harms)" in text
    assert text.endswith("MRR +0.010 (-0.030 to +0.050: neither is shown).")
    assert co_attention({"rows": [row()]}, "without") == ""
