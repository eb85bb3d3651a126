"""The page on trust: what the long tests found, in words and lines."""

import json
import re
from pathlib import Path

from morning_book import ROOT, trust
from toys.recorded import amended

FOUND = {
    "date": "2026-01-02",
    "commit": "abc1234",
    "edited": False,
    "files": [],
    "python": "3.11.7",
    "cores": 2,
    "passed": 1,
    "failed": [],
    "skipped": ["tests/test_a.py::test_b"],
    "rows": {"fault": [{"fault": "kill | -9", "moments": 1200, "lost": 0, "different": 0}]},
}


def written(monkeypatch, tmp_path: Path, **changes) -> dict[str, str]:
    monkeypatch.setattr(trust, "TRUST", tmp_path / "trust.json")
    trust.TRUST.write_text(json.dumps(FOUND | changes))
    return trust.trust_parts()


def test_says_when_of_which_code_and_how_it_went(monkeypatch, tmp_path):
    assert written(monkeypatch, tmp_path)["last"].strip() == (
        "Last on 2026-01-02 at commit `abc1234`, Python 3.11.7, 2 cores: "
        "1 test passed, 0 failed, 1 skipped."
    )


def test_failures_and_edits_are_named(monkeypatch, tmp_path):
    said = written(monkeypatch, tmp_path, edited=True, failed=["t::a"])["last"]
    assert "edits that were not committed" in said
    assert "- **failed**: `t::a`" in said


def test_what_failed_and_passes_since_is_said_with_its_commit(monkeypatch, tmp_path):
    row = {"reader": "array", "cases": 9, "accepted": 1, "refused": 8}
    whole = FOUND | {"failed": ["t::a", "t::b"]}
    part = FOUND | {"commit": "def", "failed": ["t::c"], "rows": {"fuzz": [row], "fault": []}}
    found = amended(whole, part, {"t::a", "t::d"})
    assert found["failed"] == ["t::b", "t::c"]
    assert found["rows"] == FOUND["rows"] | {"fuzz": [row]}
    assert amended(found, part, {"t::a"})["rows"] == found["rows"]
    said = written(monkeypatch, tmp_path, **found)["last"]
    assert "1 test passed, 3 failed (of which 1 pass since), 1 skipped." in said
    assert "- **failed, and mended**: `t::a`, which passes at `def`" in said
    assert "`t::a`" not in said.replace("mended**: `t::a`", "")


def test_a_part_of_the_tests_is_called_one(monkeypatch, tmp_path):
    said = written(monkeypatch, tmp_path, files=["tests/test_a.py"])["last"]
    assert "2026-01-02 (of tests/test_a.py alone) at commit" in said


def test_rows_are_lines_and_what_was_not_measured_says_so(monkeypatch, tmp_path):
    parts = written(monkeypatch, tmp_path)
    assert parts["fault"] == r"| kill \| -9 | 1,200 | 0 | 0 |"
    assert parts["fuzz"] == "| not measured | not measured | not measured | not measured |"


def test_the_page_has_a_place_for_every_part():
    pages = [ROOT / "book" / name for name in ("trust.md", "execution.md")]
    places = {name for page in pages for name in re.findall(r"<!-- (\w+) -->", page.read_text())}
    assert {*trust.trust_parts()} <= places
