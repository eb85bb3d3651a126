"""Every method under one protocol: fitted, scored, cached per method and seed, compared."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import logging
import sys
import time
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from morning.code import code_of
from morning.errors import MorningError
from morning.evaluation import METRICS, BrandStatistics, Task, brand_statistics, official_task
from morning.evaluation.published import PUBLISHED, published_table
from morning.evaluation.results import differences, null, result_row
from morning.evaluation.significance import RESAMPLES, interval
from morning.files import whole_file
from morning.rankers import Inputs, MissingInput, Ranker

log = logging.getLogger(__name__)

TABLE = "table3_baselines"


@dataclass(frozen=True)
class Run:
    """Scores of one method under one seed.

    Attributes
    ----------
    scores : float64 array, shape (B, M)
    seconds : float
        Fitting and scoring, when it was computed.
    """

    scores: np.ndarray
    seconds: float


def compare(
    inputs: Inputs,
    methods: Sequence[Ranker],
    folder: str | Path,
    *,
    seeds: int = 3,
    on: Task | None = None,
    reference: str = "MORNING",
    resamples: int = RESAMPLES,
    known: Mapping[str, Sequence[BrandStatistics]] | None = None,
    progress: bool = True,
) -> list[dict[str, Any]]:
    """Return a row of Table III per method.

    What is in `folder` for the same method, options, seed, inputs and task is not computed
    again, so an interrupted comparison goes on where it was.

    Parameters
    ----------
    inputs : Inputs
    methods : sequence of Ranker
        Not fitted; from `morning.rankers.ranker`. Names must differ.
    folder : path
        Takes a file per method and seed.
    seeds : int
        Seeds 0, 1, …; a method without randomness runs once, one that is nothing but randomness
        at least `Ranker.draws` times.
    on : Task, optional
        Default the official task of the FeatureSet.
    reference : str
        Every method's difference to this one is tested, where it is among the methods.
    resamples : int
        Bootstrap resamples of brands.
    known : mapping of method name to sequence of BrandStatistics, optional
        Results on the same task that need not be computed here, one per seed.
    progress : bool
        Show a bar over methods and seeds on stderr.

    Returns
    -------
    list of dict
        Rows of `morning.evaluation.results.result_row` with `interpretation`, `oracle`, `note`,
        `seconds` (of all seeds), `needs` (null, or what is missing: then all metrics are null)
        and `difference` (per metric, how far the reference is ahead: value, ci95, p, p_holm; or
        null).

    Raises
    ------
    MorningError
        If two methods share a name, or there is no seed or no method.
    """
    names = [method.name for method in methods]
    if not names or seeds < 1:
        raise MorningError("a comparison needs at least one method and one seed")
    if len(set(names)) != len(names):
        raise MorningError(f"two methods share a name: {', '.join(sorted(names))}")
    on = official_task(inputs.features) if on is None else on
    known = known or {}
    unknown = [method for method in methods if method.name not in known]
    found, missing, seconds = _run_all(inputs, unknown, Path(folder), seeds, on, progress)
    found |= {name: list(known[name]) for name in names if name in known}
    ahead: dict[str, Any] = {}
    if reference in found and len(found) > 1:
        ahead = differences(found, reference, p_values=True, resamples=resamples)
    table = published_table(TABLE, inputs.features.source)
    rows = []
    for method in methods:
        extra = {
            "interpretation": method.interpretation,
            "oracle": method.oracle,
            "note": method.note,
            "needs": missing.get(method.name),
            "seconds": seconds.get(method.name),
            "difference": ahead.get(method.name),
        }
        paper = PUBLISHED[table].get(method.paper_row or "") if table else None
        if method.name in missing:
            row = _empty_row(method.name)
        else:
            row = result_row(method.name, found[method.name], resamples=resamples)
            if (exact := method.expectation(on)) is not None:
                row |= _exact_row(exact, found[method.name])
        rows.append(row | {"paper": paper} | extra)
    return rows


def statistics(
    inputs: Inputs,
    methods: Sequence[Ranker],
    folder: str | Path,
    *,
    seeds: int = 3,
    on: Task | None = None,
    progress: bool = True,
) -> dict[str, list[BrandStatistics]]:
    """Return what each brand contributes, per method and seed, cached as in `compare`.

    For `mean_ranks`, for metrics of some brands only, and whatever else a row does not say. A
    method that needs what is not there is left out.
    """
    on = official_task(inputs.features) if on is None else on
    return _run_all(inputs, methods, Path(folder), seeds, on, progress)[0]


def draws(method: Ranker, inputs: Inputs, on: Task, n: int) -> list[BrandStatistics]:
    """Return what a method gives under the seeds 0, 1, …, n - 1, none of it kept on disk."""
    return [
        brand_statistics(method.fit(inputs, seed=s).score(on), on.positives, on.categories)
        for s in range(n)
    ]


def to_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows as CSV: a column per metric, with sd, interval and p-value where there are."""
    columns = ["method", *METRICS]
    columns += [f"{m} {what}" for m in METRICS for what in ("sd", "low", "high", "p_holm", "paper")]
    columns += ["seeds", "interpretation", "oracle", "needs", "note", "seconds"]
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for row in rows:
        flat = dict(row)
        for m in METRICS:
            low, high = (row.get("ci95") or {}).get(m) or (None, None)
            flat |= {
                f"{m} sd": (row.get("sd") or {}).get(m),
                f"{m} low": low,
                f"{m} high": high,
                f"{m} p_holm": ((row.get("difference") or {}).get(m) or {}).get("p_holm"),
                f"{m} paper": (row.get("paper") or {}).get(m),
            }
        writer.writerow(flat)
    return out.getvalue()


