"""Where the paper's numbers lie against ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scipy.stats import t as student

from morning.evaluation import METRICS
from morning.report.headings import FIRST_METRICS, HEADINGS, PAPER_METRICS, between, estimated
from morning.report.tables.results import shows

_OTHER_DATA = (
    "The paper's numbers are about its own data and are not shown here: what happens in other "
    "data is no evidence for or against them."
)
_HELD_AGAINST = "The paper's numbers, held against where single runs of ours lie on these brands:"
_ONE_SEED = (
    "With a single seed nothing tells a difference from the paper from one between two runs."
)


def agreement(document: Mapping[str, Any], metrics: Sequence[str] = PAPER_METRICS) -> str:
    """Return a list that says where the paper's numbers lie against runs of ours.

    The paper tested on the same brands, so that they are no source of a difference. What is, is
    that its training was another run: its number is held against where 95 % of single runs
    would lie, told by the spread over our seeds.

    Parameters
    ----------
    document : mapping
        As written by `Run.write`.
    metrics : sequence of str
    """
    if not any(row.get("paper") for row in document["rows"]):
        return _OTHER_DATA
    methods: dict[str, list[str]] = {}
    for row in document["rows"]:
        if said := _paper_against(row, metrics):
            methods.setdefault(said, []).append(row["method"])
    if not methods:
        return _ONE_SEED
    lines = [f"- **{', '.join(names)}**: {said}." for said, names in methods.items()]
    return "\n".join([_HELD_AGAINST, "", *lines])


def _paper_against(row: Mapping[str, Any], metrics: Sequence[str]) -> str:
    """Return in which metrics the paper's number is better, worse or as single runs of ours."""
    sides: dict[str, list[str]] = {}
    for metric in metrics:
        paper, runs = (row.get("paper") or {}).get(metric), single_runs(row, metric)
        if paper is not None and runs is not None:
            sides.setdefault(_side(paper, runs, metric), []).append(HEADINGS[metric])
    if len(sides) == 1:
        ((side, names),) = sides.items()
        return f"{side} in all {len(names)}" if len(names) > 1 else f"{side} in {names[0]}"
    return "; ".join(f"{side} in {', '.join(names)}" for side, names in sides.items())


def co_attention(document: Mapping[str, Any], control: str) -> str:
    """Return what leaving out co-attention changes; "" where it was not left out."""
    row = next((row for row in document["rows"] if row["method"] == control), None)
    if row is None:
        return ""
    said = []
    for metric in ("auc", "recall@10", "mrr", "map"):
        ahead = row["difference"][metric]
        if ahead["ci95"]:
            low, high = ahead["ci95"]
            helps = "it helps" if low > 0 else "it harms" if high < 0 else "neither is shown"
            said.append(
                f"{HEADINGS[metric]} {ahead['value']:+.3f} ({low:+.3f} to {high:+.3f}: {helps})"
            )
    if not said:
        return ""
    return (
        "The paper credits co-attention with part of its result and never leaves it out. Here it "
        f"is left out, all else equal; *full* is ahead by {', '.join(said)}."
    )


def single_runs(row: Mapping[str, Any], metric: str) -> tuple[float, float] | None:
    """Return where 95 % of single runs of a row's method lie, from the spread over its seeds."""
    sd, seeds = (row.get("sd") or {}).get(metric), row.get("seeds") or 0
    if sd is None or seeds < 2:
        return None
    half = student.ppf(0.975, seeds - 1) * sd * (1 + 1 / seeds) ** 0.5
    return float(row[metric] - half), float(row[metric] + half)


def _side(value: float, runs: Sequence[float], metric: str) -> str:
    low, high = runs
    if low <= value <= high:
        return "as single runs"
    return "better" if (value > high) != METRICS[metric].lower_is_better else "worse"


#: Variant of Table IV -> the perspective that it leaves out.
_LEAVES_OUT = {"au+att": "content", "c+att": "audiences", "c+au": "attributes"}


