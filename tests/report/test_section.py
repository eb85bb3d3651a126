"""A section shows its tables, then its text; sections are joined in their order."""

import pandas as pd
from morning.report import section as module
from morning.report.section import Section, together
from toys.audited import is_empty


def test_what_is_shown(monkeypatch):
    shown = []
    monkeypatch.setattr(module, "display", shown.append)
    table = pd.DataFrame({"a": [1]})
    Section(tables=[table, "second"], text="**So**").show()
    assert shown[0] is table
    assert (shown[1], shown[2].data, len(shown)) == ("second", "**So**", 3)
    Section().show()
    assert len(shown) == 3
    assert is_empty(Section())


def test_rows_and_findings_together():
    first = Section(rows=[{"method": "a"}], findings={"x": 1})
    second = Section(rows=[{"method": "b"}, {"method": "c"}], findings={"y": 2})
    rows, findings = together([first, Section(), second])
    assert [row["method"] for row in rows] == ["a", "b", "c"]
    assert findings == {"x": 1, "y": 2}
    assert first.rows == [{"method": "a"}]
