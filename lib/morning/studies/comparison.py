"""Every method under one protocol: fitted, scored, cached per method and seed, compared."""

from __future__ import annotations

import hashlib
import json
import logging
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from morning.code import code_of
from morning.errors import MorningError
from morning.evaluation import METRICS, BrandStatistics, Task, brand_statistics, official_task
from morning.evaluation.published import PUBLISHED, published_table
from morning.evaluation.results import differences, null, result_row
from morning.features.rivals.inputs import Inputs
from morning.files import sha256, whole_file
from morning.guard import REFUSED, readable, reason
from morning.guard.arrays import read_arrays
from morning.rankers.contract import MissingInput, Ranker

log = logging.getLogger(__name__)

TABLE = "table3_baselines"


@dataclass(frozen=True)
class Scored:
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
    task: Task | None = None,
    reference: str = "MORNING",
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
    task : Task, optional
        Default the official task of the FeatureSet.
    reference : str
        Every method's difference to this one is tested, where it is among the methods.
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
    task = official_task(inputs.features) if task is None else task
    known = known or {}
    unknown = [method for method in methods if method.name not in known]
    found, missing, seconds = _run_all(inputs, unknown, Path(folder), seeds, task, progress)
    found |= {name: list(known[name]) for name in names if name in known}
    ahead: dict[str, Any] = {}
    if reference in found and len(found) > 1:
        ahead = differences(found, reference, p_values=True)
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
            row = measured_row(method, found[method.name], task)
        rows.append(row | {"paper": paper} | extra)
    return rows


def measure(
    inputs: Inputs,
    methods: Sequence[Ranker],
    folder: str | Path,
    *,
    seeds: int = 3,
    task: Task | None = None,
    progress: bool = True,
) -> dict[str, list[BrandStatistics]]:
    """Return what each brand contributes, per method and seed, cached as in `compare`.

    For `mean_ranks`, for metrics of some brands only, and whatever else a row does not say. A
    method that needs what is not there is left out.
    """
    task = official_task(inputs.features) if task is None else task
    return _run_all(inputs, methods, Path(folder), seeds, task, progress)[0]


def stored_statistics(folder: Path, task: Task) -> list[BrandStatistics]:
    """Return what the scores give that `compare` keeps of a method, in the order of their seeds."""
    found = []
    for path in sorted(folder.glob("seed-*.npz"), key=lambda p: int(p.stem.partition("-")[2])):
        with readable(path, remedy="delete it"):
            scores = read_arrays(path)["scores"]
        if scores.shape == task.positives.shape:
            found.append(brand_statistics(scores, task.positives, task.categories))
    return found


def draw(method: Ranker, inputs: Inputs, task: Task, n: int) -> list[BrandStatistics]:
    """Return what a method gives under the seeds 0, 1, …, n - 1, none of it kept on disk."""
    return [
        brand_statistics(method.fit(inputs, seed=s).score(task), task.positives, task.categories)
        for s in range(n)
    ]


