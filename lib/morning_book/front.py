"""The first page: what was found on the real benchmark, in every copy of the book."""

from __future__ import annotations

from pathlib import Path

from morning.files import read_json
from morning.report.figures.front import headline
from morning.report.sentences.front import front
from morning.report.sentences.published import origin_of_run
from morning.studies.gap import read_experiments

from morning_book import RESULTS
from morning_book.stages import PUBLIC


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