def to_latex(rows: Sequence[Mapping[str, Any]], digits: int = 3) -> str:
    """Return rows as a LaTeX table (booktabs) of the paper's seven metrics.

    A dagger marks an interpretation, an asterisk a difference to the reference with a corrected
    p below 0.05; below our numbers stand the paper's, in small print.
    """
    metrics = [m for m in METRICS if not m.endswith("_clean")]
    heads = {"auc": "AUC", "cauc": "cAUC", "mrr": "MRR", "map": "MAP", "medr": "MedR"}
    lines = [
        r"\begin{tabular}{l" + "r" * len(metrics) + "}",
        r"\toprule",
        " & ".join(["Method", *(heads.get(m, m.replace("recall@", "R@")) for m in metrics)])
        + r" \\",
        r"\midrule",
    ]
    for row in rows:
        name = _escape(str(row["method"])) + (r"$^\dagger$" if row.get("interpretation") else "")
        name += " (oracle)" if row.get("oracle") else ""
        if row.get("needs"):
            words = rf"\multicolumn{{{len(metrics)}}}{{l}}{{{_escape(str(row['needs']))}}}"
            lines.append(rf"{name} & {words} \\")
            continue
        cells = []
        for m in metrics:
            p = ((row.get("difference") or {}).get(m) or {}).get("p_holm")
            mark = "$^*$" if p is not None and p < 0.05 else ""
            cells.append(_number(row[m], 1 if m == "medr" else digits) + mark)
        lines.append(rf"{name} & {' & '.join(cells)} \\")
        if paper := row.get("paper"):
            small = [
                rf"{{\scriptsize {_number(paper.get(m), 0 if m == 'medr' else digits)}}}"
                for m in metrics
            ]
            lines.append(rf"\quad {{\scriptsize paper}} & {' & '.join(small)} \\")
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}"]) + "\n"


def _run_all(
    inputs: Inputs,
    methods: Sequence[Ranker],
    folder: Path,
    seeds: int,
    on: Task,
    progress: bool,
) -> tuple[dict[str, list[BrandStatistics]], dict[str, str], dict[str, float]]:
    """Return statistics per method and seed, what methods lack, and seconds per method."""
    digests = inputs.blinded().digests()
    jobs = [(m, seed) for m in methods for seed in range(seeds if m.seeded and m.draws == 1 else 1)]
    statistics_of: dict[str, list[BrandStatistics]] = {}
    missing: dict[str, str] = {}
    seconds: dict[str, float] = {}
    with tqdm(jobs, "compare", unit="run", disable=not progress) as bar:
        for method, seed in bar:
            bar.set_postfix_str(f"{method.name}, seed {seed}")
            if method.name in missing:
                continue
            if method.draws > 1:
                start = time.perf_counter()
                drawn = draws(method, inputs, on, max(seeds, method.draws))
                statistics_of[method.name] = drawn
                seconds[method.name] = time.perf_counter() - start
                continue
            try:
                run = _run(inputs, method, seed, folder, on, digests)
            except MissingInput as error:
                missing[method.name] = error.needs
                continue
            found = brand_statistics(run.scores, on.positives, on.categories)
            statistics_of.setdefault(method.name, []).append(found)
            seconds[method.name] = seconds.get(method.name, 0.0) + run.seconds
    return statistics_of, missing, seconds


