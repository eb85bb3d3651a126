"""The page on trust: what `make test-long` found, as tables."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from morning.errors import counted
from morning.files import read_json

from morning_book import RESULTS

TRUST = RESULTS / "trust.json"
#: Tables of the page: the kind of row that tests give, and its columns.
_TABLES = {
    "fault": ("fault", "moments", "lost", "different"),
    "text": ("place", "payloads", "executed"),
    "fuzz": ("reader", "cases", "accepted", "refused"),
    "repeat": ("changed", "features", "models", "results", "pages"),
}


def trust_parts() -> dict[str, str]:
    """Return what fills the pages on trust and on execution."""
    found = read_json(TRUST)
    tables = {kind: _lines(found["rows"].get(kind, ()), kind) for kind in _TABLES}
    return {"last": last(found), **tables}


def last(found: Mapping[str, Any]) -> str:
    """Return in a sentence how the tests went, when, and of which code."""
    edited = ", with edits that were not committed" if found["edited"] else ""
    failed, skipped, mended = found["failed"], found["skipped"], found.get("mended", ())
    since = f" (of which {len(mended)} pass since)" if mended else ""
    part = f" (of {', '.join(found['files'])} alone)" if found["files"] else ""
    sentence = (
        f"Last on {found['date']}{part} at commit `{found['commit']}`{edited}, Python "
        f"{found['python']}, {counted(found['cores'], 'core')}: "
        f"{counted(found['passed'], 'test')} passed, {len(failed) + len(mended)} "
        f"failed{since}, {len(skipped)} skipped."
    )
    named = "".join(f"\n- **failed**: `{name}`" for name in failed)
    for each in mended:
        named += f"\n- **failed, and mended**: `{each['test']}`, which passes at `{each['commit']}`"
    return sentence + "\n" + named


def _lines(rows: Any, kind: str) -> str:
    """Return rows as lines of a Markdown table."""
    columns = _TABLES[kind]
    lines = [" | ".join(_cell(row.get(name)) for name in columns) for row in rows]
    return "\n".join(
        f"| {line} |" for line in lines or [" | ".join(["not measured"] * len(columns))]
    )


def _cell(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else escape(str(value)).replace("|", r"\|")
