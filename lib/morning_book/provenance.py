"""How each executed notebook came about: one record beside it, of what went in and what came out.

A record names nothing of the machine's folders, so that equal runs have equal records but for
`DIFFERS`. Its parts are flat, name to value: `verify` and `diff` compare them by name.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import distributions, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil
from morning import code
from morning.errors import MorningError
from morning.files import read_json, sha256, write_json
from morning.places import known_as
from morning.run import Run
from threadpoolctl import threadpool_info

from morning_book import ROOT
from morning_book.dependencies import of_files, recorded_digests
from morning_book.execute import execute, stated
from morning_book.stages import Stage, code_of_cells

if TYPE_CHECKING:
    from doit.exceptions import TaskFailed

#: Parts of a record that differ between equal runs.
DIFFERS = ("started", "seconds", "peak_mb", "hardware")
_PARTS = {*DIFFERS, "versions", "parameters", "code", "inputs", "outputs"}
#: Entries of results that are times: their digests are of what was found, however fast.
_TIMES = ("seconds",)
_PACKAGES = (
    "torch",
    "gensim",
    "networkx",
    "node2vec",
    "numpy",
    "pandas",
    "scikit-learn",
    "papermill",
    "jupyter-book",
)
_INJECTED = "injected-parameters"
_FIGURE = re.compile(r'run\.figure\(\s*"(\w+)"')
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")  # of an object in memory


@stated
def execute_recorded(
    stage: Stage,
    run: Run,
    settings: Mapping[str, Any],
    changed: Sequence[str],
    dependencies: Sequence[str],
) -> TaskFailed | None:
    """Execute a notebook, and write how it came about once it has succeeded.

    Parameters
    ----------
    stage : Stage
    run : Run
    settings : mapping
        Of the run.
    changed, dependencies : sequence of str
        As `execute` has them.
    """
    target = run.notebooks / f"{stage.name}.ipynb"
    before = went_in(stage, run, settings)  # what is edited meanwhile is of the next execution
    with Cost() as cost:
        given = stage.parameters(settings)
        failed = execute(stage.notebook, target, given, changed, dependencies)
    if failed is None:
        write_record(stage, run, before, cost)
    return failed


def write_record(stage: Stage, run: Run, before: Mapping[str, Any], cost: Cost) -> None:
    """Write how a notebook came about, and what is installed.

    The record has `notebook`; `started`, in UTC; `seconds`; `peak_mb`, see `Cost`; `hardware`; the
    parts of `went_in`; and `outputs`, digests of what was written.
    """
    write_json(run.environment, environment())
    spent = {"started": cost.started, "seconds": round(cost.seconds, 1)}
    spent |= {"peak_mb": round(cost.peak_mb), "hardware": hardware()}
    came_out = {place(path, run): digest(path) for path in outputs(stage, run)}
    record = {"notebook": stage.name, **spent, **before, "outputs": came_out}
    write_json(run.record(stage.name), record)


def went_in(stage: Stage, run: Run, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of a record that are known before: what decides what comes out."""
    return {
        "versions": versions(),
        "parameters": parameters(stage, settings),
        "code": code_digests(stage),
        "inputs": inputs(stage, run),
    }


def records(run: Run) -> dict[str, dict[str, Any]]:
    """Return the records of a run by notebook, in their order.

    Raises
    ------
    MorningError
        If a file is none.
    """
    paths = sorted(run.environment.parent.glob("[0-9]*.json"))
    found = {path.stem: read_json(path) for path in paths}
    for name, each in found.items():
        if not isinstance(each, dict) or each.get("notebook") != name or not each.keys() >= _PARTS:
            raise MorningError(
                f"{run.record(name)}: this is no record of a notebook; delete it, and "
                "`morning run` executes the notebook and writes it anew"
            )
    return found


def parameters(stage: Stage, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a notebook that say what it computes, not where."""
    taken = {name: settings[name] for name in stage.takes if name != "run"}
    return {n: known_as(v) if n in ("data", "visual") else v for n, v in taken.items()}


def code_digests(stage: Stage) -> dict[str, str]:
    """Return digests of the code of a notebook's cells, and of what they import, by file."""
    cells = code_of_cells(stage.notebook)
    return {stage.notebook.name: _hash(cells)} | code.digests(cells)


def inputs(stage: Stage, run: Run) -> dict[str, str]:
    """Return digests of what a notebook reads: files, and the data and networks as wholes."""
    read = {place(path, run): digest(path) for path in stage.reads}
    for kind, used in (("data", stage.opens_data), ("weights", "visual" in stage.takes)):
        if used and (seen := recorded_digests(kind, run)):
            read[kind] = of_files(seen)
    return read


def outputs(stage: Stage, run: Run) -> list[Path]:
    """Return the files that a notebook has written, its executed copy first."""
    figures = {f"{name}.png" for name in _FIGURE.findall(code_of_cells(stage.notebook))}
    drawn = [run.figures / name for name in sorted(figures) if (run.figures / name).is_file()]
    filled = [path for folder in stage.fills for path in whole_files(folder)]
    return [run.notebooks / f"{stage.name}.ipynb", *stage.writes, *filled, *drawn]


def whole_files(folder: Path) -> list[Path]:
    """Return the files below a folder that are finished, in their order."""
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(_unfinished(part) for part in path.relative_to(folder).parts)
    ]


