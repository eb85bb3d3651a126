"""A section has what is to be shown, part by part; sections are joined in their order."""

from morning.report.section import Section, together
from toys.audited import is_empty


def test_what_is_shown():
    section = Section(tables=["first", "second"], text="**So**")
    assert (section.table, section.second, section.said.data) == ("first", "second", "**So**")
    assert Section(tables=["only"]).second is None


def test_what_is_missing_is_none():
    empty = Section()
    assert (empty.table, empty.second, empty.said) == (None, None, None)
    assert is_empty(empty)


def test_rows_and_findings_together():
    first = Section(rows=[{"method": "a"}], findings={"x": 1})
    second = Section(rows=[{"method": "b"}, {"method": "c"}], findings={"y": 2})
    rows, findings = together([first, Section(), second])
    assert [row["method"] for row in rows] == ["a", "b", "c"]
    assert findings == {"x": 1, "y": 2}
    assert first.rows == [{"method": "a"}]
