"""What people are called on a page: influencers under pseudonyms, brands by their names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from morning.reading.handles import LINK, handle
from morning.roster import Roster
from morning.sources import Source
from morning.sources.public import pseudonyms

_HIDDEN = "…"
_LINK = re.compile(LINK, re.IGNORECASE)
#: Mentions, ids with hyphens too, and addresses of e-mails.
_MENTION = re.compile(r"[\w.+-]*[@＠][\w.-]*\w")
_WORD = re.compile(r"\w(?:[\w.-]*\w)?")
#: What stands between the words of a run; an id may have some of it.
_BETWEEN = re.compile(r"([.-]+)")
_NAMELESS = frozenset({"language", "category"})  # columns of text that name nobody
_LONGEST = 15  # words and what is between them of an id that is looked for in a run


@dataclass(frozen=True)
class Names:
    """The names of accounts, and texts in which nobody else is named."""

    shown: Mapping[str, str]
    """Account id -> name on a page; those of audiences are missing."""
    hide: bool
    """Whether ids are people's own; otherwise texts are shown as they are."""

    @classmethod
    def of(cls, source: Source, roster: Roster) -> Names:
        """Name the accounts of a roster; generated and released data have pseudonyms already."""
        return cls.of_ids(roster, hide=not (source.planted or source.released))

    @classmethod
    def of_ids(cls, roster: Roster, *, hide: bool) -> Names:
        """Name the accounts of a roster, influencers by pseudonyms or by their ids."""
        ids = roster.accounts["account_id"]
        shown = dict(zip(ids, ids, strict=True))
        if hide:
            people = ids.iloc[roster.influencers()]
            shown |= dict(zip(people, pseudonyms(len(people)), strict=True))
        return cls(shown, hide)

    def text(self, text: str, author: str) -> str:
        """Return what an account wrote, without handles, addresses and links of people.

        Influencers who are mentioned get their pseudonyms, brands keep their names. A name that
        is no id and follows no @ cannot be told from a word.
        """
        if not self.hide:
            return text
        text = _LINK.sub(_HIDDEN, _MENTION.sub(self._mention, text))
        own = rf"(?<!\w){re.escape(author)}(?!\w)"
        text = re.sub(own, lambda _: self.shown.get(author, _HIDDEN), text, flags=re.IGNORECASE)
        return _WORD.sub(self._run, text)

    def plain(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return what is known of influencers without columns that may say who somebody is."""
        if not self.hide:
            return table
        told = {c for c in table if pd.api.types.is_numeric_dtype(table[c].dropna())}
        return table[[c for c in table if c in told | _NAMELESS]]

    def words(self, topic: str) -> str:
        """Return the words of a topic, with commas between them, without those of `person`."""
        return ", ".join(word for word in topic.split(", ") if not self.person(word))

    def person(self, word: str) -> bool:
        """Whether a word, as topics know it, is somebody's id, with or without its punctuation."""
        return self.hide and word.casefold() in self._bare

    def _run(self, found: re.Match[str]) -> str:
        """Return a run of letters, digits, full stops and hyphens without ids of people."""
        parts, shown, i = _BETWEEN.split(found[0]), [], 0
        while i < len(parts):
            ends = range(min(len(parts), i + _LONGEST), i, -1)
            spans = ((j, self._people.get(handle("".join(parts[i:j])))) for j in ends)
            j, name = next(((j, name) for j, name in spans if name), (i + 1, parts[i]))
            shown.append(name)
            i = j
        return "".join(shown)

    def _mention(self, found: re.Match[str]) -> str:
        return "@" + self._known.get(handle(found[0]), _HIDDEN)

    @cached_property
    def _known(self) -> dict[str, str]:
        """Handle of an id -> its name on a page."""
        return {handle(account): name for account, name in self.shown.items()}

    @cached_property
    def _people(self) -> dict[str, str]:
        """Handle of an id -> its pseudonym, where it has one."""
        return {handle(a): name for a, name in self.shown.items() if a != name}

    @cached_property
    def _bare(self) -> frozenset[str]:
        """The ids of people, as they are and in letters and digits alone."""
        return frozenset(self._people) | {re.sub(r"[\W_]", "", name) for name in self._people}
