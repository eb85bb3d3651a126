"""Tables of how well brands are ranked for."""

from morning.report.tables.recommend import agreement, how_well, taken_away

ROW = {
    "method": "eight posts",
    "auc": 0.81234,
    "map": 0.2,
    "recall@10": None,
    "ci95": {"auc": (0.7, 0.9), "map": None, "recall@10": None},
}
SHARE = {"known": "all", "ranks": "1 to 10", "stated": 0.4, "low": 0.3, "high": 0.5}


def test_how_well():
    text = how_well([ROW]).to_html()
    assert "0.812 [0.700,\u00a00.900]" in text
    assert ">–<" in text


def test_agreement():
    text = agreement([SHARE | {"observed": 0.41, "ci95": (0.35, 0.47)}]).to_html()
    assert "40.0 [30.0,\u00a050.0]" in text
    assert "41.0 [35.0,\u00a047.0]" in text
    few = agreement([SHARE | {"low": None, "observed": 0.41, "ci95": None}]).to_html()
    assert "40.0<" in few
    assert agreement([]) is None


def test_taken_away():
    row = {
        "removed": "captions",
        "pairs": 1240,
        "named": 0.3,
        "random": 0.1,
        "ahead": 0.2,
        "ci95": [0.1, 0.3],
        "more_often": 0.8,
    }
    text = taken_away([row, row | {"removed": "pictures", "ci95": None}]).to_html()
    assert "+0.200 [+0.100,\u00a0+0.300]" in text
    assert "1,240" in text
    assert "80%" in text
