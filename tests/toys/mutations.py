"""What happens to tables on their way: gaps, other types, other files, columns exchanged.

Everything is drawn from a `random.Random`, so that a seed stands for a folder.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy as np
import pandas as pd
from PIL import Image

Tables = dict[str, pd.DataFrame]

#: Cells that people have where something else was meant.
CELLS = (
    *("", " ", "NA", "null", "nan", "None", "-", "?", "#N/A", "TRUE", "0", "-1", "-5", "1e6"),
    *("12.3K", "12.000", "1,234", "1 234", "1.78414E+16", "9" * 30, "inf", "45363.5", "½"),
    *("2024-05-01", "01/02/2024", "31.12.24", "1714557600", "1714557600000", "9999-12-31", "now"),
    *("b0", "i0", "@b0", "B0", "i0 ", "i0\u200b", "0b0", "nobody", "brand", "Influencer", "test"),
    *(
        "<script>alert(1)</script>",
        "$x$",
        "=1+1",
        "a,b;c\td",
        'say "hi"',
        "two\nlines",
        "🔥",
        "日本",
    ),
    *("a.png", "..\\x.png", "../x.png", "C:/x.png", "http://x.y/z.jpg", "gone.png", "x" * 300),
)


def column_of(rng: Random, tables: Tables) -> tuple[str, str]:
    """Draw a table and one of its columns."""
    name = rng.choice(sorted(tables))
    return name, rng.choice([*map(str, tables[name].columns)])


def spoil_cells(rng: Random, tables: Tables) -> None:
    """Put odd cells into a column: one, some or all."""
    name, column = column_of(rng, tables)
    table = tables[name]
    rows = rng.sample(range(len(table)), min(len(table), rng.choice([1, 3, len(table)])))
    cells = rng.choices(CELLS, k=rng.choice([1, 3]))
    table[column] = [rng.choice(cells) if k in rows else x for k, x in enumerate(table[column])]


def leave_gaps(rng: Random, tables: Tables) -> None:
    """Empty some cells."""
    name, column = column_of(rng, tables)
    share = rng.choice([0.1, 0.5, 1.0])
    tables[name][column] = [None if rng.random() < share else x for x in tables[name][column]]


def repeat_rows(rng: Random, tables: Tables) -> None:
    """Write some rows again."""
    name = rng.choice(sorted(tables))
    tables[name] = pd.concat([tables[name], tables[name].head(rng.choice([1, 5]))])


def lose_rows(rng: Random, tables: Tables) -> None:
    """Keep some rows, or none."""
    name = rng.choice(sorted(tables))
    rows = [k for k in range(len(tables[name])) if rng.random() < rng.choice([0.0, 0.5, 0.9])]
    tables[name] = tables[name].iloc[rows]


def shuffle_rows(rng: Random, tables: Tables) -> None:
    """Write the rows in another order."""
    name = rng.choice(sorted(tables))
    tables[name] = tables[name].iloc[rng.sample(range(len(tables[name])), len(tables[name]))]


def swap_columns(rng: Random, tables: Tables) -> None:
    """Exchange the cells of two columns."""
    name, one = column_of(rng, tables)
    other = rng.choice([*map(str, tables[name].columns)])
    tables[name] = tables[name].rename(columns={one: other, other: one})


def drop_column(rng: Random, tables: Tables) -> None:
    """Forget a column."""
    name, column = column_of(rng, tables)
    tables[name] = tables[name].drop(columns=column)


def add_columns(rng: Random, tables: Tables) -> None:
    """Add columns that nobody knows, or one that is there under another case."""
    name, column = column_of(rng, tables)
    new = rng.choice([column.upper(), " " + column, "Unnamed: 0", "", "index", "notes"])
    tables[name] = tables[name].assign(**{new: "x"})


def odd_pictures(rng: Random, tables: Tables) -> None:
    """Name pictures that are there, broken, empty, or somewhere else."""
    posts = tables.get("posts")
    if posts is not None and "image" in posts:
        names = rng.choices(
            ["a.png", "broken.jpg", "empty.png", "gone.png", "https://x.y/z.jpg"], k=3
        )
        posts["image"] = [rng.choice([*names, None]) for _ in range(len(posts))]


def no_table(rng: Random, tables: Tables) -> None:
    """Forget a table."""
    del tables[rng.choice(sorted(tables))]


def audiences(rng: Random, tables: Tables) -> None:
    """Add followers, some of them odd."""
    if "accounts" not in tables:
        return
    ids = [f"f{k}" for k in range(rng.choice([1, 6]))]
    rows = [(rng.choice(["b0", "i0", "i1"]), rng.choice([*ids, "i2"])) for _ in range(8)]
    tables["audiences"] = pd.DataFrame(rows, columns=["account_id", "audience_id"])
    more = pd.DataFrame({"account_id": ids, "role": "audience"})
    tables["accounts"] = pd.concat([tables["accounts"], more], ignore_index=True)


MUTATIONS: tuple[Callable[[Random, Tables], None], ...] = (
    spoil_cells,
    leave_gaps,
    repeat_rows,
    lose_rows,
    shuffle_rows,
    swap_columns,
    drop_column,
    add_columns,
    odd_pictures,
    no_table,
    audiences,
)


def as_csv(rng: Random, table: pd.DataFrame, path: Path) -> None:
    """Write CSV with any separator, encoding, quotes and line ends."""
    table.to_csv(
        path.with_suffix(rng.choice([".csv", ".CSV", ".tsv", ".txt"][: rng.choice([1, 4])])),
        index=rng.random() < 0.1,
        sep=rng.choice(",,,;\t|"),
        encoding=rng.choice(["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"]),
        errors="replace",
        quoting=rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
        lineterminator=rng.choice(["\n", "\r\n", "\r"]),
    )


def as_json(rng: Random, table: pd.DataFrame, path: Path) -> None:
    """Write JSON, or JSON Lines."""
    rows = [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]
    if rng.random() < 0.5:
        path.with_suffix(".json").write_text(json.dumps(rows, default=str))
    else:
        text = "\n".join(json.dumps(row, default=str) for row in rows)
        path.with_suffix(".jsonl").write_text(text)


def as_parquet(rng: Random, table: pd.DataFrame, path: Path) -> None:
    """Write Parquet with columns of other types, where they can be had."""
    table = table.loc[:, ~table.columns.duplicated()]
    for column in table:
        kind = rng.choice(["same"] * 9 + ["float64", "Int64", "category", "bytes", "time", "list"])
        try:
            table = table.assign(**{str(column): _typed(table[column], kind)})
        except (ValueError, TypeError, OverflowError):
            continue
    table.to_parquet(path.with_suffix(".parquet"), index=rng.random() < 0.2)


def _typed(cells: pd.Series, kind: str) -> pd.Series:
    if kind == "same":
        return cells.astype("str").where(cells.notna(), None)
    if kind == "bytes":
        return cells.map(lambda x: str(x).encode(), na_action="ignore")
    if kind == "list":
        return cells.map(lambda x: [str(x)], na_action="ignore")
    if kind == "time":
        return pd.to_datetime(cells, format="ISO8601")
    return cells.astype(kind)


def as_excel(rng: Random, table: pd.DataFrame, path: Path) -> None:
    """Write a workbook."""
    table = table.map(lambda x: x.replace("\0", "") if isinstance(x, str) else x)
    numbers = rng.random() < 0.5
    if numbers:
        table = table.apply(lambda c: pd.to_numeric(c, errors="coerce").where(c.isna(), c))
    table.to_excel(path.with_suffix(".xlsx"), index=False)


WRITERS = (as_csv, as_csv, as_csv, as_json, as_parquet, as_parquet, as_excel)


def write_mutated(rng: Random, tables: Tables, folder: Path) -> str:
    """Write tables with one to three mutations into a new folder; return what was done to them."""
    folder.mkdir()
    chosen = rng.choices(MUTATIONS, k=rng.choice([1, 1, 2, 3]))
    for mutation in chosen:
        if tables:
            mutation(rng, tables)
    Image.fromarray(np.zeros((4, 4), np.uint8)).save(folder / "a.png")
    (folder / "broken.jpg").write_text("<html>gone</html>")
    (folder / "empty.png").touch()
    writer = rng.choice(WRITERS)
    for name, table in tables.items():
        writer(rng, table, folder / name)
    return ", ".join([*(mutation.__name__ for mutation in chosen), writer.__name__])
