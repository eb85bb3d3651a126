"""Times as people and programs write them."""

import datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from morning.errors import Report
from morning.reading import times


def read(*cells, dtype="str"):
    report = Report()
    values = times(pd.Series(list(cells), name="posted_at", dtype=dtype), "posts.csv", report)
    return values, report


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-12-31", "2024-12-31"),
        ("2024-5-1", "2024-05-01"),
        ("２０２４-０５-０１", "2024-05-01"),
        ("١٧٣٥٦٦٩٨٠٠", "2024-12-31 18:30"),
        ("٣١/12/2024", "2024-12-31"),
        ("2024-12-31T18:30", "2024-12-31 18:30"),
        ("2024-12-31 18:30:05.250", "2024-12-31 18:30:05.250"),
        ("2024-12-31T18:30:00Z", "2024-12-31 18:30"),
        ("2024-12-31T18:30:00+01:00", "2024-12-31 17:30"),
        ("2024-12-31 18:30 UTC", "2024-12-31 18:30"),
        ("2024-12-31 18:30:00+00", "2024-12-31 18:30"),
        ("2024-12-31 18:30:00 +0530", "2024-12-31 13:00"),
        ("1735669800", "2024-12-31 18:30"),
        ("1735669800.5", "2024-12-31 18:30:00.5"),
        ("31/12/2024 18:30", "2024-12-31 18:30"),
        ("31-12-2024 18:30", "2024-12-31 18:30"),
        ("31.12.2024", "2024-12-31"),
        ("12/31/2024 9:05", "2024-12-31 09:05"),
        ("12/31/2024 9:05 PM", "2024-12-31 21:05"),
        ("12/31/2024, 12:05:07 am", "2024-12-31 00:05:07"),
        ("1/31/2024", "2024-01-31"),
        ("31/1/2024, 9:05:07", "2024-01-31 09:05:07"),
    ],
)
def test_text(text, moment):
    values, report = read(text, None)
    assert report == Report()
    assert values[0] == pd.Timestamp(moment)
    assert pd.isna(values[1])


@pytest.mark.parametrize(
    ("cells", "dtype"),
    [
        ([1735669800, None], "Int64"),
        ([1735669800.0], "float64"),
        ([pd.Timestamp("2024-12-31 18:30")], "datetime64[us]"),
        ([pd.Timestamp("2024-12-31 19:30", tz="Europe/Paris")], None),
        ([datetime.datetime(2024, 12, 31, 18, 30)], object),
    ],
)
def test_typed_cells_go_the_same_way(cells, dtype):
    values, report = read(*cells, dtype=dtype)
    assert values[0] == pd.Timestamp("2024-12-31 18:30")
    assert report == Report()


@pytest.mark.parametrize(
    ("number", "unit"),
    [(1735669800_000, "milli"), (1735669800_000_000, "micro"), (1735669800 * 10**9, "nano")],
)
def test_finer_units_are_named(number, unit):
    for cells in ((number,), (str(number),)):
        values, report = read(*cells, dtype=object)
        assert values[0] == pd.Timestamp("2024-12-31 18:30")
        assert unit in report.warnings[0].rule


def test_one_telling_cell_decides_for_the_column():
    values, report = read("01/02/2024", "25/02/2024", "2024-03-01")
    assert report.ok
    assert values.tolist() == list(map(pd.Timestamp, ("2024-02-01", "2024-02-25", "2024-03-01")))


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        (("2024-01-01", "01/02/2024", "03/04/2024"), "leaves open"),
        (("2024-01-01", "25/02/2024", "02/25/2024"), "both"),
    ],
)
def test_days_and_months_are_never_guessed(cells, rule):
    values, report = read(*cells)
    (problem,) = report.errors
    assert [row for row, _ in problem.places()] == [1, 2]
    assert rule in problem.rule
    assert values.notna().tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("yesterday", "must be a time"),
        ("2024-13-01", "must be a time"),
        ("2024-02-30", "must be a time"),
        ("30/02/2024", "must be a time"),
        ("2024-01-01 25:00", "must be a time"),
        ("2024-01-01 13:00 PM", "must be a time"),
        ("12", "must be a time"),
        ("0001-01-01", "must be a time"),
        ("24:00", "must be a time"),
        ("Wed, 01 May 2024 12:00:00 GMT", "must be a time"),
        ("45413", "day number"),
        ("45413.5", "day number"),
        ("25.03.24", "four digits"),
        ("3/25/24 8:15", "four digits"),
    ],
)
def test_others_are_refused_in_words(text, said):
    values, report = read("2024-01-01", text)
    assert values.isna().tolist() == [False, True]
    (problem,) = report.errors
    assert said in problem.rule
    assert problem.row == 1


@given(st.datetimes(pd.Timestamp("1970-01-01"), pd.Timestamp("2199-12-31")))
def test_every_iso_time_is_read(moment):
    values, report = read(moment.isoformat())
    assert values[0] == moment
    assert report == Report()


@given(st.text() | st.floats() | st.integers() | st.datetimes() | st.dates() | st.times())
def test_nothing_raises(cell):
    values, _ = read(cell, dtype=object)
    assert str(values.dtype) == "datetime64[ns]"


@pytest.mark.parametrize("text", ["9999999999.5", "9999999999", "9223372036854775807"])
def test_moments_beyond_all_calendars_are_reported(text):
    values, report = read(text)
    assert values.isna().all()
    assert "must be a time from 1970 to 2199" in str(report.errors[0])
