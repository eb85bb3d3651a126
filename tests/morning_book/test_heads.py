"""Heads of tables that are names of metrics, and no others, lead to the page that explains them."""

import pytest
from morning.report.headings import PAPER_METRICS, headings
from morning_book import ROOT
from morning_book.heads import PAGE, anchor, linked


@pytest.mark.parametrize(("metric", "heading"), headings(PAPER_METRICS).items())
def test_a_metric_leads_to_its_place_on_the_page(metric, heading):
    head = f'<th id="T_1_level0_col0" class="col_heading level0 col0" colspan="2">{heading}</th>'
    found = linked(head, "../reading.html")
    assert f'<a class="metric" href="../reading.html#{anchor(metric)}">{heading}</a></th>' in found
    assert found.startswith('<th id="T_1_level0_col0" class="col_heading level0 col0" colspan="2">')
    text = (ROOT / "book" / f"{PAGE}.md").read_text(encoding="utf-8")
    assert f"({anchor(metric)})=\n" in text


def test_without_an_arrow_and_at_the_head_of_a_row():
    assert 'href="p.html#metric-recall-10">R@10</a>' in linked("<th>R@10</th>", "p.html")
    assert 'href="p.html#metric-cauc">cAUC, clean</a>' in linked("<th>cAUC, clean</th>", "p.html")


@pytest.mark.parametrize(
    "html", ["<th>AUC of validation brands</th>", "<th>brands</th>", "<td>AUC</td>", "<thead>AUC"]
)
def test_whatever_else_stays(html):
    assert linked(html, "p.html") == html
