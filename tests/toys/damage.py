"""What happens to files on their way: bytes, JSON, members of archives and headers of arrays.

Everything is drawn from a `random.Random`, so that a seed stands for a damage.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

#: What stands in JSON where something else was meant, as it is written there.
ODD = (
    *("null", "true", "0", "-1", "0.5", "1e400", "-1e400", "NaN", "Infinity", "1" + "0" * 30),
    *("1e308", '""', '"x"', '"nan"', '"\\ud800"', '"\\u0000"', '"../x"', "[]", "{}", "[[]]"),
    *("[" * 3000 + "]" * 3000, "1" * 5000, "1000000000", "100000", '{"a": 1}', '["a", 1]'),
)
#: What stands in text where something else was meant.
WORDS = (
    *(b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\n" * 5, b",,,,", b'"', b"\\", b"\t", b"9" * 400),
    *(b"-1", b"nan", b"inf", b"1e400", "٣".encode(), "３".encode(), b"&a;", b"*a", b"&a [*a]"),
    *(b"<!DOCTYPE x>", b"1000000000", b"sep=x\n", b"\x1b[2J", b"[" * 200, b"{", b"x" * 3000),
)
_BROKEN = (OSError, ValueError, LookupError, RuntimeError, zipfile.BadZipFile, zlib.error)
_MARK = "\u2063odd\u2063"


def damaged(rng: Random, content: bytes, name: str) -> bytes:
    """Return a file's bytes after one damage of its kind, or of any."""
    kinds = [DAMAGES[end] for end in DAMAGES if name.endswith(end)]
    own = kinds and rng.random() < 0.6
    try:
        return kinds[0](rng, content) if own else of_bytes(rng, content)
    except _BROKEN:  # it is damaged beyond its kind already
        return of_bytes(rng, content)


def of_bytes(rng: Random, content: bytes) -> bytes:
    """Flip, cut, insert or splice bytes."""
    raw = bytearray(content)
    if not raw:
        return rng.choice(WORDS)
    start, length = rng.randrange(len(raw)), rng.choice([1, 4, 16, 200])
    match rng.randrange(6):
        case 0:
            for _ in range(rng.choice([1, 2, 8])):
                raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
        case 1:
            del raw[start:]
        case 2:
            del raw[start : start + length]
        case 3:
            raw[start:start] = rng.choice(WORDS)
        case 4:
            raw[start:start] = rng.randbytes(length)
        case _:
            other = rng.randrange(len(raw))
            raw[start : start + length] = raw[other : other + length]
    return bytes(raw)


def of_json(rng: Random, content: bytes) -> bytes:
    """Replace, lose, repeat or add a value somewhere in JSON."""
    value = json.loads(content)
    root = {"root": value}
    places: list[tuple[Any, Any]] = [(root, "root")]
    pending = [value] if isinstance(value, dict | list) else []
    while pending:
        found = pending.pop()
        keys = list(found) if isinstance(found, dict) else range(len(found))
        places += [(found, key) for key in keys]
        pending += [found[key] for key in keys if isinstance(found[key], dict | list)]
    where, key = rng.choice(places)
    match rng.randrange(5):
        case 0 if where is not root:
            del where[key]
        case 1 if isinstance(where, dict) and where is not root:
            where[rng.choice(["", "extra", "__class__"])] = where[key]
        case 1 if isinstance(where, list):
            where.append(where[key])
        case _:
            where[key] = _MARK
    return json.dumps(root["root"]).replace(json.dumps(_MARK), rng.choice(ODD)).encode()


def of_lines(rng: Random, content: bytes) -> bytes:
    """Damage one line of JSON Lines."""
    lines = content.split(b"\n")
    k = rng.randrange(len(lines))
    lines[k] = of_json(rng, lines[k])
    return b"\n".join(lines)


def of_zip(rng: Random, content: bytes) -> bytes:
    """Damage, lose, rename or repeat a member, whose checksum is right again."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    k = rng.randrange(len(members))
    name, raw = members[k]
    match rng.randrange(6):
        case 0:
            del members[k]
        case 1:
            members[k] = (rng.choice(["../x", "/x", "x", name.upper()]), raw)
        case _:
            members[k] = (name, damaged(rng, raw, name))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in members:
            archive.writestr(name, raw)
    return out.getvalue()


def of_array(rng: Random, content: bytes) -> bytes:
    """Let a header ask for another shape or type."""
    start = content.index(b"{", 0, 200)
    end = content.index(b"\n", start)
    header = content[start:end].decode("latin-1")
    shapes = ["()", "(0,)", "(1000000000000,)", "(-1, 3)", "(1000000, 1000000)", "(3,)", "(1, 1)"]
    kinds = ["|V0", "|S0", "<f8", "<c8", "|O", "|b1", "<U1", ">f4", "<M8[s]", "<i8"]
    shape = header[header.index("(") : header.index(")") + 1]
    kind = header.split("'")[3]
    changed = rng.choice([(shape, rng.choice(shapes)), (kind, rng.choice(kinds))])
    new = header.rstrip().replace(*changed).ljust(len(header)).encode("latin-1")
    return content[:start] + new[: end - start].ljust(end - start) + content[end:]


def of_tensors(rng: Random, content: bytes) -> bytes:
    """Damage the header of a safetensors file, whose length is right again."""
    size = int.from_bytes(content[:8], "little")
    header = of_json(rng, content[8 : 8 + size])
    return len(header).to_bytes(8, "little") + header + content[8 + size :]


def of_parquet(rng: Random, content: bytes) -> bytes:
    """Write a table anew without a column, with one of another type or name, or other notes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(io.BytesIO(content))
    k = rng.randrange(table.num_columns)
    n, name = table.num_rows, table.column_names[k]
    columns = [
        *([None] * n, [1.5] * n, [2**62] * n, ["x"] * n, [b"\xff"] * n, [["a"]] * n),
        *([{"a": 1}] * n, [True] * n, [float("nan")] * n, [""] * n, ["\x1b[2J"] * n),
    ]
    match rng.randrange(6):
        case 0:
            table = table.drop_columns([name])
        case 1:
            table = table.append_column(rng.choice(["", "extra", name]), table.column(k))
        case 2:
            notes = rng.choice(["{", "[]", "{}", '{"index_columns": ["no"], "columns": []}'])
            table = table.replace_schema_metadata({"pandas": notes})
        case 3:
            table = table.slice(0, rng.choice([0, 1]))
        case _:
            table = table.set_column(k, name, pa.array(rng.choice(columns)))
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


DAMAGES: dict[str, Callable[[Random, bytes], bytes]] = {
    ".jsonl": of_lines,
    ".json": of_json,
    ".npz": of_zip,
    ".xlsx": of_zip,
    ".pt": of_zip,
    ".npy": of_array,
    ".safetensors": of_tensors,
    ".parquet": of_parquet,
}


def damage(rng: Random, folder: Path) -> Path:
    """Damage one file of a folder, once or twice; return it."""
    path = rng.choice(sorted(path for path in folder.rglob("*") if path.is_file()))
    content = path.read_bytes()
    for _ in range(rng.choice([1, 1, 2])):
        content = damaged(rng, content, path.name)
    path.write_bytes(content)
    return path
