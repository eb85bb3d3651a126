"""What a chapter found, in a few sentences made from its numbers; they stand at its head."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from morning.attributes.graph import AttributeGraph, counts_of
from morning.errors import counted
from morning.evaluation import METRICS, Task
from morning.evaluation.overlap import count_overlap
from morning.models import TrainedModel
from morning.rankers.rand import expected_metrics
from morning.recommend.recommender import Recommender
from morning.report.headings import FIRST_METRICS, HEADINGS, between, estimated, number
from morning.report.tables.results import shows
from morning.roster import Roster
from morning.studies.cases import CaseStudy

Row = Mapping[str, Any]

#: Block -> what of an account it is made of.
_MADE_OF = {
    "content_topics": "captions",
    "content_visual": "pictures",
    "audience_topics": "the captions of its audience",
    "audience_visual": "the pictures of its audience",
    "attribute": "attributes",
}


def listed(sentences: Iterable[str]) -> str:
    """Return sentences as a list in Markdown, without those that have nothing to say."""
    return "\n".join(f"- {sentence}" for sentence in sentences if sentence)


def dataset(roster: Roster, task: Task) -> list[str]:
    """Return who worked with whom, and how separate training and test are."""
    partners = roster.positives(roster.brands(), roster.influencers())
    per_test_brand = task.positives.sum(axis=1)
    overlap = count_overlap(roster)
    said = [
        f"{counted(len(partners), 'brand')} worked with {counted(partners.shape[1], 'influencer')} "
        f"in {counted(int(partners.sum()), 'collaboration')}; half the brands have at most "
        f"{np.median(partners.sum(axis=1)):.0f} partners.",
        f"{counted(len(task.brands), 'brand')} are kept for the test. Each ranks "
        f"{len(task.influencers):,} candidates, of whom {np.median(per_test_brand):.0f} (median) "
        "are its partners.",
    ]
    if overlap["test_positives"]:
        share = overlap["seen"] / overlap["test_positives"]
        said.append(
            f"Test brands are new, their partners not always: {share:.0%} of them worked with a "
            "training brand as well."
        )
    faithful, several = _within_category(roster, partners)
    if several:
        said.append(
            f"Of the {counted(several, 'influencer')} with two or more brands, "
            f"{faithful / several:.0%} stay within one category."
        )
    return said


def _within_category(roster: Roster, partners: np.ndarray) -> tuple[int, int]:
    """Return how many influencers with several brands have them in one category, and of how many.

    `partners` is bool (brands, influencers).
    """
    dummies = pd.get_dummies(roster.categories(roster.brands())).to_numpy(dtype=int)
    several = partners.sum(axis=0) > 1
    categories = ((dummies.T @ partners.astype(int)) > 0).sum(axis=0)
    return int((several & (categories == 1)).sum()), int(several.sum())


def separated(purity: pd.DataFrame) -> list[str]:
    """Return how well the blocks of a page know a brand's category.

    Parameters
    ----------
    purity : DataFrame
        As `neighbour_purity` returns it.
    """
    known = purity.dropna().sort_values("purity", ascending=False)
    if known.empty:
        return []
    shares = ", ".join(
        f"by {_MADE_OF.get(block, block)} {share:.0%}" for block, share in known["purity"].items()
    )
    return [
        "Of the five brands that are nearest to a brand, so many are of its category: "
        f"{shares}. Of random ones: {known['chance'].iloc[0]:.0%}."
    ]


def alike(similarity: pd.DataFrame) -> list[str]:
    """Return by which blocks a brand and its partners are more alike than strangers.

    Parameters
    ----------
    similarity : DataFrame
        As `pair_similarity` returns it.
    """
    means = similarity.groupby("kind").mean()
    if set(means.index) != {"partners", "random pairs"}:
        return []
    said = ", ".join(
        f"{_MADE_OF.get(block, block)} {means.loc['partners', block]:.2f} against "
        f"{means.loc['random pairs', block]:.2f}"
        for block in means
    )
    return [f"A brand and its partner against a brand and anybody, by mean cosine: {said}."]


def graph(found: AttributeGraph | None) -> list[str]:
    """Return which attributes cooperate most, and how much of all weight few pairs hold."""
    if found is None or found.edges.empty:
        return []
    edges = found.edges
    heaviest = edges.head(3)
    counts = counts_of(heaviest["weight"])
    pairs = ", ".join(
        f"*{first}* with *{second}* ({n:,} times)"
        for first, second, n in zip(heaviest.iloc[:, 0], heaviest.iloc[:, 1], counts, strict=True)
    )
    tenth = -(-len(edges) // 10)
    share = edges["weight"].head(tenth).sum() / edges["weight"].sum()
    return [
        f"{counted(len(found), 'attribute')} occur together in {counted(len(edges), 'pair')}. "
        f"Most often: {pairs}.",
        f"The heaviest tenth of the pairs holds {share:.0%} of all weight.",
    ]


def model(
    row: Row, task: Task, models: Sequence[TrainedModel], ceiling: pd.DataFrame | None = None
) -> list[str]:
    """Return whether a training learns to rank: against chance and, where known, the ceiling.

    Parameters
    ----------
    row : result row
    task : Task
    models : sequence of TrainedModel
    ceiling : DataFrame, optional
        As `studies.planted.planted_metrics` returns it.
    """
    chance = expected_metrics(task)
    interval = (row.get("ci95") or {}).get("auc")
    shown = interval is not None and interval[0] > chance["auc"]
    said = [
        f"{'It does' if shown else 'That is not shown'}: on brands that it never saw MORNING has "
        f"an AUC of {estimated(row, 'auc')}, where chance has {number(chance['auc'], 'auc')}, and "
        f"a MAP of {estimated(row, 'map')}, where chance has {number(chance['map'], 'map')}."
    ]
    if ceiling is not None:
        best = ceiling.loc["oracle"]
        said.append(
            "Nobody could do better than the preference that was planted, with an AUC of "
            f"{number(best['auc'], 'auc')} and a MAP of {number(best['map'], 'map')}."
        )
    epochs = ", ".join(str(each.epoch) for each in models)
    small = np.mean([each.curve["history"][-1]["near_zero"] for each in models])
    said.append(
        f"Validation brands keep epoch {epochs} of {len(models[0].curve['history'])}; at the end "
        f"L1 has driven {small:.0%} of the weights below 0.01."
    )
    return said


def ablations(rows: Sequence[Row], metrics: Sequence[str] = FIRST_METRICS) -> list[str]:
    """Return, per metric, which variants the whole is shown to lead, to trail, or neither."""
    compared = [row for row in rows if row.get("difference") and not row.get("same_as")]
    said = []
    for metric in metrics:
        groups = _sorted_by_difference(compared, metric)
        if any(groups.values()):
            said.append(f"**{HEADINGS[metric]}**: {_listed(groups, 'full')}.")
    return said


def comparison(rows: Sequence[Row], name: str = "MORNING", metric: str = "auc") -> list[str]:
    """Return where a method stands among all that compete, and which differences are shown.

    Parameters
    ----------
    rows : sequence of result rows
        With differences, the method minus the other, and `oracle`.
    name : str
        The method.
    metric : str
    """
    fair = [r for r in rows if not r.get("oracle") and not r.get("needs") and r[metric] is not None]
    order = sorted(fair, key=lambda r: r[metric], reverse=not METRICS[metric].lower_is_better)
    places = [row["method"] for row in order]
    if name not in places:
        return []
    place = places.index(name)
    other = order[min(1, len(order) - 1) if place == 0 else 0]
    said = [
        f"By {HEADINGS[metric]} {name} is {_ordinal(place + 1)} of {len(places)} methods, with "
        f"{estimated(order[place], metric)}; {'next' if place == 0 else 'first'} is "
        f"{other['method']} with {estimated(other, metric)}."
    ]
    groups = _sorted_by_difference([r for r in fair if r.get("difference")], metric)
    if any(groups.values()):
        said.append(f"{_listed(groups, name)}.")
    return said


def _ordinal(place: int) -> str:
    words = ("first", "second", "third")
    return words[place - 1] if place <= len(words) else f"{place}th"


def _sorted_by_difference(rows: Sequence[Row], metric: str) -> dict[str, list[str]]:
    """Return names of rows by what their difference (the whole minus the row) shows."""
    groups: dict[str, list[str]] = {"ahead of": [], "behind": [], "not told apart from": []}
    for row in rows:
        entry = row["difference"][metric]
        if entry["ci95"]:
            better = (entry["value"] > 0) != METRICS[metric].lower_is_better
            side = ("ahead of" if better else "behind") if shows(entry) else "not told apart from"
            groups[side].append(row["method"])
    return groups


def _listed(groups: Mapping[str, Sequence[str]], name: str) -> str:
    said = "; ".join(f"{side} {', '.join(names)}" for side, names in groups.items() if names)
    return f"*{name}* is {said}"


def categories(rows: Sequence[Row], explained: str, metric: str = "auc") -> list[str]:
    """Return the best and the worst category, and whether categories differ at all.

    Parameters
    ----------
    rows : sequence of result rows
        One per category, and `all`.
    explained : str
        The sentence of `sentences.categories`.
    metric : str
    """
    known = [row for row in rows if row["method"] != "all" and row[metric] is not None]
    if len(known) < 2:
        return [explained]
    low, *_, high = sorted(known, key=lambda row: row[metric])
    return [
        f"{HEADINGS[metric]} goes from {number(low[metric], metric)} ({low['method']}) to "
        f"{number(high[metric], metric)} ({high['method']}).",
        explained,
    ]


def audit(rows: Sequence[Row], found: Mapping[str, Any]) -> list[str]:
    """Return what the benchmark rewards, forgives and hides.

    Parameters
    ----------
    rows : sequence of result rows
        All of the audit.
    found : mapping
        Its findings.
    """
    named = {row["method"]: row for row in rows}
    ours, told = named["MORNING"], named.get("category-oracle")
    said = []
    if told:
        said.append(
            "Knowing the category and nothing else gives an AUC of "
            f"{number(told['auc'], 'auc')} and a cAUC of {number(told['cauc'], 'cauc')}; MORNING "
            f"has {number(ours['auc'], 'auc')} and {number(ours['cauc'], 'cauc')}."
        )
    for group, added in found.get("added_by_training", {}).items():
        said.append(
            f"What training on partners {group} can have added to the share of candidates they "
            f"beat: {added['value']:+.3f}{between(added['ci95'])}."
        )
    if "all influencers" in named:
        everyone = named["all influencers"]
        said.append(
            f"With all influencers as candidates R@10 is {number(everyone['recall@10'], 'auc')}, "
            f"with those of the protocol {number(ours['recall@10'], 'auc')}."
        )
    if ceiling := found.get("recall_ceiling"):
        most = ", ".join(f"R@{k} {value:.3f}" for k, value in ceiling.items())
        said.append(f"Nobody can have more than {most}: some brands have more partners than that.")
    picked = found.get("selection", {})
    if {"validation", "best test AUC"} <= set(picked) and "auc" in picked["validation"]:
        gain = picked["best test AUC"]["auc"] - picked["validation"]["auc"]
        said.append(f"Choosing the epoch on the test brands would add {gain:.3f} to AUC.")
    return said


def case_study(study: CaseStudy) -> list[str]:
    """Return where the accounts of a case study are ranked."""
    ranks = ", ".join(f"the {case.role} {case.rank:,}" for case in study.cases)
    typical = ", ".join(f"the {role} {rank:,.0f}" for role, rank in study.typical.items())
    said = [
        f"Of {study.candidates:,} candidates, {counted(study.partners, 'partner')} among them, "
        f"{study.brand} ranks {ranks}."
    ]
    return [*said, f"Over all test brands, the median ranks are: {typical}." if typical else ""]


def recommend(rows: Sequence[Row], taken: Sequence[Row]) -> list[str]:
    """Return how much is lost with a brand of which less is known, and whether reasons are true.

    Parameters
    ----------
    rows : sequence of result rows
        As `studies.newcomers.newcomers` returns them.
    taken : sequence of mapping
        As `studies.counterfactuals.counterfactual_rows` returns them.
    """
    known = "; ".join(
        f"*{row['method']}* AUC {number(row['auc'], 'auc')}, MAP {number(row['map'], 'map')}"
        for row in rows
    )
    said = [f"How well test brands are ranked for, by what is known of them: {known}."]
    said += [
        f"Without what a reason names, {row['removed']}, the score falls by {row['named']:.3f}; "
        f"without as much at random, by {row['random']:.3f}."
        for row in taken
    ]
    return said


def first_ten(recommender: Recommender, brand: str, ranking: pd.DataFrame) -> list[str]:
    """Return how many of the first of a ranking are partners, beside what chance would give.

    Parameters
    ----------
    recommender : Recommender
    brand : str
    ranking : DataFrame
        The first of `Recommender.rank`, partners among them.
    """
    partners = recommender.partners(brand)
    everyone = recommender.rank(brand, None, exclude_partners=False)
    hits = int(ranking["influencer_id"].isin(partners).sum())
    expected = len(ranking) * len(partners) / len(everyone)
    places = everyone.loc[everyone["influencer_id"].isin(partners), "rank"]
    said = [
        f"{hits} of the first {len(ranking)} worked with {brand}; "
        f"as many at random would have "
        f"{expected:.1f} such.",
        f"Its {counted(len(partners), 'partner')} stand at rank {places.median():.0f} in the "
        f"middle, of {len(everyone):,}.",
    ]
    parts = [part for part in ("f", "g", "h") if part in ranking]
    shares = ranking[parts].clip(lower=0).sum()
    if shares.sum() > 0:
        words = {"f": "content", "g": "audience", "h": "attributes"}
        told = ", ".join(f"{words[p]} {shares[p] / shares.sum():.0%}" for p in parts)
        said.append(f"What speaks for the ten is {told}.")
    return said