def what_each_adds(rows: Sequence[Mapping[str, Any]], metric: str = "auc") -> list[str]:
    """Return what every perspective adds to the two others, where the variants were trained."""
    said = []
    for row in rows:
        perspective, difference = _LEAVES_OUT.get(row["method"]), row.get("difference")
        if perspective and difference and not row.get("same_as"):
            entry = difference[metric]
            if entry["value"] is None:
                continue
            shown = "" if shows(entry) else ", not shown to be more than nothing"
            said.append(f"{perspective} {entry['value']:+.3f}{between(entry['ci95'])}{shown}")
    if not said:
        return []
    return [f"Added to the two others, in {HEADINGS[metric]}: {'; '.join(said)}."]


def parts_and_whole(
    rows: Sequence[Mapping[str, Any]],
    whole: str = "full",
    metrics: Sequence[str] = FIRST_METRICS,
) -> list[str]:
    """Return, per metric, which variants the whole is shown to lead, to trail, or neither."""
    compared = [row for row in rows if row.get("difference") and not row.get("same_as")]
    return _together({metric: _told_apart(compared, metric, whole) for metric in metrics})


def standing(
    rows: Sequence[Mapping[str, Any]], name: str = "MORNING", metrics: Sequence[str] = ("auc",)
) -> list[str]:
    """Return where a method stands among all that compete, and which differences are shown.

    Parameters
    ----------
    rows : sequence of result rows
        With differences, the method minus the other, and `oracle`.
    name : str
        The method.
    metrics : sequence of str
    """
    fair = [row for row in rows if not row.get("oracle") and not row.get("needs")]
    said = [_place(fair, name, metric) for metric in metrics]
    compared = [row for row in fair if row.get("difference")]
    return said + _together({metric: _told_apart(compared, metric, name) for metric in metrics})


def _place(rows: Sequence[Mapping[str, Any]], name: str, metric: str) -> str:
    """Return the place of a method by a metric, and who is first, or next if it is; "" for none."""
    known = [row for row in rows if row[metric] is not None]
    order = sorted(known, key=lambda r: r[metric], reverse=not METRICS[metric].lower_is_better)
    places = [row["method"] for row in order]
    if name not in places or len(places) < 2:
        return ""
    place = places.index(name)
    other = order[1 if place == 0 else 0]
    return (
        f"By {HEADINGS[metric]} {name} is {_ordinal(place + 1)} of {len(places)} methods, with "
        f"{estimated(order[place], metric)}; {'next' if place == 0 else 'first'} is "
        f"{other['method']} with {estimated(other, metric)}."
    )


def _together(said: Mapping[str, str]) -> list[str]:
    """Return what is said by metrics, once where several say the same."""
    metrics: dict[str, list[str]] = {}
    for metric, text in said.items():
        metrics.setdefault(text, []).append(HEADINGS[metric])
    return [f"**{', '.join(names)}**: {text}." for text, names in metrics.items() if text]


def _ordinal(place: int) -> str:
    words = ("first", "second", "third")
    return words[place - 1] if place <= len(words) else f"{place}th"


def _told_apart(rows: Sequence[Mapping[str, Any]], metric: str, name: str) -> str:
    """Return which rows a method is shown to lead or to trail by a metric, and which neither."""
    groups: dict[str, list[str]] = {"ahead of": [], "behind": [], "not told apart from": []}
    for row in rows:
        entry = row["difference"][metric]
        if entry["ci95"]:
            better = (entry["value"] > 0) != METRICS[metric].lower_is_better
            side = ("ahead of" if better else "behind") if shows(entry) else "not told apart from"
            groups[side].append(row["method"].replace(f"{name} without", "itself without"))
    said = "; ".join(f"{side} {', '.join(names)}" for side, names in groups.items() if names)
    return said and f"*{name}* is {said}"
