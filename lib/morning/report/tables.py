"""Tables for the book: our numbers beside the paper's, with intervals and an honest sentence."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from morning.dataset import Dataset
from morning.evaluation.metrics import METRICS, POOLED
from morning.evaluation.overlap import overlap
from morning.evaluation.published import DATASET, PUBLISHED
from morning.features import PERSPECTIVES, FeatureSet
from morning.features.block import Block
from morning.features.topics import TopicModel, top_words
from morning.roster import Roster

#: Metric -> heading, for the metrics that the paper prints.
HEADINGS = {
    "auc": "AUC",
    "cauc": "cAUC",
    "recall@10": "R@10",
    "recall@50": "R@50",
    "mrr": "MRR",
    "map": "MAP",
    "medr": "MedR",
}
_NARROW = 18  # characters in a line of a cell
#: Block -> number of columns in the paper.
PAPER_SIZES = {
    "content_visual": 1365,
    "content_topics": 22,
    "audience_visual": 1365,
    "audience_topics": 21,
    "attribute": 128,
}


def beside_paper(document: Mapping[str, Any], metrics: Sequence[str] = tuple(HEADINGS)) -> Any:
    """Return a results document as a styled table: ours with interval above the paper's number.

    Parameters
    ----------
    document : mapping
        As written by `evaluation.write_results`.
    metrics : sequence of str

    Returns
    -------
    pandas Styler
    """
    lines = []
    ran, idle = _split(document)
    for row in ran:
        lines.append(_line(row, "ours", [_ours(row, m) for m in metrics]))
        if row.get("paper"):
            lines.append(_line(row, "paper", [_number(row["paper"].get(m), m) for m in metrics]))
    for missing in idle:
        needs = textwrap.fill("needs " + missing["needs"].removeprefix("needs "), _NARROW)
        lines.append(_line(missing, "ours", [needs, *[""] * (len(metrics) - 1)]))
        if missing.get("paper"):
            numbers = [_number(missing["paper"].get(m), m) for m in metrics]
            lines.append(_line(missing, "paper", numbers))
    table = pd.DataFrame(lines, columns=["method", "source", *(HEADINGS[m] for m in metrics)])
    return _styled(table.set_index(["method", "source"]))


def over_seeds(document: Mapping[str, Any], metrics: Sequence[str] = tuple(HEADINGS)) -> Any:
    """Return mean ± standard deviation over seeds of every method that was run under several."""
    lines = {
        row["method"]: {"seeds": str(row["seeds"])}
        | {HEADINGS[m]: _spread(row[m], row["sd"][m], m) for m in metrics}
        for row in document["rows"]
        if not row.get("needs") and row["seeds"] > 1
    }
    return _styled(pd.DataFrame(lines).T)


def _spread(mean: float | None, sd: float | None, metric: str) -> str:
    if mean is None or sd is None:
        return "–"
    return f"{_number(mean, metric)}\n±{_short(sd, metric)}"


def _split(document: Mapping[str, Any]) -> tuple[list[Any], list[Any]]:
    """Return the rows that were run, and those that need what is not there."""
    ran = [row for row in document["rows"] if not row.get("needs")]
    idle = [row for row in document["rows"] if row.get("needs")]
    return ran, [*idle, *document.get("missing", [])]


def _line(row: Mapping[str, Any], source: str, cells: Sequence[str]) -> list[str]:
    return [row["method"], source, *cells]


def _ours(row: Mapping[str, Any], metric: str) -> str:
    text = _number(row.get(metric), metric)
    interval = (row.get("ci95") or {}).get(metric)
    if interval:
        low, high = (_short(end, metric) for end in interval)
        text += f"\n{low}–{high}"
    return text


def _number(value: float | None, metric: str) -> str:
    if value is None:
        return "–"
    return f"{value:.1f}".removesuffix(".0") if metric == "medr" else f"{value:.3f}"


def _short(value: float, metric: str) -> str:
    """Write a number without the zero before its point."""
    text = _number(value, metric)
    return text[1:] if text.startswith("0.") else text


def _styled(table: pd.DataFrame) -> Any:
    """Style a table whose text is escaped for HTML: method names can come from user data."""
    escaped = table.style.format(escape="html").format_index(escape="html")
    return escaped.set_table_styles(
        [
            {"selector": "th", "props": "text-align: left; vertical-align: top;"},
            {"selector": "td", "props": "text-align: right; white-space: pre;"},
            {"selector": "th, td", "props": "padding: 0.15em 0.5em; font-size: 0.92em;"},
        ]
    )


def _text(table: pd.DataFrame) -> Any:
    """Style a table of words: whole sentences, escaped for HTML."""
    left = {"selector": "th, td", "props": "text-align: left; vertical-align: top;"}
    return table.style.format(escape="html").set_table_styles([left])


def agreement(document: Mapping[str, Any], metrics: Sequence[str] = tuple(HEADINGS)) -> str:
    """Return sentences (Markdown) that say where the paper's numbers lie against our intervals."""
    if not any(row.get("paper") for row in document["rows"]):
        return (
            "The paper's numbers are about its own data and are not shown here: what happens in "
            "other data is no evidence for or against them."
        )
    lines = []
    for metric in metrics:
        inside: list[str] = []
        above: list[str] = []
        below: list[str] = []
        for row in document["rows"]:
            paper, interval = (row.get("paper") or {}).get(metric), row["ci95"].get(metric)
            if paper is None or interval is None:
                continue
            side = above if paper > interval[1] else below if paper < interval[0] else inside
            side.append(row["method"])
        parts = [
            f"{word} it for {', '.join(names)}"
            for word, names in (("inside", inside), ("above", above), ("below", below))
            if names
        ]
        if parts:
            where = "; ".join(parts)
            lines.append(
                f"- **{HEADINGS[metric]}**: against our 95 % interval, the paper is {where}."
            )
    return "\n".join(lines)


