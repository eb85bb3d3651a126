"""Parquet that asks for more than a table has, in a few bytes."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from morning.errors import MorningError
from morning.guard.tables import read_parquet


def repeated(text, rows):
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int8)), [text])


def in_lists(values):
    return pa.ListArray.from_arrays(pa.array([0, len(values)], pa.int32()), values)


def nested(depth):
    kind = pa.string()
    for _ in range(depth):
        kind = pa.list_(kind)
    return pa.array([None], kind)


BOMBS = {
    "rows": (repeated("a", 2_000_000), "2,000,000 rows in"),
    "long text": (repeated("x" * 1_000_000, 2_000), "its text unpacks to more than"),
    "long text in lists": (in_lists(repeated("x" * 1_000_000, 2_000)), "its text unpacks to"),
    "many in a list": (in_lists(repeated("a", 2_000_000)), "2,000,000 rows in"),
    "deep": (nested(30), "nested more than 20 deep"),
    "too deep": (nested(150), "cannot be read as Parquet"),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_bombs_are_refused(tmp_path, bomb):
    values, told = BOMBS[bomb]
    pq.write_table(pa.table({"a": values}), tmp_path / "a.parquet")
    assert (tmp_path / "a.parquet").stat().st_size < 100_000
    with pytest.raises(MorningError, match=told):
        read_parquet(tmp_path / "a.parquet")


BYTES = pa.Array.from_buffers(
    pa.string(), 2, [None, pa.py_buffer(np.array([0, 2, 3], "<i4")), pa.py_buffer(b"\xff\xfea")]
)


@pytest.mark.parametrize(
    "values",
    [BYTES, in_lists(BYTES), pa.StructArray.from_arrays([BYTES], ["x"])],
    ids=["alone", "in lists", "in objects"],
)
def test_text_that_is_no_unicode_is_refused_before_someone_falls_over_it(tmp_path, values):
    pq.write_table(pa.table({"a": values}), tmp_path / "a.parquet")
    with pytest.raises(MorningError, match="Invalid UTF8"):
        read_parquet(tmp_path / "a.parquet")


def test_too_many_columns(tmp_path):
    pq.write_table(pa.table({f"c{k}": [1] for k in range(2001)}), tmp_path / "a.parquet")
    with pytest.raises(MorningError, match="2,001 columns, more than 2,000"):
        read_parquet(tmp_path / "a.parquet")


def test_tables_of_any_kind_come_back(tmp_path):
    table = pa.table({"a": ["x", None], "b": [["y"], None], "c": [{"d": "z"}, None], "e": [1, 2]})
    pq.write_table(table, tmp_path / "a.parquet")
    expected = pd.read_parquet(tmp_path / "a.parquet")
    pd.testing.assert_frame_equal(read_parquet(tmp_path / "a.parquet"), expected)
