"""How two runs differ: what went in, what their tables say, whom they rank first."""

from __future__ import annotations

import html
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from morning.errors import MorningError
from morning.evaluation import METRICS, BrandStatistics, Task, difference, official_task
from morning.evaluation.results import null
from morning.features import FeatureSet
from morning.files import read_json
from morning.models import Best, load_seeds
from morning.models.best import is_best
from morning.models.checkpoint import is_trained
from morning.places import known_as
from morning.run import BEST, FULL, Run
from morning.studies.ablations import folder_of
from morning.studies.comparison import stored_statistics
from morning.studies.trained import statistics

from morning_book.provenance import records

_TOP = 10
_COLUMNS = {"part", "name", "table", "method", "metric", "difference", "ci95"}
_CATEGORIES = "table5_categories"
_CLOSE = 1e-6  # of a metric that is computed again
#: Parts of records, as a reader calls them.
_PARTS = ("versions", "code", "inputs", "hardware")
_DIGEST = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, eq=False)
class Side:
    """One of two runs."""

    run: Run

    @cached_property
    def features(self) -> FeatureSet:
        """Its vectors."""
        return self.run.features()

    @cached_property
    def task(self) -> Task:
        """The ranking of its test brands."""
        return official_task(self.features)

    def ids(self, rows: np.ndarray) -> list[str]:
        """Return the ids of accounts."""
        return self.features.accounts["account_id"].iloc[rows].tolist()

    def said(self) -> dict[str, dict[str, Any]]:
        """Return what it says of how it came about: part -> name -> value."""
        settings = {n: v for n, v in self.run.settings().items() if n != "run"}
        settings |= {n: known_as(str(settings[n])) for n in ("data", "visual") if n in settings}
        found: dict[str, dict[str, Any]] = {"parameters": settings}
        for record in records(self.run).values():
            for part in _PARTS:
                found.setdefault(part, {}).update(record[part])
        return found

    def tables(self) -> dict[str, dict[str, Any]]:
        """Return its results by table."""
        return {p.stem: read_json(p) for p in sorted(self.run.results("any").parent.glob("*.json"))}

    @cached_property
    def scored(self) -> dict[str, Sequence[BrandStatistics]]:
        """What each test brand contributes, by method: of models that are here, and of scores."""
        run, task = self.run, self.task
        rivals = {p.name: stored_statistics(p, task) for p in sorted(run.comparison.glob("*"))}
        found: dict[str, Sequence[BrandStatistics]] = {n: r for n, r in rivals.items() if r}
        for folder in sorted(run.variants.glob("*")):
            if any(map(is_trained, folder.glob("seed-*"))):
                found[folder.name] = statistics(load_seeds(folder), self.features, task)
        if is_best(run.best):
            found[BEST] = statistics([Best.load(run.best)], self.features, task)
        return found | ({"MORNING": found[FULL]} if FULL in found else {})

    def brands(self, table: str, row: Mapping[str, Any]) -> Sequence[BrandStatistics] | None:
        """Return what each test brand contributes to a row; None where it cannot be told.

        Of a category, the brands of others contribute nothing.
        """
        if table != _CATEGORIES:
            method = row["method"]
            runs = self.scored.get(method, self.scored.get(folder_of(method)))
        elif (runs := self.scored.get(FULL)) is not None and row["method"] != "all":
            runs = [run.take(self.task.categories == row["method"]) for run in runs]
        if runs is None or any(not _same(row.get(m), runs, m) for m in METRICS):
            return None  # made otherwise, or of other brands than the row says
        return runs

    def chosen(self, table: str, row: Mapping[str, Any]) -> list[str]:
        """Return the ids of the brands of a row, in their order."""
        of_one = table == _CATEGORIES and row["method"] != "all"
        rows = self.task.brands
        return self.ids(rows[self.task.categories == row["method"]] if of_one else rows)

    def first(self) -> dict[str, set[str]]:
        """Return the influencers that the recommended model ranks first for each test brand."""
        scores = Best.load(self.run.best).score(self.features, self.task)["F"]
        best = np.argsort(-scores, axis=1, kind="stable")[:, :_TOP]
        candidates = np.array(self.ids(self.task.influencers))
        brands = self.ids(self.task.brands)
        return {brand: set(candidates[row]) for brand, row in zip(brands, best, strict=True)}


