"""The index: its recall is as stated, filters hold inside it, and others may add meanwhile."""

import numpy as np
import pytest
from morning.errors import MorningError
from morning.scale import approximate
from morning.scale.store import VectorStore

faiss = pytest.importorskip("faiss", reason="needs the extra ann")
N, WIDTH = 12_000, 24


def clustered(n, seed):
    """Vectors about sixty centres, as accounts are about topics."""
    centres = np.random.default_rng(0).normal(size=(60, WIDTH))
    rng = np.random.default_rng(seed)
    near = centres[rng.integers(60, size=n)]
    return (near + 0.3 * rng.normal(size=(n, WIDTH))).astype(np.float32)


@pytest.fixture(scope="module")
def vectors():
    return clustered(N, 1)


@pytest.fixture(scope="module")
def queries():
    return clustered(100, 2)


@pytest.fixture(scope="module")
def made(vectors, queries, tmp_path_factory):
    store = VectorStore.create(tmp_path_factory.mktemp("index") / "store", WIDTH, {})
    return store.add([str(i) for i in range(N)], [vectors]).indexed(queries)


def best(vectors, query, k, wanted=None):
    products = vectors.astype(float) @ query
    if wanted is not None:
        products[~wanted] = -np.inf
    return np.argsort(-products, kind="stable")[:k]


def recall(store, vectors, queries, wanted=None):
    found = [
        np.isin(best(vectors, q, 20, wanted), store.search(q, 20, wanted, approximate=True)[0])
        for q in queries
    ]
    return np.mean(found)


def test_recall_is_as_stated_for_queries_that_decided_nothing(made, vectors):
    (segment,) = made.segments
    assert made.recall >= 0.95
    assert segment.index.queries == 50
    fresh = clustered(200, 3)
    assert recall(made, vectors, fresh) == pytest.approx(made.recall, abs=0.03)


def test_most_is_not_looked_at(made):
    (segment,) = made.segments
    assert segment.index.probes < segment.index._opened.nlist / 4


def test_what_is_found_has_its_exact_product(made, vectors, queries):
    rows, products = made.search(queries[0], 20, approximate=True)
    np.testing.assert_allclose(products, vectors[rows].astype(float) @ queries[0], rtol=1e-12)
    assert (np.diff(products) <= 0).all()


@pytest.mark.parametrize("share", [0.5, 0.2, 0.02])
def test_filters_hold_inside_the_search(made, vectors, queries, share):
    """As many are found as without: a filter after the search would leave a share of them."""
    wanted = np.random.default_rng(4).random(N) < share
    for query in queries[:20]:
        rows, _ = made.search(query, 20, wanted, approximate=True)
        assert wanted[rows].all()
        assert len(rows) == 20
    assert recall(made, vectors, queries, wanted) >= 0.95


def test_few_wanted_are_found_exactly(made, vectors, queries):
    wanted = np.zeros(N, dtype=bool)
    wanted[::400] = True
    rows, _ = made.search(queries[0], 20, wanted, approximate=True)
    assert rows.tolist() == best(vectors, queries[0], 20, wanted).tolist()


def test_what_comes_and_goes_after_it_counts(made, vectors, queries, tmp_path):
    query = queries[0].astype(float)
    first = made.search(query, 3)[0]
    later = made.remove([str(first[0])]).add(["new"], [query[None] * 100])
    try:
        rows, _ = later.search(query, 2, approximate=True)
        assert later.ids[rows].tolist() == ["new", str(first[1])]
        assert later.recall == made.recall
    finally:  # the others of this module go on with what was
        later.remove(["new"]).add([str(first[0])], [vectors[first[:1]]])


def test_another_adds_while_it_is_made(queries, tmp_path, monkeypatch):
    store = VectorStore.create(tmp_path / "store", WIDTH, {})
    store = store.add([str(i) for i in range(N)], [clustered(N, 1)])
    build = approximate.build

    def slow(*args):
        store.add(["meanwhile"], [np.ones((1, WIDTH))])
        return build(*args)

    monkeypatch.setattr("morning.scale.store.build", slow)
    after = store.indexed(queries)
    assert len(after) == N + 1
    assert after.recall is not None
    assert VectorStore.open(store.folder).recall == after.recall


def test_another_file_is_not_read(queries, tmp_path):
    store = VectorStore.create(tmp_path / "store", WIDTH, {})
    store = store.add([str(i) for i in range(N)], [clustered(N, 1)]).indexed(queries)
    (path,) = store.folder.glob("*.faiss")
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(MorningError, match="make it again"):
        VectorStore.open(store.folder).search(queries[0], 3, approximate=True)


def test_small_stores_need_none(tmp_path, queries):
    store = VectorStore.create(tmp_path / "store", WIDTH, {}).add(["a"], [np.ones((1, WIDTH))])
    same = store.indexed(queries)
    assert same.recall is None
    assert same.search(queries[0], 1, approximate=True)[0].tolist() == [0]
    with pytest.raises(MorningError, match="two queries"):
        store.indexed(queries[:1])
