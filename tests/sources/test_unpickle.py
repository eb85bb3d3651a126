"""Pickles: plain containers come out, everything else is refused and nothing is executed."""

import collections
import datetime
import fractions
import io
import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from morning.errors import MorningError
from morning.sources.unpickle import load_plain

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)

_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**200), 2**200)
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
)
_HASHABLE = st.recursive(
    _SCALARS,
    lambda part: st.tuples(part, part) | st.frozensets(part, max_size=3),
    max_leaves=4,
)
_PLAIN = st.recursive(
    _HASHABLE | st.sets(_HASHABLE, max_size=4),
    lambda part: (
        st.lists(part, max_size=4)
        | st.dictionaries(_HASHABLE, part, max_size=4)
        | st.tuples(part, part)
    ),
    max_leaves=10,
)


def written(folder: Path, content: bytes) -> Path:
    path = folder / "x.pickle"
    path.write_bytes(content)
    return path


@given(value=_PLAIN, protocol=st.sampled_from(PROTOCOLS))
def test_plain_values_come_back(
    tmp_path_factory: pytest.TempPathFactory, value: object, protocol: int
):
    folder = tmp_path_factory.mktemp("plain")
    loaded = load_plain(written(folder, pickle.dumps(value, protocol)))
    assert loaded == value
    assert type(loaded) is type(value)


@given(content=st.binary(max_size=200))
def test_noise_is_refused_or_plain(tmp_path_factory: pytest.TempPathFactory, content: bytes):
    path = written(tmp_path_factory.mktemp("noise"), content)
    try:
        value = load_plain(path)
    except MorningError:
        return
    assert isinstance(
        value, str | bytes | int | float | list | tuple | dict | set | frozenset | None
    )


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_python_2_wrote(tmp_path: Path, protocol: int):
    value = {"brands": [1, 2], "ids": {"a"}, "pair": ("a", 1)}
    content = pickle.dumps(value, min(protocol, 2), fix_imports=True)
    assert load_plain(written(tmp_path, content)) == value


@pytest.mark.parametrize("protocol", [3, 4, 5])
def test_bytes(tmp_path: Path, protocol: int):
    assert load_plain(written(tmp_path, pickle.dumps([b"\0x"], protocol))) == [b"\0x"]


def test_shared_and_recursive_containers(tmp_path: Path):
    shared = ["a"]
    value: list[object] = [shared, shared]
    value.append(value)
    loaded = load_plain(written(tmp_path, pickle.dumps(value)))
    assert loaded[0] is loaded[1]
    assert loaded[2] is loaded


class Custom:
    """A class of the test's own."""