def inventory(features: FeatureSet) -> pd.DataFrame:
    """Return which blocks are there, with their sizes here and in the paper."""
    sizes = features.sizes()
    rows = [
        {
            "perspective": perspective,
            "block": block,
            "in the paper": PAPER_SIZES[block],
            "here": str(sizes.get(block, "absent")),
            "made by": str(features.made.get(block, {}).get("method", "–")),
        }
        for perspective, blocks in PERSPECTIVES.items()
        for block in blocks
    ]
    return pd.DataFrame(rows).set_index(["perspective", "block"])


def collaboration_summary(roster: Roster) -> pd.DataFrame:
    """Return, for training and test brands, how many there are and how many positives they have."""
    rows = {}
    for name, splits in {"train": ("train", "validation"), "test": ("test",)}.items():
        brands = roster.brands(*splits)
        if len(brands) == 0:
            continue
        positives = roster.positives(brands, roster.influencers())
        per_brand = pd.Series(positives.sum(axis=1))
        rows[name] = {
            "brands": len(brands),
            "positive pairs": int(positives.sum()),
            "influencers": int(positives.any(axis=0).sum()),
            "per brand: min": per_brand.min(),
            "median": per_brand.median(),
            "max": per_brand.max(),
            "mean": round(per_brand.mean(), 2),
        }
    return pd.DataFrame(rows).T.map("{:g}".format)


def overlap_table(roster: Roster) -> pd.DataFrame:
    """Return how much of the test side training has seen, as a table in words."""
    counts = overlap(roster)
    share = counts["seen"] / max(counts["test_positives"], 1)
    rows = {
        "influencers who are partners of training and of test brands": counts["influencers_both"],
        "influencers with more than one brand": counts["multi_brand"],
        "test positives": counts["test_positives"],
        "… whose influencer is also a training partner": f"{counts['seen']} ({share:.1%})",
        "… and of a training brand of the same category": counts["seen_same_category"],
    }
    return pd.DataFrame({"count": {name: str(value) for name, value in rows.items()}})


def dataset_rows(dataset: Dataset) -> list[dict[str, Any]]:
    """Return Table II as result rows: accounts and posts of each role, beside the paper's."""
    role_of = dataset.accounts.set_index("account_id")["role"]
    posts = dataset.posts["account_id"].map(role_of).value_counts()
    accounts = role_of.value_counts()
    return [
        {
            "role": role,
            "accounts": int(accounts.get(role, 0)),
            "posts": int(posts.get(role, 0)),
            "paper": DATASET[role],
        }
        for role in DATASET
    ]