def _run(
    inputs: Inputs,
    method: Ranker,
    seed: int,
    folder: Path,
    on: Task,
    digests: Mapping[str, str],
) -> Run:
    """Return the scores of a method under a seed, from the cache where they are there."""
    if missing := inputs.missing(method.needs):
        raise MissingInput(method.name, missing)
    fingerprint = _fingerprint(method, seed, on, digests)
    path = folder / method.name / f"seed-{seed}.npz"
    if (known := _read(path, fingerprint, on)) is not None:
        return known
    start = time.perf_counter()
    # The fingerprint keeps a resumable training apart from one with other options or inputs.
    state = path.parent / f"state-{fingerprint[:16]}"
    fresh = type(method)(method.options)
    scores = fresh.fit(inputs, seed=seed, folder=state, progress=False).score(on)
    seconds = time.perf_counter() - start
    with whole_file(path) as temporary, open(temporary, "wb") as file:
        np.savez(
            file,
            scores=scores.astype(np.float64),
            fingerprint=np.array(fingerprint),
            seconds=np.array(seconds),
        )
    return Run(scores.astype(np.float64), seconds)


def _fingerprint(method: Ranker, seed: int, on: Task, digests: Mapping[str, str]) -> str:
    """Return a digest of everything that the scores depend on."""
    task = hashlib.sha256()
    for rows in (on.brands, on.influencers):
        task.update(np.ascontiguousarray(rows, dtype=np.int64).tobytes() + b"|")
    what = {
        "code": _code_digest(type(method)),
        "kind": method.kind,
        "options": asdict(method.options),
        "seed": seed,
        "inputs": dict(digests),
        "task": task.hexdigest(),
    }
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()


@cache
def _code_digest(ranker: type[Ranker]) -> str:
    """Return a digest of the modules that decide what a ranker's scores are."""
    modules = {"morning.features.rivals.inputs", "morning.features.standardise"}
    modules |= {base.__module__ for base in ranker.__mro__ if base.__module__.startswith("morning")}
    digest = hashlib.sha256(code_of("morning.models.training").encode())
    for name in sorted(modules):
        digest.update(Path(str(sys.modules[name].__file__)).read_bytes())
    return digest.hexdigest()


def _read(path: Path, fingerprint: str, on: Task) -> Run | None:
    """Return a cached run, or None where there is none of this fingerprint."""
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as stored:
            if str(stored["fingerprint"]) != fingerprint:
                log.info("%s: made with other options or inputs, computed anew", path)
                return None
            scores, seconds = stored["scores"], float(stored["seconds"])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        log.warning("%s: damaged, computed anew (%s)", path, error)
        return None
    return Run(scores, seconds) if scores.shape == on.positives.shape else None


def _empty_row(name: str) -> dict[str, Any]:
    """Return the row of a method that cannot be run."""
    nothing = dict.fromkeys(METRICS)
    return {"method": name, **nothing, "seeds": 0, "sd": dict(nothing), "ci95": dict(nothing)}


def _exact_row(exact: Mapping[str, float], drawn: Sequence[BrandStatistics]) -> dict[str, Any]:
    """Return an exact expectation, with the interval of single draws around it."""
    values = [run.metrics() for run in drawn]
    spread = {m: interval(np.array([v[m] for v in values])) for m in METRICS}
    return {m: null(value) for m, value in exact.items()} | {"ci95": spread}


def _number(value: float | None, digits: int) -> str:
    return "--" if value is None else f"{value:.{digits}f}"


def _escape(text: str) -> str:
    for character in "&%_#":
        text = text.replace(character, f"\\{character}")
    return text
