"""Concept graphs: which "father" a keyword belongs under (paper, section IV-C, step 2)."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from morning.errors import MorningError
from morning.files import sha256
from morning.guard import readable, require

log = logging.getLogger(__name__)

#: Mentions added to every concept's total, so that one seen a few times is no close fit.
SMOOTHING = 100.0
_LONGEST_LINE = 65_536
_MAX_BYTES = 1 << 36  # it is read by lines, and the Concept Graph is large


@dataclass(frozen=True, eq=False)
class ConceptGraph:
    """IsA relations with how often each was seen: lipstick is a cosmetic, 60 times.

    Attributes
    ----------
    counts : mapping of instance to mapping of concept to int
        n(c, e) of the instances held.
    totals : mapping of concept to int
        n(c), over all instances of the source, held or not.
    fathers : frozenset of str or None
        Where given, no other concept becomes a father, and each of these stays as it is.
    smoothing : float
        Added to every n(c).
    source : str
        Where the relations come from, for the manifest.
    """

    counts: Mapping[str, Mapping[str, int]]
    totals: Mapping[str, int]
    fathers: frozenset[str] | None = None
    smoothing: float = SMOOTHING
    source: str = "unknown"

    @property
    def terms(self) -> frozenset[str]:
        """Every term that may become an attribute or be merged into one."""
        return frozenset(self.counts).union(self.fathers or ())

    def scores(self, term: str) -> dict[str, float]:
        """Return the basic-level score of each father of a term, the best first.

        rep(e, c) = P(c|e) · P(e|c) with P(c|e) = n(c, e) / n(e) and
        P(e|c) = n(c, e) / (n(c) + smoothing). The first factor prefers what people say of the
        term, the second what is close to it: "cosmetic" rather than "product" or "lip gloss
        brand" (Wang, Wang, Wen and Xiao, CIKM 2015).
        """
        counts = self.counts.get(term, {})
        whole = sum(counts.values())
        score = {
            concept: n / whole * n / (self.totals[concept] + self.smoothing)
            for concept, n in counts.items()
            if self.fathers is None or concept in self.fathers
        }
        return dict(sorted(score.items(), key=lambda item: (-item[1], item[0])))

    def father(self, term: str) -> str | None:
        """Return the attribute that a term is merged into, or None if the term is unknown.

        A term that is a concept at least as often as it is an instance stays what it is; so
        "dessert" is a father of "cake" and not itself merged into "food".
        """
        if self.fathers is not None and term in self.fathers:
            return term
        as_instance = sum(self.counts.get(term, {}).values())
        if self.fathers is None and self.totals.get(term, 0) >= max(as_instance, 1):
            return term
        return next(iter(self.scores(term)), None)

    @classmethod
    def default(cls) -> ConceptGraph:
        """Return the small graph that comes with the package.

        Interests, occupations and goods of the twelve brand categories.
        """
        with resources.as_file(resources.files(__package__) / "isa.tsv") as path:
            return cls.read(path)

    @classmethod
    def read(
        cls,
        path: str | Path,
        instances: Collection[str] | None = None,
        min_count: int = 1,
        **options: Any,
    ) -> ConceptGraph:
        """Read IsA relations, such as the Microsoft Concept Graph's file.

        The file is read twice and never held: once for what the instances are, once for the
        totals of those concepts.

        Parameters
        ----------
        path : path
            Lines "concept, instance, count" with tabs between, as in the Concept Graph's
            data-concept-instance-relations.txt. Terms are brought into `canonical` form. Other
            lines are skipped; how many is logged.
        instances : collection of str, optional
            Terms to keep; without it all, which only suits small files.
        min_count : int
            Relations seen less often are ignored.
        **options
            `fathers` and `smoothing`.

        Raises
        ------
        MorningError
            If the file cannot be read or holds no relation at all.
        """
        wanted = None if instances is None else frozenset(map(canonical, instances))
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for concept, instance, n in _relations(path, report=True):
            if n >= min_count and (wanted is None or instance in wanted):
                counts[instance][concept] += n
        needed = set(wanted or counts).union(*counts.values())
        totals: Counter[str] = Counter()
        for concept, _, n in _relations(path):
            if n >= min_count and concept in needed:
                totals[concept] += n
        source = f"{Path(path).name}, SHA-256 {sha256(path)}"
        return cls(dict(counts), dict(totals), source=source, **options)


def canonical(term: str) -> str:
    """Return a term in lower case with hyphens between its words: "Ice Cream" -> "ice-cream"."""
    plain = term.lower().replace("_", " ").replace("-", " ").replace("’", "'")
    return "-".join(plain.split())


def _relations(path: str | Path, report: bool = False) -> Iterator[tuple[str, str, int]]:
    """Yield concept, instance and count of every line of that form."""
    number = found = 0
    skipped: list[int] = []
    require(path, most=_MAX_BYTES)
    with readable(path), open(path, encoding="utf-8-sig", errors="replace") as file:
        while line := file.readline(_LONGEST_LINE):
            number += 1
            fields = line.rstrip("\r\n").split("\t")
            if len(fields) == 3 and fields[2].isdecimal():
                concept, instance, n = canonical(fields[0]), canonical(fields[1]), fields[2]
                if concept and instance and concept != instance and len(n) < 16 and int(n) > 0:
                    found += 1
                    yield concept, instance, int(n)
                    continue
            if len(skipped) < 3:
                skipped.append(number)
    if not found:
        raise MorningError(f"{path}: no line of the form concept, tab, instance, tab, count")
    if report and number > found:
        places = ", ".join(map(str, skipped))
        log.warning("%s: skipped %d of %d lines (%s …)", path, number - found, number, places)