@dataclass(frozen=True, eq=False)
class Difference:
    """What differs between two runs.

    Attributes
    ----------
    names : (str, str)
        Of the runs.
    said : DataFrame
        `part`, `name`, and a column per run: parameters, versions, code and inputs that differ.
    metrics : DataFrame
        `table`, `method`, `metric`, a column per run, `difference` (the second less the first)
        and `ci95`, its paired interval over the brands that both tested: empty where brands are
        too few, or what each contributed is not known.
    others : dict of str to bool
        Results without metrics that both have: whether they say the same.
    overlap : float or None
        Mean share of influencers that both rank among the first ten of a brand.
    """

    names: tuple[str, str]
    said: pd.DataFrame
    metrics: pd.DataFrame
    others: Mapping[str, bool]
    overlap: float | None

    def lines(self) -> Iterator[str]:
        """Yield the differences as text."""
        moved = self.moved
        yield _text(self.said) if len(self.said) else "what went in: the same"
        yield _text(moved) if len(moved) else "metrics: the same"
        yield f"{len(moved):,} of {len(self.metrics):,} metrics differ"
        yield from (f"{table}: differs" for table, same in self.others.items() if not same)
        if self.overlap is not None:
            yield self.ranked

    @property
    def moved(self) -> pd.DataFrame:
        """The metrics that differ."""
        one, other = (self.metrics[name] for name in self.names)
        return self.metrics[one.ne(other) & ~(one.isna() & other.isna())]

    @property
    def ranked(self) -> str:
        """What the overlap says."""
        return f"first {_TOP} influencers of a test brand: {self.overlap:.0%} in both, on average"

    def page(self, figures: Sequence[tuple[str, Sequence[Path]]]) -> str:
        """Return the differences as one HTML page, with figures of both side by side.

        Parameters
        ----------
        figures : sequence of (str, paths)
            Name, and the picture of either run.
        """
        title = " and ".join(self.names)
        body = [f"<h1>{html.escape(title)}</h1>", "<h2>What went in</h2>", _table(self.said)]
        body += ["<h2>What came out</h2>", _table(self.metrics)]
        body += [f"<p>{self.ranked}</p>"] if self.overlap is not None else []
        body += [_side_by_side(name, paths, self.names) for name, paths in figures]
        return _PAGE.format(title=html.escape(title), style=_STYLE, body="\n".join(body))


