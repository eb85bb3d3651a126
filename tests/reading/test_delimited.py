"""Text files of separated cells: separators, encodings, quotes and what spreadsheets leave."""

import csv

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from morning.errors import Report
from morning.reading.delimited import MAX_CELL, read_delimited


def read(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    report = Report()
    return read_delimited(path, report), report


@pytest.fixture
def path(tmp_path):
    return tmp_path / "table.csv"


CELL = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1
).filter(str.strip)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(CELL, CELL)),
    separator=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_csv_writes_is_read_back(path, rows, separator, encoding):
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=separator).writerows([["a", "b"], *rows])
    report = Report()
    table = read_delimited(path, report)
    assert report.ok
    assert table.columns.tolist() == ["a", "b"]
    assert [tuple(row) for row in table.to_numpy().tolist()] == rows
    assert table.index.tolist() == list(range(2, len(rows) + 2))


@pytest.mark.parametrize(
    ("separator", "said"), [(";", "semicolons"), ("\t", "tabs"), ("|", "bars"), (",", None)]
)
def test_another_separator_is_found_and_said(path, separator, said):
    table, report = read(path, separator.join("ab") + "\n" + separator.join("12") + "\n")
    assert table.to_numpy().tolist() == [["1", "2"]]
    assert [said in p.rule for p in report.warnings] == ([True] if said else [])


def test_the_line_that_declares_a_separator_is_no_header(path):
    table, _ = read(path, "sep=;\r\na;b,c\r\n1;2\r\n")
    assert table.columns.tolist() == ["a", "b,c"]
    assert table.index.tolist() == [2]


def test_what_spreadsheets_leave_at_the_edge_is_no_cell(path):
    table, report = read(path, "a,b,,\n1,2,,\n,,,\n\n3,,,\n")
    assert table.to_numpy().tolist() == [["1", "2"], ["3", ""]]
    assert table.index.tolist() == [2, 5]  # as the spreadsheet numbers them
    assert report.ok
    assert not report.warnings


def test_rows_of_another_width_are_one_problem(path):
    _, report = read(path, "a,b\n1\n1,2\n1,2,3\n4\n")
    (problem,) = report.by_cause().errors
    assert list(problem.places()) == [(2, "1"), (4, "3"), (5, "1")]
    assert "2 cells" in problem.rule


@pytest.mark.parametrize("row", [r'"he said \"hi\" there",x', r'x,"\"", "y"'])
def test_backslashes_before_quotes_are_named(path, row):
    _, report = read(path, f"a,b\n1,2\n{row}\n5,6\n")
    (problem,) = report.errors
    assert problem.row == 3
    assert 'must be doubled ("")' in problem.rule


def test_cells_may_be_long_but_not_endless(path):
    table, report = read(path, f"a,b\n{'x' * 200_000},1\n")
    assert len(table.iloc[0, 0]) == 200_000
    before = csv.field_size_limit()
    _, report = read(path, f"a,b\n{'x' * (MAX_CELL + 1)},1\n")
    assert f"at most {MAX_CELL} characters" in report.errors[0].rule
    assert csv.field_size_limit() == before


def test_windows_text_keeps_its_euro_sign(path):
    table, report = read(path, "a,b\n5 €,ü\n", "cp1252")
    assert table.to_numpy().tolist() == [["5 €", "ü"]]
    assert "Latin-1" in report.warnings[0].rule


@pytest.mark.parametrize("text", ["", "\n\n", ",,\n,\n"])
def test_nothing_to_read(path, text):
    assert read(path, text)[0] is None
