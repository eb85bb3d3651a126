"""Steps over shards, in a module that worker processes find."""

import os
import signal
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from morning.scale.engines import Engine


@contextmanager
def two_workers():
    """Yield a Ray of two workers, which find this module; it ends with the block."""
    import ray

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        yield Engine("ray", workers=2)
    ray.shutdown()


def doubled(batch):
    """Return twice the numbers."""
    return pa.table({"x": pa.array(2 * batch["x"].to_numpy())})


def whose(batch):
    """Return the process that was asked."""
    return pa.table({"pid": [os.getpid()]})


def refused(batch):
    """Raise what no engine expects."""
    raise KeyError("no such thing")


@dataclass(frozen=True)
class Noted:
    """Squares numbers, writes down each shard, and is killed by the chosen ones."""

    folder: Path
    """Gets a file for each time that a shard is computed."""
    deadly: int = -1
    """The shard that starts with it kills its worker,"""
    lives: int = 1
    """so many times."""
    key = "squared"

    def __call__(self, batch):
        """Return squares, and the process that made them."""
        first = batch["x"][0].as_py()
        before = len(list(self.folder.glob(f"{first}-*")))
        (self.folder / f"{first}-{os.getpid()}-{time.time_ns()}").touch()
        if first == self.deadly and before < self.lives:
            os.kill(os.getpid(), signal.SIGKILL)
        return pa.table({"x": pa.array(np.square(batch["x"].to_numpy()))})

    def times(self):
        """Return how often each shard was computed."""
        firsts = [int(path.name.split("-")[0]) for path in self.folder.iterdir()]
        return {first: firsts.count(first) for first in set(firsts)}
