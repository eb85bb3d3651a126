"""Workbooks that ask for more rows, columns or text than they hold."""

import io
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pytest
from morning.errors import MorningError, Report
from morning.guard import REFUSED
from morning.reading import read
from morning.reading.workbook import filled, sheet_rows, workbook

_SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    "<sheetData>%s</sheetData></worksheet>"
)


def with_sheet(path, xml):
    """Write a workbook whose only sheet is some XML."""
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    with zipfile.ZipFile(out) as plain, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in plain.namelist():
            new.writestr(name, xml if name.endswith("sheet1.xml") else plain.read(name))


def cell(place, text="a"):
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


ENTITIES = '<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
BOMBS = {
    "the billionth row": (_SHEET % f'<row r="1000000000">{cell("A1000000000")}</row>', "rows"),
    "the last column": (_SHEET % f'<row r="1">{cell("XFD1")}</row>', "16,384 columns"),
    "no such column": (_SHEET % f'<row r="1">{cell("ZZZZZ1")}</row>', "column"),
    "a billion laughs": (
        f"<!DOCTYPE x [{ENTITIES}]>" + _SHEET % f"<row>{cell('A1', '&i;')}</row>",
        "EntitiesForbidden",
    ),
    "many rows in few bytes": (_SHEET % ("<row><c/></row>" * 1_200_000), "unpacks from"),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_bombs_are_refused(tmp_path, bomb):
    xml, told = BOMBS[bomb]
    with_sheet(tmp_path / "posts.xlsx", xml)
    report = Report()
    assert read(tmp_path / "posts.xlsx", report) is None
    assert told in str(report.errors)
    with pytest.raises(REFUSED), workbook(tmp_path / "posts.xlsx") as book:
        list(sheet_rows(book))


def test_rows_are_numbered_as_they_are_there_and_end_with_their_last_cell(tmp_path):
    rows = f'<row r="2">{cell("B2")}<c r="D2"/></row><row r="4">{cell("A4", " ")}</row>'
    with_sheet(tmp_path / "a.xlsx", _SHEET % rows)
    with workbook(tmp_path / "a.xlsx") as book:
        assert list(sheet_rows(book)) == [(2, (None, "a"))]


def test_no_pipe_is_opened(tmp_path):
    with pytest.raises(MorningError, match="regular file"), workbook(tmp_path):
        pass


@pytest.mark.parametrize(
    ("cell", "holds"),
    [
        (None, False),
        ("", False),
        ("  ", False),
        (float("nan"), False),
        (pd.NA, False),
        (pd.NaT, False),
        ("x", True),
        (0, True),
        (False, True),
        ([], True),
        (np.array([1, 2]), True),
    ],
)
def test_what_holds_something(cell, holds):
    assert filled(cell) is holds


def test_a_column_of_parquet_without_a_name_and_with_gaps(tmp_path):
    table = pd.DataFrame({"a": [1, 2], "": pd.array([pd.NA, 7], dtype="Int64")})
    table.to_parquet(tmp_path / "posts.parquet", index=False)
    report = Report()
    assert list(read(tmp_path / "posts.parquet", report)) == ["a"]
    assert "column 2 has cells and no name" in str(report.warnings[0])