class Touch:
    """Would create a file when unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple:
        return os.system, (f"touch {self.path}",)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("nest", [lambda x: x, lambda x: [{"a": ({1: x},)}]], ids=["bare", "deep"])
def test_nothing_is_executed(tmp_path: Path, protocol: int, nest):
    content = pickle.dumps(nest(Touch(tmp_path / "executed")), protocol)
    with pytest.raises(MorningError, match=r"x\.pickle: refused to unpickle it: it refers to"):
        load_plain(written(tmp_path, content))
    assert not (tmp_path / "executed").exists()


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    "value",
    [
        np.arange(3),
        np.float32(1),
        Custom(),
        Custom,
        len,
        datetime.date(2020, 1, 1),
        collections.OrderedDict(a=1),
        collections.defaultdict(list),
        fractions.Fraction(1, 2),
        complex(1, 2),
        bytearray(b"x"),
        range(3),
    ],
    ids=lambda value: type(value).__name__,
)
def test_anything_else_is_refused(tmp_path: Path, value: object, protocol: int):
    for content in (value, [value], {"a": (value,)}):
        path = written(tmp_path, pickle.dumps(content, protocol))
        with pytest.raises(MorningError, match=r"x\.pickle: refused"):
            load_plain(path)


@pytest.mark.parametrize(
    "content",
    [
        b"cos\nsystem\n(S'true'\ntR.",
        b"cbuiltins\neval\n(S'1'\ntR.",
        b"c__builtin__\ngetattr\n.",
        b"cbuiltins\nset.__class__\n.",
        b"\x80\x04\x8c\x08builtins\x8c\x11set.__subclasses__\x93.",
        b"(S'true'\nios\nsystem\n.",
        b"\x80\x02\x82\x01.",
        b"S'id'\nQ.",
        b"Pid\n.",
        b"\x80\x05\x97.",
    ],
    ids=[
        "os.system",
        "eval",
        "getattr",
        "attribute of set",
        "dotted name",
        "INST",
        "extension",
        "persistent id",
        "persistent id, protocol 0",
        "out-of-band buffer",
    ],
)
def test_crafted_opcodes(tmp_path: Path, content: bytes):
    with pytest.raises(MorningError, match="refused to unpickle it"):
        load_plain(written(tmp_path, content))


def test_set_itself_is_no_value(tmp_path: Path):
    with pytest.raises(MorningError, match="it holds a type"):
        load_plain(written(tmp_path, b"cbuiltins\nset\n."))


def test_persistent_ids_of_a_pickler(tmp_path: Path):
    class Persistent(pickle.Pickler):
        def persistent_id(self, value: object) -> str | None:
            return "elsewhere" if value == "secret" else None

    buffer = io.BytesIO()
    Persistent(buffer).dump(["secret"])
    with pytest.raises(MorningError, match="persistent object"):
        load_plain(written(tmp_path, buffer.getvalue()))


def test_every_truncation_is_refused(tmp_path: Path):
    content = pickle.dumps({"a": [1, 2.5, "text", {3}], "b": (None, True)})
    for end in range(len(content)):
        with pytest.raises(MorningError, match="refused to unpickle it"):
            load_plain(written(tmp_path, content[:end]))


def test_a_file_that_is_too_large(tmp_path: Path):
    content = pickle.dumps("x" * 100)
    path = written(tmp_path, content)
    assert load_plain(path, max_bytes=len(content)) == "x" * 100
    with pytest.raises(MorningError, match=f"{len(content)} bytes, more than the"):
        load_plain(path, max_bytes=len(content) - 1)
    with pytest.raises(MorningError, match="more than the 1048576 that are read"):
        load_plain(written(tmp_path, bytes((1 << 20) + 1)))


@pytest.mark.parametrize(
    "content",
    [b"\x80\x02Nr\xff\xff\xff\x0f.", b"Np268435455\n.", b"\x80\x02]r\xff\xff\xff\x7f."],
    ids=["LONG_BINPUT", "PUT", "largest"],
)
def test_a_memo_index_that_would_take_gigabytes(tmp_path: Path, content: bytes):
    with pytest.raises(MorningError, match="its memo is larger than the file"):
        load_plain(written(tmp_path, content))


def test_a_text_that_claims_gigabytes(tmp_path: Path):
    content = b"\x80\x04\x8d" + (1 << 40).to_bytes(8, "little") + b"abc."
    with pytest.raises(MorningError, match="refused to unpickle it"):
        load_plain(written(tmp_path, content))


def nested_tuples(depth: int) -> bytes:
    """Pickle a dict whose key is tuples in one another: hashing it takes C stack."""
    return b"\x80\x02}N" + b"\x85" * depth + b"Ns."


def test_the_deepest_nesting_that_is_read_does_not_crash(tmp_path: Path):
    (key,) = load_plain(written(tmp_path, nested_tuples(10_000)))
    depth = 0
    while key is not None:
        (key,) = key
        depth += 1
    assert depth == 10_000
    with pytest.raises(MorningError, match="holds more than 10000 tuples"):
        load_plain(written(tmp_path, nested_tuples(10_001)))


def test_lists_nest_as_deep_as_they_like(tmp_path: Path):
    n = 100_000
    loaded = load_plain(written(tmp_path, b"\x80\x02" + b"]" * n + b"a" * (n - 1) + b"."))
    assert isinstance(loaded, list)
