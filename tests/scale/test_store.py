"""Vectors on disk: found as in memory, whatever was added and removed, and while it is."""

import json
import threading

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from morning.errors import MorningError
from morning.scale import store as module
from morning.scale.store import VectorStore, largest

WIDTH = 3
IDS = [f"a{i}" for i in range(12)]
ids = st.lists(st.sampled_from(IDS), max_size=8, unique=True)
rng = np.random.default_rng(0)


def vectors(n, width=WIDTH):
    return rng.normal(size=(n, width)).astype(np.float32)


@pytest.fixture
def store(tmp_path):
    return VectorStore.create(tmp_path / "store", WIDTH, {"of": "a test"})


class Machine(RuleBasedStateMachine):
    """What is added and removed, against a dict."""

    def __init__(self):
        super().__init__()
        self.folder = next(FOLDERS)
        self.store = VectorStore.create(self.folder, WIDTH, {})
        self.truth = {}
        self.earlier = []

    @rule(names=ids)
    def add(self, names):
        rows = vectors(len(names))
        self._remember()
        self.store = self.store.add(names, [rows[:2], rows[2:]])
        self.truth |= dict(zip(names, rows, strict=True))

    @rule(names=ids)
    def remove(self, names):
        here = [name for name in names if name in self.truth]
        self._remember()
        self.store = self.store.remove(here)
        for name in here:
            del self.truth[name]

    @rule()
    def open_again(self):
        self.store = VectorStore.open(self.folder)

    @invariant()
    def holds(self):
        same(self.store, self.truth)
        for store, truth in self.earlier[-2:]:  # a state stays as it was
            same(store, truth)
        parts = list(zip(self.store.segments, self.store.removed, strict=True))
        assert all(2 * len(gone) <= len(segment) for segment, gone in parts)
        assert len(parts) <= 1 + np.log2(len(IDS))

    def _remember(self):
        self.earlier.append((self.store, dict(self.truth)))


def same(store, truth):
    """Hold a store against a dict of vectors: what it has, and what it finds."""
    assert sorted(store.ids) == sorted(truth)
    assert len(store) == len(truth)
    expected = np.array([truth[name] for name in store.ids]).reshape(-1, WIDTH)
    np.testing.assert_array_equal(store.take(np.arange(len(store))), expected)
    np.testing.assert_array_equal(np.concatenate([expected[:0], *store.blocks()]), expected)
    query = np.array([0.5, -1.0, 2.0])
    wanted = np.array([name[1:] not in ("1", "7") for name in store.ids], dtype=bool)
    products = np.where(wanted, expected.astype(float) @ query, -np.inf)
    rows, found = store.search(query, 3, wanted)
    best = np.argsort(-products, kind="stable")[: min(3, wanted.sum())]
    assert rows.tolist() == best.tolist()
    np.testing.assert_allclose(found, products[best])


@pytest.fixture(autouse=True, scope="module")
def _folders(tmp_path_factory):
    global FOLDERS
    FOLDERS = iter(lambda: tmp_path_factory.mktemp("store"), None)


TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)