def place(path: Path, run: Run) -> str:
    """Return a file's name in the run, or in the repository."""
    root = run.folder if path.is_relative_to(run.folder) else ROOT
    return path.relative_to(root).as_posix()


def digest(path: Path) -> str:
    """Return the SHA-256 of what a file says, wherever and however fast it was computed.

    Of an executed notebook its outputs count, without addresses in memory; of results and scores
    all but times; of any other file each byte.
    """
    try:
        if path.suffix == ".ipynb":
            return _hash(_outputs(read_json(path)))
        if path.suffix == ".json":
            return _hash(_timeless(read_json(path)))
        if path.suffix == ".npz":
            return _of_arrays(path)
    except Exception:  # whatever a damaged file raises: then it is not what was recorded
        pass
    return sha256(path)


@cache
def environment() -> dict[str, Any]:
    """Return everything that is installed."""
    packages = {each.name: each.version for each in distributions()}
    return {"python": platform.python_version(), "packages": dict(sorted(packages.items()))}


@cache
def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that decide most."""
    return {"Python": platform.python_version()} | {name: version(name) for name in _PACKAGES}


@cache
def hardware() -> dict[str, Any]:
    """Return what this machine computes with.

    `device` is what trainings would take; `blas` names the routines that numpy multiplies by.
    """
    from morning.learning.device import find_device  # the pipeline itself trains nothing

    device = find_device()
    name = _accelerator(device.index) if device.type == "cuda" else device.type
    blas = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9),
        "device": name,
        "threads": blas[0]["num_threads"] if blas else os.cpu_count(),
        "blas": f"{blas[0]['internal_api']} {blas[0].get('architecture', '')}" if blas else "",
    }


def processor() -> str:
    """Return the name of the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


class Cost:
    """What something costs while it runs: seconds, and memory of the processes that it starts.

    Attributes
    ----------
    started : str
        When, in UTC.
    seconds : float
    peak_mb : float
        The most MB that all processes started from this one held together, looked at twice a
        second: the kernel, and its training processes. What they share counts for each.
    """

    _EVERY_S = 0.5

    def __enter__(self) -> Cost:
        self.started = datetime.now(UTC).isoformat(timespec="seconds")
        self.seconds, self.peak_mb = 0.0, 0.0
        self._start, self._over = time.monotonic(), threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._watch.join()
        self.seconds = time.monotonic() - self._start

    def _look(self) -> None:
        me = psutil.Process()
        while not self._over.wait(self._EVERY_S):
            held = sum(map(_held, me.children(recursive=True)))
            self.peak_mb = max(self.peak_mb, held / 1e6)


def _held(process: psutil.Process) -> int:
    """Return the bytes of memory that a process holds; 0 once it is over."""
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def _accelerator(index: int | None) -> str:
    import torch

    return torch.cuda.get_device_name(index)


def _unfinished(name: str) -> bool:
    """Whether a file or folder is in the making, or what `compare` kept to go on from."""
    return name.startswith((".", "state-")) or name.endswith(".partial")


def _hash(value: Any) -> str:
    return _sha(json.dumps(value, sort_keys=True).encode())


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _timeless(value: Any) -> Any:
    """Return a document without entries that are times."""
    if isinstance(value, dict):
        return {name: _timeless(each) for name, each in value.items() if name not in _TIMES}
    return [_timeless(each) for each in value] if isinstance(value, list) else value


def _of_arrays(path: Path) -> str:
    with np.load(path, allow_pickle=False) as arrays:
        read = {name: arrays[name] for name in arrays.files if name not in _TIMES}
    return _hash({n: [str(x.dtype), list(x.shape), _sha(x.tobytes())] for n, x in read.items()})


def portable(notebook: dict[str, Any]) -> dict[str, Any]:
    """Return an executed notebook without what names folders of this machine.

    These are papermill's notes, the parameters that it injected, warnings and progress.
    """
    metadata = {n: v for n, v in notebook["metadata"].items() if n != "papermill"}
    cells = [c for c in notebook["cells"] if _INJECTED not in c["metadata"].get("tags", ())]
    cells = [c | {"outputs": _shown(c)} if "outputs" in c else c for c in cells]
    return notebook | {"metadata": metadata, "cells": cells}


def _shown(cell: Mapping[str, Any]) -> list[Any]:
    return [each for each in cell.get("outputs", ()) if each.get("name") != "stderr"]


def _outputs(notebook: Mapping[str, Any]) -> list[Any]:
    """Return what the cells of an executed notebook show."""
    found = [shown for cell in notebook["cells"] if (shown := _shown(cell))]
    return json.loads(_ADDRESS.sub("", json.dumps(found)))  # type: ignore[no-any-return]