_STYLE = (
    "body{font:16px system-ui;margin:2rem}td,th{padding:.2rem .6rem;text-align:left}"
    "table{border-collapse:collapse}tr{border-bottom:1px solid #ccc}"
    ".two{display:flex;gap:1rem}.two figure{flex:1;margin:0}.two img{width:100%}"
)
_PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{title}</title>
<style>{style}</style>
{body}
</html>
"""


def compare_runs(one: Run, other: Run) -> Difference:
    """Return what differs between two runs.

    Raises
    ------
    MorningError
        If one of them is no run, or is damaged.
    """
    sides = Side(one), Side(other)
    for side in sides:
        if not side.run.manifest.is_file():
            raise MorningError(f"{side.run.folder}: no run is here, or it is not finished")
    names = (one.folder.resolve().name, other.folder.resolve().name)
    if len({*names} - _COLUMNS) < 2:  # they become columns, too
        names = ("first", "second")
    tables = [side.tables() for side in sides]
    both = [name for name in tables[0] if name in tables[1]]
    rows = [row for name in both for row in _metrics(name, sides, [t[name] for t in tables])]
    columns = ["table", "method", "metric", *names, "difference", "ci95"]
    said = pd.DataFrame(list(_said(sides)), columns=["part", "name", *names])
    measured = {row[0] for row in rows}
    others = {n: tables[0][n] == tables[1][n] for n in both if n not in measured}
    overlap = _overlap(sides)
    return Difference(names, said, pd.DataFrame(rows, columns=columns), others, overlap)


def pairs_of_figures(one: Run, other: Run) -> list[tuple[str, tuple[Path, Path]]]:
    """Return the figures that both runs have, by name."""
    mine = sorted(one.figures.glob("*.png"))
    pairs = [(path.stem, (path, other.figures / path.name)) for path in mine]
    return [(name, paths) for name, paths in pairs if paths[1].is_file()]


def _said(sides: Sequence[Side]) -> Iterator[tuple[str, str, str, str]]:
    """Yield part and name of what differs, with what either run says."""
    one, other = (side.said() for side in sides)
    for part in dict.fromkeys([*one, *other]):
        mine, theirs = one.get(part, {}), other.get(part, {})
        for name in sorted({*mine, *theirs}):
            if mine.get(name) != theirs.get(name):
                yield part, name, _short(mine.get(name)), _short(theirs.get(name))


def _short(value: Any) -> str:
    """Return a value for a reader: of a digest its beginning."""
    text = "–" if value is None else str(value)
    return text[:12] if _DIGEST.fullmatch(text) else text


def _metrics(
    table: str, sides: Sequence[Side], documents: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[Any, ...]]:
    """Yield a row for each metric of each method that a table of both runs has."""
    mine, theirs = (
        {row["method"]: row for row in document.get("rows", ()) if "method" in row}
        for document in documents
    )
    for method in (name for name in mine if name in theirs):
        rows = mine[method], theirs[method]
        paired = _paired(table, sides, rows)
        for metric in METRICS:
            values = [row.get(metric) for row in rows]
            if metric not in rows[0] or metric not in rows[1]:
                continue
            apart, interval = None, ""
            if None not in values:
                apart = values[1] - values[0]
            if paired and (found := difference(*paired, metric).difference_interval()):
                interval = f"{found[0]:.4f} to {found[1]:.4f}"
            yield table, method, metric, *values, apart, interval


def _paired(
    table: str, sides: Sequence[Side], rows: Sequence[Mapping[str, Any]]
) -> tuple[list[BrandStatistics], list[BrandStatistics]] | None:
    """Return what the brands that both runs tested contribute, the second run first."""
    found = []
    for side, row in zip(sides, rows, strict=True):
        if (runs := side.brands(table, row)) is None:
            return None
        found.append((side.chosen(table, row), runs))
    common = [brand for brand in found[0][0] if brand in {*found[1][0]}]
    if not common:
        return None
    one, other = (
        [run.take(np.array([ids.index(brand) for brand in common])) for run in runs]
        for ids, runs in found
    )
    return other, one


def _same(value: float | None, runs: Sequence[BrandStatistics], metric: str) -> bool:
    """Whether a row says of a metric what its brands give."""
    found = null(float(np.mean([run.metrics()[metric] for run in runs])))
    if value is None or found is None:
        return value is found
    return abs(value - found) < _CLOSE


def _overlap(sides: Sequence[Side]) -> float | None:
    """Return the mean share of first influencers that are the same, over common brands."""
    if not all(is_best(side.run.best) for side in sides):
        return None
    one, other = (side.first() for side in sides)
    shares = [len(one[b] & other[b]) / max(len(one[b]), 1) for b in one if b in other]
    return float(np.mean(shares)) if shares else None


def _text(table: pd.DataFrame) -> str:
    return table.to_string(index=False, na_rep="–", float_format=lambda value: f"{value:.4f}")


def _table(table: pd.DataFrame) -> str:
    if table.empty:
        return "<p>The same.</p>"
    with pd.option_context("display.max_colwidth", None):
        return table.to_html(index=False, border=0, na_rep="–", float_format="{:.4f}".format)


def _side_by_side(name: str, paths: Sequence[Path], runs: Sequence[str]) -> str:
    """Return two pictures in one line."""
    shown = [
        f'<figure><img alt="" src="data:image/png;base64,{b64encode(path.read_bytes()).decode()}">'
        f"<figcaption>{html.escape(run)}</figcaption></figure>"
        for path, run in zip(paths, runs, strict=True)
    ]
    return f'<h2>{html.escape(name)}</h2>\n<div class="two">{"".join(shown)}</div>'
