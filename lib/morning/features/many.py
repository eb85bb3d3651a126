"""A step over many rows: few are done here, more of them in shards."""

from __future__ import annotations

import pyarrow as pa

from morning.places import cache_folder
from morning.scale.engines import Engine
from morning.scale.shards import map_shards, sharded
from morning.scale.step import Step, computed, read_table


def over(table: pa.Table, fn: Step, rows: int, what: str) -> pa.Table:
    """Return the results of a step for a table, one below the other.

    Parameters
    ----------
    table : Table
    fn : Step
        As `map_shards` takes it, a row for each row.
    rows : int
        Of a shard. A table that is no longer is done here, and not kept.
    what : str
        What the progress bar calls it.
    """
    if len(table) <= rows:
        return read_table(computed(fn, table))
    engine, folder = Engine.chosen(), cache_folder("shards")
    return pa.concat_tables(map_shards(fn, sharded(table, rows), engine, folder=folder, what=what))
