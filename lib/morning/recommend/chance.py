"""What a rank is worth: how many of a hundred accounts at it are partners."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from morning.evaluation import task
from morning.evaluation.uncertainty import mean_over_brands
from morning.features import FeatureSet
from morning.features.block import BLOCKS
from morning.files import read_json, write_json
from morning.guard import readable
from morning.models.best import Best, BestOptions

_FOLDS = 5
_EQUAL = 1e-9  # shares that differ by less are equal but for rounding


@dataclass(frozen=True)
class Range:
    """Ranks that are worth the same.

    Attributes
    ----------
    first, last : int
        Ranks, from 1.
    share : float
        Partners among the accounts at these ranks, a mean over brands.
    low, high : float or None
        Its 95 % interval over brands; None where there are too few brands for one.
    """

    first: int
    last: int
    share: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Chance:
    """The share of partners by rank, of brands that took no part in the fit.

    Attributes
    ----------
    ranges : tuple of Range
        From rank 1 on, without a hole; shares never rise.
    brands : int
        Over how many brands.
    candidates : int
        Among how many influencers they were ranked.
    """

    ranges: tuple[Range, ...]
    brands: int
    candidates: int

    @classmethod
    def of(cls, partners: np.ndarray) -> Chance:
        """Return the shares of a sample of rankings.

        Ranks are taken together from powers of two on, and further where shares would rise.

        Parameters
        ----------
        partners : bool array, shape (brands, candidates)
            Whether the account at each rank is a partner, as `partners_by_rank` says.
        """
        from scipy.optimize import isotonic_regression  # ranking does not wait for it

        brands, candidates = partners.shape
        starts = 2 ** np.arange(candidates.bit_length()) - 1
        widths = np.diff([*starts, candidates])
        shares = np.add.reduceat(partners.mean(axis=0), starts) / widths
        level = isotonic_regression(shares, weights=widths, increasing=False).x
        starts = starts[np.append(True, np.diff(level) < -_EQUAL)]
        ranges = []
        for start, end in zip(starts, [*starts[1:], candidates], strict=True):
            found = mean_over_brands(partners[:, start:end].mean(axis=1))
            low, high = found.share_interval() or (None, None)
            ranges.append(Range(int(start) + 1, int(end), found.value, low, high))
        return cls(tuple(ranges), brands, candidates)

    def at(self, ranks: np.ndarray) -> pd.DataFrame:
        """Return what ranks are worth: `chance`, `chance_low`, `chance_high`, NaN where unknown.

        Parameters
        ----------
        ranks : int array, shape (n,)
            From 1; one beyond the last is worth what the last is.
        """
        table = pd.DataFrame([asdict(each) for each in self.ranges])
        place = np.searchsorted(table["first"], ranks, side="right") - 1
        found = table[["share", "low", "high"]].astype(float).iloc[place].reset_index(drop=True)
        return found.set_axis(["chance", "chance_low", "chance_high"], axis=1)


@dataclass(frozen=True)
class Chances:
    """What a rank is worth, by which blocks are known of a brand: fewer say less.

    Attributes
    ----------
    by_known : dict of frozenset of str to Chance
        For every choice of blocks but none and but attributes alone: node vectors were fitted to
        the collaborations of the brands that shares are learnt of, which would promise too much.
        Empty where there are fewer than two brands to learn from.
    """

    by_known: Mapping[frozenset[str], Chance]

    @classmethod
    def fit(
        cls, features: FeatureSet, options: BestOptions | None = None, seed: int = 0
    ) -> Chances:
        """Rank for every training and validation brand by a fit to four fifths of the others.

        Validation brands alone would be too few. The test brands take no part.

        Parameters
        ----------
        features : FeatureSet
        options : BestOptions, optional
        seed : int
            Of who is left out together.
        """
        brands = features.brands("train", "validation")
        if len(brands) < 2:
            return cls({})
        dealt = np.random.default_rng(seed).permutation(brands)
        partners: dict[frozenset[str], list[np.ndarray]] = defaultdict(list)
        for left_out in np.array_split(dealt, min(_FOLDS, len(brands))):
            model = _fitted_without(features, left_out, options)
            asked = task(features, left_out, "all")
            rows = model.rows(features, asked.brands)
            candidates = model.rows(features, asked.influencers)
            for known in _choices(list(features.blocks)):
                shown = only(model, rows, known)
                scores = model.score_rows(shown, candidates)["F"]
                partners[known].append(partners_by_rank(scores, asked.positives))
        return cls({known: Chance.of(np.concatenate(each)) for known, each in partners.items()})

    def save(self, path: str | Path) -> None:
        """Write the shares as JSON, whole or not at all."""
        record = [
            {"known": sorted(known), **asdict(chance)} for known, chance in self.by_known.items()
        ]
        write_json(path, {"chances": record})

    @classmethod
    def load(cls, path: str | Path) -> Chances:
        """Read what `save` wrote.

        Raises
        ------
        MorningError
            If the file is missing, or of another form.
        """
        with readable(path, "what a rank is worth", _AGAIN):
            return cls(dict(map(_chance, read_json(path, dict)["chances"])))


_AGAIN = "make the run again with `make book` or `morning train`"


def _chance(record: Mapping[str, Any]) -> tuple[frozenset[str], Chance]:
    """Return a chance by what is known of a brand; ValueError, TypeError if it is none."""
    ranges = tuple(Range(**each) for each in record["ranges"])
    brands, candidates, known = record["brands"], record["candidates"], record["known"]
    counted = [brands, candidates, *(rank for r in ranges for rank in (r.first, r.last))]
    if any(type(number) is not int or number < 0 for number in counted):
        raise TypeError("ranks and numbers of accounts are whole numbers")
    if not all(0 <= r.share <= 1 and (r.low is None) == (r.high is None) for r in ranges):
        raise ValueError("shares are from 0 to 1, intervals whole")
    if not all(r.low is None or 0 <= r.low <= r.high <= 1 for r in ranges):  # type: ignore[operator]
        raise ValueError("intervals are from 0 to 1")
    firsts, lasts = [r.first for r in ranges], [r.last for r in ranges]
    follows = firsts == [1, *(last + 1 for last in lasts[:-1])]
    if not follows or any(a > b for a, b in zip(firsts, lasts, strict=True)):
        raise ValueError("ranks go from 1 on without a hole")
    return frozenset(map(_block, known)), Chance(ranges, brands, candidates)


def _block(name: str) -> str:
    if name not in BLOCKS:
        raise ValueError(f"no such block: {name!r:.60}")
    return name


def only(model: Best, rows: np.ndarray, known: Iterable[str]) -> np.ndarray:
    """Return rows of accounts, (n, D), with NaN for all but some blocks."""
    shown = np.full_like(rows, np.nan)
    columns = model.columns(*known)
    shown[:, columns] = rows[:, columns]
    return shown


def partners_by_rank(scores: np.ndarray, positives: np.ndarray) -> np.ndarray:
    """Return whether the account at each rank is a partner, bool (B, M); the best rank first."""
    order = np.argsort(-scores, axis=1, kind="stable")
    return np.take_along_axis(positives, order, axis=1)


def _choices(blocks: Sequence[str]) -> Iterator[frozenset[str]]:
    """Yield every choice of blocks but none and but attributes alone."""
    for size in range(1, len(blocks) + 1):
        yield from (frozenset(c) for c in combinations(blocks, size) if c != ("attribute",))


def _fitted_without(features: FeatureSet, brands: np.ndarray, options: BestOptions | None) -> Best:
    """Fit to the training and validation brands but some."""
    split = features.accounts["split"].astype("str").copy()
    split.iloc[brands] = "test"
    return Best.fit(replace(features, accounts=features.accounts.assign(split=split)), options)
