"""Roughly how long a run takes and how much it writes: what `morning check` ends with.

Costs were measured on two cores without an accelerator, profile `paper`, three seeds: what a run on
a folder does when nothing is asked for. Another machine is faster or slower by a factor, so that
an estimate has one digit and no more.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

#: Nine chapters that start, draw and are rendered, with hardly any data.
BARE_S = 120.0
#: A caption in all topic models that are tried.
CAPTION_S = 0.02
#: A picture, looked at by two networks of 101 and 50 layers.
PICTURE_S = 1.1
#: A pair of a brand and a partner, in every training of every chapter.
PAIR_S = 5.0
#: The book with all models, and what is kept of a picture.
BARE_BYTES, PICTURE_BYTES = 300e6, 40e3


@dataclass(frozen=True)
class Estimate:
    """What a run needs, roughly."""

    seconds: float
    bytes: float

    @classmethod
    def of(cls, captions: int, pictures: int, pairs: int) -> Estimate:
        """Return what a run needs.

        Parameters
        ----------
        captions : int
            Of all posts that topics are fitted on.
        pictures : int
            That networks look at; 0 where none will.
        pairs : int
            Of training brands and their partners.
        """
        return cls(
            BARE_S + CAPTION_S * captions + PICTURE_S * pictures + PAIR_S * pairs,
            BARE_BYTES + PICTURE_BYTES * pictures,
        )

    def __str__(self) -> str:
        return f"about {_time(self.seconds)} on two cores, and {_size(self.bytes)} of disk"


def _time(seconds: float) -> str:
    for unit, length in (("day", 86400.0), ("hour", 3600.0), ("minute", 60.0)):
        if seconds >= 0.95 * length:
            number = _rounded(seconds / length)
            return f"{number:,} {unit}" + ("" if number == 1 else "s")
    return "1 minute"


def _size(size: float) -> str:
    unit, name = (1e9, "GB") if size >= 0.95e9 else (1e6, "MB")
    return f"{_rounded(size / unit):,} {name}"


def _rounded(number: float) -> int:
    """Round to one digit."""
    magnitude = 10 ** math.floor(math.log10(max(number, 1)))
    return max(1, round(number / magnitude) * magnitude)
