"""Parquet whose few bytes stand for more rows, columns or text than a table has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from morning.guard.damage import readable
from morning.guard.door import MAX_BYTES, require

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

#: Columns of a table, of whatever format, at most.
MAX_COLUMNS = 2_000
#: Rows of a table at most; with more than `_MANY_ROWS`, a row takes a byte at least.
MAX_ROWS, _MANY_ROWS = 20_000_000, 1_000_000
_DEEPEST = 20
#: Rows of a batch.
_BATCH = 1 << 16


def read_parquet(path: str | Path, **options: Any) -> pd.DataFrame:
    """Read a Parquet file once its footer and its text are known to be of a sane size.

    Parameters
    ----------
    path : path
    **options
        Of `pandas.read_parquet`.

    Raises
    ------
    MorningError
        If it must not be opened, is damaged, or would unpack to more than a table has.
    """
    import pyarrow.parquet as pq  # what reads no Parquet does not wait for it

    require(path)
    with readable(path, "Parquet"):
        with pq.ParquetFile(path) as file:
            _require_sane(file, Path(path).stat().st_size)
        texts = _texts(path)
        with pq.ParquetFile(path, read_dictionary=texts) as file:
            _require_text(file.read(columns=texts))
        return pd.read_parquet(path, **options)


def parquet_batches(
    path: str | Path, root: str | Path | None = None, rows: int = _BATCH
) -> Iterator[pa.Table]:
    """Yield a Parquet file so many rows at a time.

    In memory are these and the text of their row group, as far as it is kept once.

    Parameters
    ----------
    path : path
    root : path, optional
        Folder that it must lie in, also through links.
    rows : int

    Raises
    ------
    MorningError
        As `read_parquet`; of text, each batch may have as much as there a file.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    require(path, root)
    with readable(path, "Parquet"), pq.ParquetFile(path, read_dictionary=_texts(path)) as file:
        _require_sane(file, Path(path).stat().st_size)
        for batch in file.iter_batches(rows):
            table = pa.Table.from_batches([batch])
            _require_text(table)
            for k, field in enumerate(table.schema):
                if pa.types.is_dictionary(field.type):
                    plain = table.column(k).cast(field.type.value_type)
                    table = table.set_column(k, field.name, plain)
            yield table


def _require_sane(file: pq.ParquetFile, size: int) -> None:
    """Refuse what the footer says of rows, columns, nesting and sizes."""
    about = file.metadata
    if about.num_columns > MAX_COLUMNS:
        raise ValueError(f"it has {about.num_columns:,} columns, more than {MAX_COLUMNS:,}")
    columns = [about.schema.column(k) for k in range(about.num_columns)]
    if any(column.max_definition_level > _DEEPEST for column in columns):
        raise ValueError(f"its values are nested more than {_DEEPEST} deep")
    groups = [about.row_group(k) for k in range(about.num_row_groups)]
    chunks = [group.column(k) for group in groups for k in range(group.num_columns)]
    values = sum(chunk.num_values for chunk in chunks) // max(1, len(columns))
    rows = max(about.num_rows, sum(group.num_rows for group in groups), values)
    if not 0 <= rows <= min(MAX_ROWS, max(_MANY_ROWS, size)):
        raise ValueError(f"it has {rows:,} rows in {size:,} bytes")
    width = sum(max(column.length or 0, 8) for column in columns)
    unpacked = max(sum(chunk.total_uncompressed_size for chunk in chunks), rows * width)
    if unpacked > 4 * MAX_BYTES:
        raise ValueError(f"it unpacks to {unpacked:,} bytes")


def _texts(path: str | Path) -> list[str]:
    """Return the columns of text; read as dictionaries, a text that is there once stays so."""
    import pyarrow.parquet as pq

    schema = pq.read_metadata(path).schema
    leaves = [schema.column(k) for k in range(len(schema))]
    return [leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY"]


def _require_text(table: pa.Table) -> None:
    """Refuse text that has too many bytes once each cell holds its own, or is no Unicode.

    Whoever looks at a cell later would fall over it.
    """
    table.validate(full=True)
    if sum(_bytes_of(chunk) for each in table.columns for chunk in each.chunks) > MAX_BYTES:
        raise ValueError(f"its text unpacks to more than {MAX_BYTES:,} bytes")


def _bytes_of(array: pa.Array) -> int:
    """Return how many bytes the text of an array has, that inside of lists and objects too."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(array, pa.DictionaryArray):
        lengths = pc.binary_length(array.dictionary).cast(pa.int64())
        return pc.sum(lengths.take(array.indices)).as_py() or 0
    if isinstance(array, pa.StructArray):
        return sum(_bytes_of(array.field(k)) for k in range(array.type.num_fields))
    inner = getattr(array, "values", None)  # of a list or a map
    return 0 if inner is None else _bytes_of(inner)
