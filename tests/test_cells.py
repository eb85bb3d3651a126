"""Cells of other programs' tables: text, whole numbers and times."""

import csv

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from morning.cells import read_csv, times, whole_numbers
from morning.errors import Report


def places(problems):
    return {(p.file, p.row, p.column) for p in problems}


def column(*values, name="posted_at"):
    return pd.Series(list(values), name=name, dtype="str")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2)
    )
)
def test_what_csv_writes_is_read_back(tmp_path, rows):
    path = tmp_path / "table.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["a", "b"], *rows])
    report = Report()
    table = read_csv(path, report)
    assert report.ok
    assert table.fillna("").to_numpy().tolist() == rows


class TestNumbersAndTimes:
    @pytest.mark.parametrize(
        ("text", "number"),
        [("0", 0), ("1,234", 1234), ("12,345,678", 12345678), (" 7 ", 7), ("12.0", 12), ("-3", -3)],
    )
    def test_whole_numbers(self, text, number):
        report = Report()
        assert whole_numbers(column(text), "posts.csv", report)[0] == number
        assert report.ok

    @pytest.mark.parametrize("text", ["1.5", "1,23", "12k", "1.234", "NaN", "1e3", "9" * 30, "١ ٢"])
    def test_other_numbers_are_reported(self, text):
        report = Report()
        assert whole_numbers(column("1", text, name="likes"), "posts.csv", report).isna()[1]
        assert places(report.errors) == {("posts.csv", 1, "likes")}

    @pytest.mark.parametrize(
        ("text", "moment"),
        [
            ("2024-12-31", "2024-12-31"),
            ("2024-12-31T18:30", "2024-12-31 18:30"),
            ("2024-12-31 18:30:05.250", "2024-12-31 18:30:05.250"),
            ("2024-12-31T18:30:00Z", "2024-12-31 18:30"),
            ("2024-12-31T18:30:00+01:00", "2024-12-31 17:30"),
            ("1735669800", "2024-12-31 18:30"),
            ("31/12/2024 18:30", "2024-12-31 18:30"),
            ("31.12.2024", "2024-12-31"),
            ("12/31/2024 9:05", "2024-12-31 09:05"),
            ("1/31/2024", "2024-01-31"),
            ("31/1/2024, 9:05:07", "2024-01-31 09:05:07"),
        ],
    )
    def test_times(self, text, moment):
        report = Report()
        values = times(column(text, None), "posts.csv", report)
        assert report.ok
        assert values[0] == pd.Timestamp(moment)
        assert pd.isna(values[1])

    def test_one_telling_cell_decides_for_the_column(self):
        report = Report()
        values = times(column("01/02/2024", "25/02/2024", "2024-03-01"), "posts.csv", report)
        assert report.ok
        assert values.tolist() == list(
            map(pd.Timestamp, ("2024-02-01", "2024-02-25", "2024-03-01"))
        )

    @pytest.mark.parametrize(
        ("cells", "rule"),
        [
            (("2024-01-01", "01/02/2024", "03/04/2024"), "leaves open"),
            (("2024-01-01", "25/02/2024", "02/25/2024"), "both"),
        ],
    )
    def test_days_and_months_are_never_guessed(self, cells, rule):
        report = Report()
        values = times(column(*cells), "posts.csv", report)
        assert places(report.errors) == {("posts.csv", 1, "posted_at")}
        assert rule in report.errors[0].rule
        assert values.notna().tolist() == [True, False, False]

    @pytest.mark.parametrize(
        "text", ["yesterday", "2024-13-01", "2024-02-30", "30/02/2024", "12", "0001-01-01", "24:00"]
    )
    def test_other_times_are_reported(self, text):
        report = Report()
        assert times(column("2024-01-01", text), "posts.csv", report).isna()[1]
        assert places(report.errors) == {("posts.csv", 1, "posted_at")}

    @given(st.datetimes(pd.Timestamp("1970-01-01"), pd.Timestamp("2199-12-31")))
    def test_every_iso_time_is_read(self, moment):
        report = Report()
        assert times(column(moment.isoformat()), "posts.csv", report)[0] == moment
        assert report.ok
