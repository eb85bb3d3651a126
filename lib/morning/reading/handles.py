"""Handles of accounts, in the one form in which they are compared, and captions that have some."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

#: A mention in a caption: not inside of an e-mail address, without the full stop of a sentence.
_MENTION = re.compile(r"(?<![\w.@＠])[@＠]([\w](?:[\w.]{0,62}\w)?)")
#: An address of the web, with or without its scheme; for a pattern that ignores case.
LINK = (
    r"https?://\S+|www\.\S+"
    r"|\b[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|co|io|ly|me|ee|be|gl|shop|store|link|uk|de)\b(?:/\S*)?"
)
_ADVERTISEMENT = re.compile(
    r"#\s?(?:ad|advert|advertisement|sponsored|sponsoredpost|paidpartnership|paidad|anzeige|werbung"
    r"|publicidad|publi|pub|reklame|adv|pubblicit[aà]|partenariat)\b",
    re.IGNORECASE,
)


def handle(name: object) -> str:
    """Return a handle in lower case, in compatible Unicode form (NFKC), without @ and address."""
    text = unicodedata.normalize("NFKC", str(name)).strip().rstrip("/")
    return text.rsplit("/", 1)[-1].removeprefix("@").casefold()


def handles(value: Any) -> list[str]:
    """Return the handles that a field holds: one, several, or several in one text."""
    if value is None:
        return []
    if isinstance(value, str):
        value = re.split(r"[\s,;]+", value)
    names: Iterable[Any] = value if isinstance(value, list) else [value]
    found = (name.get("username") if isinstance(name, dict) else name for name in names)
    return [text for name in found if name is not None and (text := handle(name))]


def mentions(caption: str) -> list[str]:
    """Return the handles that a caption mentions."""
    return [handle(name) for name in _MENTION.findall(caption)]


def is_advertisement(caption: str) -> bool:
    """Whether a caption says that it is one (#ad, #sponsored, #anzeige, …)."""
    return bool(_ADVERTISEMENT.search(caption))
