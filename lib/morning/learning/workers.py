"""Worker processes that end with the process that started them."""

from __future__ import annotations

import os
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from threading import Thread

import psutil

_LOOK_S = 0.2


def pool(workers: int) -> ProcessPoolExecutor:
    """Return a pool of worker processes; none outlives a parent that was killed.

    They are spawned: a forked child would inherit torch's threads in an unusable state.
    """
    return ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_end_with, initargs=(os.getpid(),)
    )


def end_forks_with_parent() -> None:
    """Let what this process forks from now on end with it, and all that was started there."""
    os.register_at_fork(after_in_child=lambda: _end_with(os.getppid()))


def kill_started() -> None:
    """Kill every process that this one started, and those that they started."""
    for each in psutil.Process().children(recursive=True):
        each.kill()


def _end_with(parent: int) -> None:
    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK_S)
        kill_started()
        os._exit(1)

    Thread(target=watch, daemon=True).start()