def _run_all(
    inputs: Inputs,
    methods: Sequence[Ranker],
    folder: Path,
    seeds: int,
    task: Task,
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
                drawn = draw(method, inputs, task, max(seeds, method.draws))
                statistics_of[method.name] = drawn
                seconds[method.name] = time.perf_counter() - start
                continue
            try:
                run = _run(inputs, method, seed, folder, task, digests)
            except MissingInput as error:
                missing[method.name] = error.needs
                continue
            found = brand_statistics(run.scores, task.positives, task.categories)
            statistics_of.setdefault(method.name, []).append(found)
            seconds[method.name] = seconds.get(method.name, 0.0) + run.seconds
    return statistics_of, missing, seconds


def _run(
    inputs: Inputs,
    method: Ranker,
    seed: int,
    folder: Path,
    task: Task,
    digests: Mapping[str, str],
) -> Scored:
    """Return the scores of a method under a seed, from the cache where they are there."""
    if missing := inputs.missing(method.needs):
        raise MissingInput(method.name, missing)
    fingerprint = _fingerprint(method, seed, task, digests)
    path = folder / method.name / f"seed-{seed}.npz"
    if (known := _read(path, fingerprint, task)) is not None:
        return known
    start = time.perf_counter()
    # The fingerprint keeps a resumable training apart from one with other options or inputs.
    state = path.parent / f"state-{fingerprint[:16]}"
    fresh = type(method)(method.options)
    scores = fresh.fit(inputs, seed=seed, folder=state, progress=False).score(task)
    seconds = time.perf_counter() - start
    with whole_file(path) as temporary, open(temporary, "wb") as file:
        np.savez(
            file,
            scores=scores.astype(np.float64),
            fingerprint=np.array(fingerprint),
            seconds=np.array(seconds),
        )
    return Scored(scores.astype(np.float64), seconds)


def _fingerprint(method: Ranker, seed: int, task: Task, digests: Mapping[str, str]) -> str:
    """Return a digest of everything that the scores depend on."""
    rows_digest = hashlib.sha256()
    for rows in (task.brands, task.influencers):
        rows_digest.update(np.ascontiguousarray(rows, dtype=np.int64).tobytes() + b"|")
    what = {
        "code": _code_of(type(method)),
        "kind": method.kind,
        "options": asdict(method.options),
        "seed": seed,
        "inputs": dict(digests),
        "task": rows_digest.hexdigest(),
    }
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()


def _code_of(ranker: type[Ranker]) -> str:
    """Return a digest of what decides a ranker's scores, also of one from another package."""
    modules = {base.__module__ for base in ranker.__mro__} - {"abc", "builtins"}
    ours = {name for name in modules if name.startswith("morning.")}
    others = [sha256(str(sys.modules[name].__file__)) for name in sorted(modules - ours)]
    return ",".join([code_of(*sorted(ours)), *others])


def _read(path: Path, fingerprint: str, task: Task) -> Scored | None:
    """Return a cached run, or None where there is none of this fingerprint."""
    if not path.is_file():
        return None
    try:
        stored = read_arrays(path)
        if str(stored["fingerprint"]) != fingerprint:
            log.info("%s: made with other options or inputs, computed anew", path)
            return None
        scores, seconds = stored["scores"], float(stored["seconds"])
        if scores.dtype != np.float64 or not np.isfinite(scores).all():
            raise ValueError("its scores are no finite numbers")
    except REFUSED as error:
        log.warning("%s: damaged, computed anew (%s)", path, reason(error))
        return None
    return Scored(scores, seconds) if scores.shape == task.positives.shape else None


def _empty_row(name: str) -> dict[str, Any]:
    """Return the row of a method that cannot be run."""
    nothing = dict.fromkeys(METRICS)
    return {"method": name, **nothing, "seeds": 0, "sd": dict(nothing), "ci95": dict(nothing)}


def measured_row(
    method: Ranker, found: Sequence[BrandStatistics], task: Task, table: str | None = None
) -> dict[str, Any]:
    """Return the result row of a method; one with an exact expectation has that as its values.

    Parameters
    ----------
    method : Ranker
    found : sequence of BrandStatistics
        One per seed or draw.
    task : Task
    table : str, optional
        Table of the paper to look up the published row in.
    """
    row = result_row(method.name, found, table=table)
    exact = method.expectation(task)
    return row if exact is None else row | _exact_row(exact, found)


def _exact_row(exact: Mapping[str, float], drawn: Sequence[BrandStatistics]) -> dict[str, Any]:
    """Return an exact expectation, with the interval of single draws around it."""
    values = [run.metrics() for run in drawn]
    spread = {m: _middle(np.array([v[m] for v in values])) for m in METRICS}
    return {m: null(value) for m, value in exact.items()} | {"ci95": spread}


def _middle(values: np.ndarray) -> tuple[float, float] | None:
    """Return where 95 % of single draws lie."""
    known = values[~np.isnan(values)]
    return tuple(np.quantile(known, [0.025, 0.975]).tolist()) if len(known) else None
