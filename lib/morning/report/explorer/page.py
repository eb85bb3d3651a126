"""The explorer's page: data, style and scripts in one document that loads nothing.

Its table stays a real `<table>`, which screen readers know and into which only text nodes are put:
TanStack Virtual draws the rows in view, where a grid component would bring its own markup.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from string import Template

import numpy as np
import pandas as pd

from morning.errors import MorningError
from morning.plain import ESCAPED_JSON

#: Parts of a score in the order of its bars: their names on the page, and what is said of them.
PARTS = {
    "f": ("f content", ""),
    "g": ("g audience", ""),
    "h": ("h attributes", ""),
    "popularity": ("popularity", "near to every brand, taken off"),
}
#: Most scores of a page: 2.7 bytes each.
MOST_SCORES = 20_000_000
#: Most values of further columns.
MOST_VALUES = 2_000_000

_NAME = "influencer"
_STEPS = np.iinfo(np.int16).max
#: The scripts share one scope: each may use what those before it define.
_SCRIPTS = (
    "vendor/bundle.js",
    "board.js",
    "elements.js",
    "filters.js",
    "table.js",
    "card.js",
    "explorer.js",
)


@dataclass(frozen=True, eq=False)
class Board:
    """The rankings of B brands among M influencers, and what is to be said of them.

    Attributes
    ----------
    brands : sequence of str
        Names as they are shown, B.
    categories : sequence of str
        Of each brand; empty where it is not known.
    influencers : DataFrame
        M rows; `influencer` holds names as they are shown. Further columns of numbers, text or
        bool are shown and can be filtered by; NaN where a value is not known.
    parts : mapping of str to ndarray
        Keys of `PARTS` to float, shape (B, M); the score is their sum.
    partners : sequence of collections of int
        Of each brand, rows of the influencers that it is known to have worked with.
    worth : sequence of sequences
        Of each brand, what ranks are worth: first rank, last rank, share of partners, and the ends
        of its interval or None. May be empty.
    reasons : mapping of (int, int) to (sequence of str, sequence of str)
        (brand, influencer) to sentences that speak for and against; for others the card says that
        `morning explain` gives them.
    notes : sequence of sequences of str
        Of each brand, what is to be said above its ranking.
    about : str
        One sentence: which run, which data; of generated data, that they are generated.

    Raises
    ------
    MorningError
        If shapes do not agree, something is not finite or out of range, or it is too much for a
        page.
    """

    brands: Sequence[str]
    categories: Sequence[str]
    influencers: pd.DataFrame
    parts: Mapping[str, np.ndarray]
    partners: Sequence[Collection[int]]
    worth: Sequence[Sequence[tuple[int, int, float, float | None, float | None]]]
    reasons: Mapping[tuple[int, int], tuple[Sequence[str], Sequence[str]]]
    notes: Sequence[Sequence[str]]
    about: str

    def __post_init__(self) -> None:
        """Check it."""
        if not self.brands or not len(self.influencers):
            raise MorningError("an explorer needs a brand and an influencer at least")
        for name in ("categories", "partners", "worth", "notes"):
            if len(getattr(self, name)) != len(self.brands):
                raise MorningError(
                    f"{name} of a board: {len(getattr(self, name))} of {len(self.brands)} brands"
                )
        if not self.influencers.columns.is_unique or _NAME not in self.influencers:
            raise MorningError(
                f"influencers of a board need one column {_NAME!r}, and no two columns of one name"
            )
        self._check_parts()
        rows = {row for partners in self.partners for row in partners}
        brands, influencers = ({pair[place] for pair in self.reasons} for place in (0, 1))
        _within(rows | influencers, len(self.influencers), "influencers")
        _within(brands, len(self.brands), "brands")
        if self.influencers.size > MOST_VALUES:
            raise MorningError(
                f"columns of a board: {self.influencers.size:,} values, and a page holds "
                f"{MOST_VALUES:,}; leave columns out"
            )

    def _check_parts(self) -> None:
        if not self.parts or not set(self.parts) <= set(PARTS):
            raise MorningError(f"parts of a board are of {', '.join(PARTS)}, and one at least")
        shape = (len(self.brands), len(self.influencers))
        if shape[0] * shape[1] * len(self.parts) > MOST_SCORES:
            raise MorningError(
                f"{shape[0]:,} brands and {shape[1]:,} influencers are too many for a page, which "
                f"holds {MOST_SCORES:,} scores; leave brands out"
            )
        for name, scores in self.parts.items():
            if scores.shape != shape:
                raise MorningError(f"part {name} of a board: shape {scores.shape}, not {shape}")
            if not np.isfinite(scores).all():
                raise MorningError(f"part {name} of a board holds numbers that are not finite")


def page(board: Board, title: str) -> str:
    """Return the explorer as one HTML document.

    Scores travel as 16-bit integers: a part of a score is off by at most 1/65,534 of the largest
    of its brand, and zero stays zero. Ranks on the page are those of the scores themselves, but
    for influencers whose scores differ by less than the errors of their parts.

    Parameters
    ----------
    board : Board
    title : str
        Heading of the page.

    Returns
    -------
    str
        It needs no other file and no network, and its policy forbids it to ask for any.
    """
    style = _read("style.css")
    scripts = [_read(name) for name in _SCRIPTS]
    policy = {
        "default-src": ["'none'"],
        "script-src": [_allowed(script) for script in scripts],
        "style-src": [_allowed(style)],
        "connect-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
    }
    names = [name for name in PARTS if name in board.parts]
    scales, scores = zip(*(_packed(board.parts[name]) for name in names), strict=True)
    return Template(_read("page.html")).substitute(
        title=html.escape(title),
        policy="; ".join(" ".join([name, *sources]) for name, sources in policy.items()),
        style=style,
        scripts="\n".join(f"<script>{script}</script>" for script in scripts),
        board=_json(_described(board, names, scales)),
        scores=_json(scores),
    )


def _described(board: Board, names: list[str], scales: Sequence[list[float]]) -> dict[str, object]:
    """Return all of a board but its scores."""
    reasons: dict[int, dict[int, tuple[list[str], list[str]]]] = {}
    for (brand, influencer), (good, bad) in board.reasons.items():
        reasons.setdefault(int(brand), {})[int(influencer)] = (list(good), list(bad))
    table = board.influencers
    return {
        "brands": list(map(str, board.brands)),
        "categories": list(map(str, board.categories)),
        "influencers": list(map(str, table[_NAME])),
        "columns": [_column(table[name]) for name in table if name != _NAME],
        "parts": [
            {"key": key, "name": name, "about": about}
            for key, (name, about) in PARTS.items()
            if key in names
        ],
        "scales": scales,
        "partners": [sorted(map(int, rows)) for rows in board.partners],
        "worth": [[_numbers(each) for each in ranks] for ranks in board.worth],
        "reasons": reasons,
        "notes": [list(notes) for notes in board.notes],
        "about": board.about,
    }


def _column(values: pd.Series) -> dict[str, object]:
    """Return a column by its kind; what is not known is null."""
    known = values.dropna()
    kind = "text"
    if len(known) and all(isinstance(value, (bool, np.bool_)) for value in known):
        kind = "flag"
    elif pd.api.types.is_numeric_dtype(values):
        kind = "number"
    return {
        "name": str(values.name).replace("_", " "),
        "kind": kind,
        "values": _numbers(values) if kind != "text" else _texts(values),
    }


def _numbers(values: Iterable[object]) -> list[object]:
    """Return numbers and bools as JSON knows them."""
    plain = [value.item() if isinstance(value, np.generic) else value for value in values]
    return [None if pd.isna(each) or each in (np.inf, -np.inf) else each for each in plain]


def _texts(values: pd.Series) -> list[str | None]:
    return [None if pd.isna(value) else str(value) for value in values]


def _packed(scores: np.ndarray) -> tuple[list[float], list[str]]:
    """Return the scale of every brand, and its scores as base64 of little-endian int16."""
    scales = np.abs(scores).max(axis=1).astype(float) / _STEPS
    steps = np.rint(scores / np.where(scales, scales, 1)[:, None]).astype("<i2")
    return scales.tolist(), [base64.b64encode(row.tobytes()).decode() for row in steps]


def _json(content: object) -> str:
    """Return JSON in ASCII that can stand in an element of a page."""
    return json.dumps(content, allow_nan=False, separators=(",", ":")).translate(ESCAPED_JSON)


def _allowed(text: str) -> str:
    """Return the source of a policy that allows this very script or style."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _read(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _within(places: set[int], count: int, what: str) -> None:
    """Raise a MorningError where a row is out of range."""
    if places and not 0 <= min(places) <= max(places) < count:
        raise MorningError(f"a board names rows of {what} that are not among its {count:,}")
