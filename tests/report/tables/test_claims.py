"""The table of claims."""

from morning.report.tables.claims import claims, tally

ROWS = [
    {"number": 1, "claim": "A <b>", "paper": "1", "ours": "2", "verdict": "holds"},
    {"number": 2, "claim": "B", "paper": "3", "ours": "4", "verdict": "fails"},
    {"number": 3, "claim": "C", "paper": "5", "ours": "6", "verdict": "holds"},
]


def test_every_claim_has_a_line_and_text_is_escaped():
    html = claims(ROWS).to_html()
    assert html.count("<tr>") == 4  # one of the header
    assert "A &lt;b&gt;" in html


def test_metrics_are_called_as_in_the_tables():
    row = ROWS[0] | {"paper": "auc +4.1%", "ours": "a minus b: cauc -0.010, recall@10 0.3; a map"}
    table = claims([row]).data
    assert table["paper"].item() == "AUC +4.1%"
    assert table["ours"].item() == "a minus b: cAUC -0.010, R@10 0.3; a map"


def test_the_tally():
    assert tally(ROWS) == "Of 3 claims: 1 fails, 2 hold."
