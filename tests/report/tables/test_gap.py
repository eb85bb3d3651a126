"""Tables of the gap: in the order that validation brands give, with the spread of seeds."""

from morning.report.tables import gap as tables
from morning.studies.gap import main_effects, shares
from toys.evidence import evidence_row, found, grid_rows


def test_recipes_stand_in_the_order_of_validation():
    rows = [evidence_row("a", 0.7), evidence_row("b", 0.8), evidence_row("c", 0.75, sd=None)]
    printed = tables.recipes(rows).data
    assert printed.index.tolist() == ["b", "c", "a"]
    assert printed.loc["b", ("test", "AUC ↑")] == "0.800 ±\u00a00.010"
    assert printed.loc["c", ("test", "MAP ↑")] == "0.750"
    assert printed.loc["a", ("chosen", "epoch")] == "4"


def test_names_are_escaped():
    assert "<b>" not in tables.recipes([evidence_row("<b>x</b>")]).to_html()


def test_effects_beside_one_another():
    rows = grid_rows()
    printed = tables.effects({m: main_effects(rows, m) for m in ("auc", "map")}).data
    assert printed.loc["l1: 0", "AUC ↑"].startswith("+0.020 ±\u00a00.00")
    assert printed.shape == (4, 2)


def test_rules_that_choose_an_epoch():
    printed = tables.rules([evidence_row("a", 0.7), evidence_row("b", 0.6)]).data
    assert printed.loc["AUC of validation brands", "AUC ↑"] == 0.7
    assert printed.index[-1] == "AUC of test brands (optimistic)"
    assert printed["epoch"].tolist() == [4.0] * 5


def test_shares():
    printed = tables.shares(shares(found())).data
    assert printed.loc["training on all 286 brands", "AUC"] == "+0.003"


def test_results_and_splits():
    everything = found()
    assert "similarity" in tables.results(everything["everyone"]).to_html()
    assert "MORNING-best before similarity" in tables.splits(everything["splits"]).to_html()


def test_what_was_not_computed_is_said():
    empty = [tables.recipes([]), tables.rules([]), tables.results([]), tables.splits([])]
    assert {each.data for each in [*empty, tables.effects({"auc": []}), tables.shares([])]} == {
        "*Not computed yet: `make evidence` does.*"
    }
