"""Pages filled from committed results; what the page on metrics works out is so."""

from pathlib import Path

import numpy as np
from morning.evaluation import brand_statistics
from morning.files import read_json
from morning.report.headings import FIRST_METRICS, estimated
from morning_book.front import front_parts, reading_parts
from morning_book.stages import PUBLIC

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "book" / "reading.md"


def test_the_worked_brand_has_these_metrics():
    text = PAGE.read_text(encoding="utf-8")
    places = [cell.strip() for cell in text.split("| | **", 1)[1].split("\n")[0].split("|")[:-1]]
    positives = np.array([["partner" in cell for cell in places]])
    scores = -np.arange(len(places), dtype=float)[None]
    found = brand_statistics(scores, positives, np.array(["a"])).metrics()
    assert f"an AUC of {found['auc_clean']:.3f}" in text
    assert f"2 of 3, {found['recall@10']:.3f}" in text
    assert f"1/1, {found['mrr']:.3f}" in text
    assert f"= {found['map']:.3f}" in text
    assert f"here {found['medr']:.0f}." in text


def test_what_can_be_reached_has_a_line_per_metric():
    lines = reading_parts()["reached"].splitlines()
    assert len(lines) == 7
    assert lines[0].startswith("| [AUC ↑](#metric-auc) | 0.500 | ")
    assert all(line.count("|") == 6 and "–" not in line for line in lines)


def test_the_first_page_gets_its_figure(tmp_path):
    parts = front_parts(tmp_path / "intro.md")
    assert parts["what we found"].startswith("1. **")
    assert (tmp_path / "headline.svg").stat().st_size > 1000


def test_the_readme_has_the_numbers_of_the_committed_results():
    rows = {r["method"]: r for r in read_json(PUBLIC)["tables"]["table3_baselines"]["rows"]}
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for method in ("MORNING", "similarity", "MORNING-best", "category-oracle"):
        line = " | ".join(estimated(rows[method], metric) for metric in FIRST_METRICS)
        assert f"| {line} |" in text, method
