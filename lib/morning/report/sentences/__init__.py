"""What tables and figures say, in words: Markdown, with the numbers in it."""

from __future__ import annotations

from collections.abc import Iterable


def listed(sentences: Iterable[str]) -> str:
    """Return sentences as a list in Markdown, without those that have nothing to say."""
    return "\n".join(f"- {sentence}" for sentence in sentences if sentence)
