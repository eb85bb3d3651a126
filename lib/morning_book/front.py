"""What was found on the real benchmark, in every copy: the first page, and how to read it."""

from __future__ import annotations

from pathlib import Path

from morning.files import read_json
from morning.report.figures.front import headline
from morning.report.figures.reading import drawn_metrics
from morning.report.headings import PAPER_METRICS, headings, number
from morning.report.sentences.front import front
from morning.report.sentences.published import origin_of_run
from morning.studies.gap import read_experiments

from morning_book import RESULTS
from morning_book.heads import anchor
from morning_book.lines import table_lines
from morning_book.stages import PUBLIC

#: The example of the page on the metrics: ranks of partners, and of all of the brand's category.
PARTNERS, CATEGORY, CANDIDATES = (1, 4, 12), (1, 2, 4, 5, 9, 12), 12


def front_parts(page: Path) -> dict[str, str]:
    """Return what fills the first page, and draw its figure beside the page."""
    published = read_json(PUBLIC)
    tables = published["tables"]
    figure = headline(tables["table3_baselines"]["rows"])
    figure.savefig(page.with_name("headline.svg"), bbox_inches="tight", metadata={"Date": None})
    sentences = front(tables, read_experiments(RESULTS)["grid"])
    return {
        "what we found": "\n".join(f"{i}. {said}" for i, said in enumerate(sentences, 1)),
        "origin": origin_of_run(published),
    }


def reading_parts(page: Path) -> dict[str, str]:
    """Return what fills the page on the metrics, and draw its figure beside the page.

    What chance, models and anybody can reach; the figure is of the page's own example.
    """
    figure = drawn_metrics(PARTNERS, CATEGORY, CANDIDATES)
    figure.savefig(page.with_name("metrics.svg"), bbox_inches="tight", metadata={"Date": None})
    tables = read_json(PUBLIC)["tables"]
    rows = {row["method"]: row for row in tables["table3_baselines"]["rows"]}
    found = tables["audit"]["findings"]
    most = {f"recall@{k}": ceiling for k, ceiling in found["recall_ceiling"].items()}
    lines = []
    for metric, heading in headings(PAPER_METRICS).items():
        values = [found["expected_of_random"].get(metric)]
        values += [rows[method][metric] for method in ("MORNING", "MORNING-best")]
        values += [most.get(metric, 1.0)]
        lines.append([f"[{heading}](#{anchor(metric)})", *(number(v, metric) for v in values)])
    return {"reached": table_lines(lines)}