def dataset_table(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return Table II for reading: ours and the paper's, side by side."""
    columns = {}
    for what in ("accounts", "posts"):
        columns[what, "here"] = [f"{row[what]:,}" for row in rows]
        columns[what, "paper"] = [f"{row['paper'][what]:,}" for row in rows]
    return pd.DataFrame(columns, index=[row["role"] for row in rows])


def concentration(vectors: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Return how concentrated probability vectors are.

    Parameters
    ----------
    vectors : mapping of name to array (n, classes), rows summing to one

    Returns
    -------
    DataFrame
        Per name: classes, median largest entry, and the median and 90 % quantile of the
        effective number of classes, exp(entropy).
    """
    rows = {}
    for name, block in vectors.items():
        p = block.astype(float)
        effective = np.exp(-(p * np.log(np.maximum(p, 1e-300))).sum(axis=1))
        rows[name] = {
            "classes": f"{p.shape[1]}",
            "largest entry, median": f"{np.median(p.max(axis=1)):.3f}",
            "effective classes, median": f"{np.median(effective):.2f}",
            "effective classes, 90 %": f"{np.quantile(effective, 0.9):.2f}",
        }
    return pd.DataFrame(rows).T


def auc_versions(row: Mapping[str, Any]) -> pd.DataFrame:
    """Return AUC and cAUC of a result row as released and clean."""
    versions = {"released": "", "clean": "_clean"}
    return pd.DataFrame(
        {
            HEADINGS[name]: {
                version: "–" if row[name + end] is None else f"{row[name + end]:.4f}"
                for version, end in versions.items()
            }
            for name in ("auc", "cauc")
        }
    )


def counts(block: Block) -> pd.DataFrame:
    """Return what went into a block and what did not."""
    named = {name.replace("_", " "): count for name, count in block.counts.items()}
    return pd.DataFrame({"count": named})


def topic_words(model: TopicModel, n: int = 8) -> Any:
    """Return the likeliest words of every topic; topics count from 1, as in the map."""
    words = top_words(model, n)
    joined = words.groupby("topic")["word"].agg(", ".join)
    return _text(pd.DataFrame({"likeliest words": joined}))


def attribute_examples(dataset: Dataset, lists: Mapping[str, Sequence[str]], n: int = 8) -> Any:
    """Return biographies beside the attributes that were found in them, brands and influencers."""
    accounts = dataset.accounts[dataset.accounts["biography"].notna()]
    shown = accounts[accounts["role"].isin(["brand", "influencer"])]
    shown = shown.groupby("role").head(n // 2)
    found = [", ".join(lists.get(account, ())) for account in shown["account_id"]]
    table = shown[["account_id", "biography"]].assign(attributes=found)
    return _text(table.set_index("account_id"))


def blocks_used(document: Mapping[str, Any]) -> pd.DataFrame:
    """Return which blocks stand behind each row of a results document."""
    rows = {
        row["method"]: {
            "blocks": ", ".join(row["blocks"]),
            "same training as": row.get("same_as") or "",
        }
        for row in document["rows"]
    }
    return pd.DataFrame(rows).T


def differences(document: Mapping[str, Any], metrics: Sequence[str] = tuple(HEADINGS)) -> Any:
    """Return how much better *full* is than each other row, with paired intervals."""
    rows = {
        row["method"]: {HEADINGS[m]: _difference(row["difference"][m], m) for m in metrics}
        for row in document["rows"]
        if row.get("difference")
    }
    return _styled(pd.DataFrame(rows).T)


def _difference(entry: Mapping[str, Any], metric: str) -> str:
    if entry["value"] is None or entry["ci95"] is None:
        return "–"
    digits = 1 if metric == "medr" else 3
    low, high = entry["ci95"]
    return f"{entry['value']:+.{digits}f}\n{low:+.{digits}f} to {high:+.{digits}f}"


def method_notes(document: Mapping[str, Any]) -> Any:
    """Return what each method of Table III is: its note, and whether it is our interpretation."""
    kinds = {
        row["method"]: {
            "what it is": row["note"],
            "kind": "oracle"
            if row["oracle"]
            else "interpretation"
            if row["interpretation"]
            else "",
            "needs": row["needs"] or "",
        }
        for row in document["rows"]
    }
    return _text(pd.DataFrame(kinds).T)


def significance(
    document: Mapping[str, Any], metrics: Sequence[str] = ("auc", "cauc", "map")
) -> Any:
    """Return how far the reference is ahead of each method, with Holm's corrected p."""
    rows = {}
    for row in document["rows"]:
        if row.get("difference"):
            entries = {HEADINGS[m]: row["difference"][m] for m in metrics}
            rows[row["method"]] = {
                (name, part): text
                for name, entry in entries.items()
                for part, text in (
                    ("ahead by", _difference(entry, "auc")),
                    ("p", _probability(entry["p_holm"])),
                )
            }
    return _styled(pd.DataFrame(rows).T)


def _probability(p: float | None) -> str:
    if p is None:
        return "–"
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def recombine(rows: Sequence[Mapping[str, Any]]) -> dict[str, float | None]:
    """Return what the category rows of Table V give together, weighted as they should be.

    AUC and cAUC are weighted by comparisons, the means by brands; MedR does not recombine. None
    where there is nothing to weigh.
    """
    parts = [row for row in rows if row["method"] != "all"]
    combined: dict[str, float | None] = {}
    for metric in METRICS:
        if metric == "medr":
            continue
        weights = [r["comparisons"][metric] if metric in POOLED else r["brands"] for r in parts]
        values = [0.0 if r[metric] is None else r[metric] for r in parts]
        combined[metric] = float(np.average(values, weights=weights)) if any(weights) else None
    return combined


def recombined(document: Mapping[str, Any]) -> pd.DataFrame:
    """Return the *all* row of Table V beside its recombined categories, ours and the paper's."""
    rows = document["rows"]
    everything = next(row for row in rows if row["method"] == "all")
    ours = recombine(rows)
    published = PUBLISHED["table5_categories"]
    paper = recombine([{**row, **published.get(row["method"], {})} for row in rows])
    metrics = [m for m in HEADINGS if m != "medr"]
    known = everything.get("paper") is not None
    table = {
        ("ours", "all"): [everything[m] for m in metrics],
        ("ours", "categories together"): [ours[m] for m in metrics],
    }
    if known:
        table["paper", "all"] = [published["all"][m] for m in metrics]
        table["paper", "categories together"] = [paper[m] for m in metrics]
    written = {name: [_number(v, "auc") for v in values] for name, values in table.items()}
    return pd.DataFrame(written, index=[HEADINGS[m] for m in metrics])