class TestSearch:
    def test_blocks_and_pages_change_nothing(self, store, monkeypatch):
        rows = vectors(1000)
        names = [str(i) for i in range(1000)]
        one = store.add(names, [rows]).scores(np.eye(WIDTH))
        monkeypatch.setattr(module, "_BLOCK_BYTES", 12 * 37)
        monkeypatch.setattr(module, "_RESIDENT_BYTES", 0)
        np.testing.assert_allclose(VectorStore.open(store.folder).scores(np.eye(WIDTH)), one)
        np.testing.assert_allclose(one, rows.T)

    @pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 1.0])
    def test_who_is_not_wanted_is_not_found(self, store, share):
        rows = vectors(500)
        full = store.add([str(i) for i in range(500)], [rows])
        wanted = np.arange(500) < share * 500
        for queries in (np.ones((1, WIDTH)), np.eye(WIDTH)):
            scores = full.scores(queries, wanted)
            assert np.isneginf(scores[:, ~wanted]).all()
            np.testing.assert_allclose(scores[:, wanted], (queries @ rows.T)[:, wanted], rtol=1e-4)
        rows, found = full.search(np.ones(WIDTH), 1000, wanted)
        assert sorted(rows) == np.flatnonzero(wanted).tolist()
        assert (np.diff(found) <= 0).all()

    def test_of_equals_the_earlier(self, store):
        full = store.add(list("abcd"), [np.ones((4, WIDTH))])
        assert full.search(np.ones(WIDTH), 4)[0].tolist() == [0, 1, 2, 3]

    def test_the_largest_of_nothing(self, store):
        assert store.search(np.ones(WIDTH), 3)[0].size == 0
        assert largest(np.array([1.0, 2.0]), 0).size == 0


class TestRefusals:
    def test_of_what_is_added(self, store):
        before = store.add(["a"], [vectors(1)])
        for names, rows, told in [
            (["b", "b"], vectors(2), "twice"),
            (["b"], vectors(2), "2 vectors were given for 1 ids"),
            (["b"], vectors(1, 2), "3 columns"),
            (["b"], np.full((1, WIDTH), np.nan), "finite"),
        ]:
            with pytest.raises(MorningError, match=told):
                before.add(names, [rows])
        with pytest.raises(MorningError, match="no vectors of z"):
            before.remove(["a", "z"])
        after = VectorStore.open(store.folder)
        assert after.ids.tolist() == ["a"]
        files = {path.name for path in store.folder.iterdir()} - {".lock", "store.json"}
        assert len(files) == 2  # nothing is left of what failed

    def test_other_folders(self, tmp_path):
        with pytest.raises(MorningError, match="no vectors are kept here"):
            VectorStore.open(tmp_path)
        (tmp_path / "mine.txt").write_text("keep")
        with pytest.raises(MorningError, match="other files"):
            VectorStore.create(tmp_path, WIDTH, {})
        assert (tmp_path / "mine.txt").read_text() == "keep"

    @pytest.mark.parametrize(
        "change",
        [
            {"format": 9},
            {"width": 4},
            {"segments": [{"name": "../x", "removed": None, "index": None}]},
            {"segments": [{"name": "absent", "removed": None, "index": None}]},
            {"segments": 3},
        ],
    )
    def test_a_damaged_record(self, store, change):
        store.add(["a"], [vectors(1)])
        record = json.loads((store.folder / "store.json").read_text())
        (store.folder / "store.json").write_text(json.dumps(record | change))
        with pytest.raises(MorningError, match="make it again"):
            VectorStore.open(store.folder)


def test_readers_see_one_state_or_the_other(store):
    """Every state holds one generation of vectors, whole: a reader never sees two."""
    names = [str(i) for i in range(200)]
    store.add(names, [np.zeros((200, WIDTH))])
    done, seen, failures = threading.Event(), set(), []

    def read():
        while not done.is_set():
            try:
                now = VectorStore.open(store.folder)
                values = {float(v) for block in now.blocks() for v in block[:, 0]}
                assert len(values) == 1, values
                assert sorted(now.ids) == sorted(names)
                seen.update(values)
            except Exception as error:
                failures.append(error)
                return

    readers = [threading.Thread(target=read) for _ in range(3)]
    for each in readers:
        each.start()
    for generation in range(1, 60):
        store.add(names, [np.full((200, WIDTH), generation)])
    done.set()
    for each in readers:
        each.join()
    assert not failures
    assert len(seen) > 3


def test_what_a_killed_writer_left_is_swept(store):
    (store.folder / "0123456789abcdef.npy").write_bytes(b"half")
    store.add(["a"], [vectors(1)])
    assert not (store.folder / "0123456789abcdef.npy").exists()
