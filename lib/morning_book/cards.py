"""The numbers of the cards: of the models, of the data, and of what could be reproduced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from morning.files import read_json
from morning.models.best import BestOptions
from morning.report.headings import HEADINGS, PAPER_METRICS, estimated, headings, number
from morning.report.sentences.published import origin_of_run
from morning.report.tables.claims import tally
from morning.sources.demo.vocabulary import vocabulary
from morning.sources.demo.world import WEIGHTS, DemoOptions
from morning.studies.gap import read_experiments

from morning_book import RESULTS
from morning_book.heads import anchor
from morning_book.speed import BENCHMARKS, machine
from morning_book.stages import PUBLIC

Row = Mapping[str, Any]

#: Models of the card, in the order of its columns.
MODELS = ("MORNING", "similarity", "MORNING-best")


def model_parts() -> dict[str, str]:
    """Return what fills the card of the models."""
    published = read_json(PUBLIC)
    compared = published["tables"]["table3_baselines"]
    rows, protocol = _by_method(compared["rows"]), compared["protocol"]
    everyone = _by_method(read_experiments(RESULTS)["everyone"])["MORNING-best"]
    best, options = rows["MORNING-best"], BestOptions()
    return {
        "metrics": metrics(rows),
        "protocol": f"{protocol['brands']} test brands, {protocol['candidates']} candidates and "
        f"{protocol['positives']} partners",
        "everyone": ", ".join(
            f"from {number(best[m], m)} to {estimated(everyone, m)} in {HEADINGS[m]}"
            for m in ("recall@10", "mrr", "map")
        ),
        "shrinkage": ", ".join(f"{value:g}" for value in options.shrinkage),
        "association": f"{options.association:g}",
        "popularity": f"{options.popularity:g}",
        "compute": compute(read_json(BENCHMARKS)),
        "origin": origin_of_run(published),
    }


def data_parts() -> dict[str, str]:
    """Return what fills the card of the data."""
    tables = read_json(PUBLIC)["tables"]
    counts = {row["role"]: row for row in tables["table2_dataset"]["rows"]}
    protocol, world = tables["table3_baselines"]["protocol"], DemoOptions()
    seen = tables["audit"]["findings"]["partners_by_training"]
    brands, test = counts["brand"]["accounts"], protocol["brands"]
    return {
        "accounts": f"{brands} brands and {counts['influencer']['accounts']:,} influencers",
        "split": f"{brands - test} brands to train on and {test} to test with",
        "test": f"{protocol['positives']} partners among {protocol['candidates']} candidates",
        "seen": f"{protocol['positives'] - seen['unseen']['pairs']:.0f} of "
        f"{protocol['positives']} test partners",
        "world": f"{world.brands} brands in {len(vocabulary().categories)} categories and "
        f"{world.influencers} influencers, {world.posts} posts each; {world.audience} listeners "
        f"of each with {world.audience_posts} posts",
        "weights": ", ".join(f"{name} {weight:g}" for name, weight in WEIGHTS.items()),
    }


def reproduced_parts() -> dict[str, str]:
    """Return what fills the page on what could not be reproduced."""
    return {"claims": tally(read_json(PUBLIC)["tables"]["claims"]["claims"])}


def metrics(rows: Mapping[str, Row]) -> str:
    """Return a line per metric: printed in the paper, then every model with its interval."""
    lines = []
    for metric, heading in headings(PAPER_METRICS).items():
        printed = number(rows["MORNING"]["paper"][metric], metric)
        values = [estimated(rows[model], metric) for model in MODELS]
        lines.append(f"| [{heading}](#{anchor(metric)}) | {' | '.join([printed, *values])} |")
    return "\n".join(lines)


def compute(measured: Mapping[str, Any]) -> str:
    """Return in words what the fit of the recommended model and a training cost."""
    (fit,) = (each for each in measured["figures"] if each["name"] == "fit of best")
    return (
        f"MORNING-best is fitted in {fit['seconds']:.1f} seconds, with vectors of the benchmark's "
        f"sizes; one training of MORNING as printed takes {fit['reference_seconds']:.0f} seconds, "
        f"reckoned from an epoch. Measured on one thread ({machine(measured['machine'])})"
    )


def _by_method(rows: Sequence[Row]) -> dict[str, Row]:
    return {row["method"]: row for row in rows}
