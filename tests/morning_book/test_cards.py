"""The cards: filled from committed results, and nothing of the paper is left out."""

import re

from morning.evaluation.published import PUBLISHED
from morning.report.headings import PAPER_METRICS
from morning_book import ROOT
from morning_book.cards import data_parts, model_parts, reproduced_parts

PARTS = {"model_card": model_parts, "data_card": data_parts, "reproduced": reproduced_parts}


def page(name):
    return (ROOT / "book" / f"{name}.md").read_text(encoding="utf-8")


def test_a_card_has_a_place_for_every_part_and_a_part_for_every_place():
    for name, parts in PARTS.items():
        assert set(re.findall(r"<!-- (.+?) -->", page(name))) == set(parts()), name


def test_every_metric_has_its_interval():
    lines = model_parts()["metrics"].splitlines()
    assert len(lines) == len(PAPER_METRICS)
    for line in lines:
        assert line.count("|") == 6
        assert line.count("[0.") == (0 if "MedR" in line else 3)


def test_counts_are_those_of_the_benchmark():
    parts = data_parts()
    assert parts["accounts"] == "360 brands and 3,748 influencers"
    assert parts["split"] == "286 brands to train on and 74 to test with"
    assert parts["seen"] == "146 of 824 test partners"


def test_every_table_figure_and_method_of_the_paper_is_accounted_for():
    text = page("reproduced")
    rows = [line.split("|")[1:3] for line in text.splitlines() if line.startswith("| ")]
    verdicts = {item.strip(): verdict.strip() for item, verdict in rows}
    of_the_paper = [f"Table {number}" for number in ("I,", "II,", "III,", "IV:", "V,")]
    of_the_paper += [f"Fig. {number}," for number in range(1, 5)]
    of_the_paper += [*PUBLISHED["table3_baselines"]]
    for item in of_the_paper:
        found = [verdict for name, verdict in verdicts.items() if name.startswith(item)]
        assert found, item
        assert set(found) <= {"yes", "partly", "demo", "no"}, item
    for variant in PUBLISHED["table4_ablations"]:
        assert any(variant in name for name in verdicts), variant
