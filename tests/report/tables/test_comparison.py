"""Methods over seeds, what they are, and which differences hold."""

import pytest
from morning.report.tables.comparison import method_notes, over_seeds, significance
from toys.rows import EVIL, row


class TestOverSeeds:
    def test_mean_and_deviation_of_those_with_several(self):
        several = row(EVIL, seeds=3, sd={"auc": 0.0123, "medr": 1.5})
        unmeasured = row("b", seeds=2, auc=None, sd={"auc": None, "medr": 0.0})
        rows = [several, unmeasured, row("once", seeds=1, sd={}), {"method": "no", "needs": "x"}]
        styled = over_seeds({"rows": rows}, ["auc", "medr"])
        assert styled.data.index.tolist() == [EVIL, "b"]
        assert styled.data.to_numpy().tolist() == [
            ["3", "0.500 ±\u00a00.012", "2.0 ±\u00a01.5"],
            ["2", "–", "2.0 ±\u00a00.0"],
        ]
        assert "<script" not in styled.to_html()

    def test_nobody_has_several(self):
        assert over_seeds({"rows": [row(seeds=1, sd={})]}).data.empty


def test_what_the_methods_are():
    kinds = {"interpretation": False, "oracle": False, "needs": None}
    rows = [
        row("plain", note=EVIL, **kinds),
        row("ours", note="n", **kinds | {"interpretation": True, "needs": "needs posts"}),
        row("told", note="n", **kinds | {"interpretation": True, "oracle": True}),
    ]
    notes = method_notes({"rows": rows})
    assert notes.data["kind"].tolist() == ["", "interpretation", "oracle"]
    assert notes.data["needs"].tolist() == ["", "needs posts", ""]
    assert "<script" not in notes.to_html()


@pytest.mark.parametrize(
    ("p", "written"), [(0.0004, "< 0.001"), (0.001, "0.001"), (1.0, "1.000"), (None, "–")]
)
def test_how_far_the_reference_is_ahead(p, written):
    entry = {"value": 0.0125, "ci95": [-0.01, 0.035], "p_holm": p}
    rows = [row("MORNING", difference=None), row("MIV", difference={"auc": entry})]
    table = significance({"rows": rows}, ["auc"]).data
    assert table.index.tolist() == ["MIV"]
    assert table.loc["MIV"].tolist() == ["+0.013 [-0.010,\u00a0+0.035]", written]


@pytest.mark.parametrize(("low", "shows"), [(0.001, True), (-0.01, False)])
def test_what_an_interval_shows_is_bold(low, shows):
    entry = {"value": 0.0125, "ci95": [low, 0.035], "p_holm": 0.01}
    html = significance({"rows": [row("MIV", difference={"auc": entry})]}, ["auc"]).to_html()
    assert ("font-weight: bold" in html) == shows
    assert "_row0_col1" not in html  # p
