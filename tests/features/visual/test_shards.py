"""What is kept of pictures, on disk."""

import logging

import numpy as np
from morning.features.visual.encode import encode
from morning.features.visual.shards import Shards
from toys.looks import HERE, ten


def test_a_damaged_shard_is_left_out_and_made_again(tmp_path, objects, scenes, decoded, caplog):
    names, cache = ten(tmp_path), tmp_path / "cache"
    encode(names, tmp_path, objects, scenes, cache, HERE)
    decoded.clear()
    shards = sorted(cache.rglob("*.npz"))
    shards[0].write_bytes(shards[0].read_bytes()[:100])
    with caplog.at_level(logging.WARNING):
        encoded = encode(names, tmp_path, objects, scenes, cache, HERE)
    assert "damaged" in caplog.text
    assert 0 < len(decoded) < 10
    assert len(encoded.row_of) == 10


def test_a_shard_with_an_object_in_it_is_not_unpickled(tmp_path, caplog):
    (tmp_path / "x").mkdir()
    np.save(tmp_path / "x" / "digests.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with caplog.at_level(logging.WARNING):
        assert Shards(tmp_path, {"objects": 3, "scenes": 2}).parts == {}
    assert "damaged" in caplog.text
