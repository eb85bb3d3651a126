"""Faults to do to a command: killed, without space, without permission; and what it leaves."""

from __future__ import annotations

import ctypes
import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

_DROP, _OVERRIDE, _READ = 24, 1, 2  # PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH


def obey_permissions() -> None:
    """Let permissions count for what this process executes, were it root (`preexec_fn`)."""
    for right in (_OVERRIDE, _READ):
        ctypes.CDLL(None).prctl(_DROP, right, 0, 0, 0)


@contextmanager
def read_only(*folders: Path) -> Iterator[None]:
    """Take away the permission to write in folders and all below them."""
    below = [p for folder in folders for p in (folder, *folder.rglob("*"))]
    modes = {p: p.stat().st_mode for p in below}
    for p, mode in modes.items():
        p.chmod(mode & ~0o222)
    try:
        yield
    finally:
        for p, mode in modes.items():
            p.chmod(mode)


@contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[Path]:
    """Mount a disk of a size on a new folder; the test is skipped where nobody may."""
    folder.mkdir()
    options = f"size={kilobytes}k"
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def free_space(disk: Path) -> None:
    """Give a small disk as much space as it takes."""
    subprocess.run(["mount", "-o", "remount,size=1g", str(disk)], check=True)


_HOLD = """
import sys, time
from morning.files import held
with held(sys.argv[1]):
    print("held", flush=True)
    time.sleep(600)
"""


@contextmanager
def holding(folder: Path) -> Iterator[None]:
    """Let another process keep a folder, and be killed at the end."""
    words = [sys.executable, "-c", _HOLD, str(folder)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        yield
        other.kill()


def start(
    words: Sequence[str], folder: Path, said: int = subprocess.PIPE, **environment: str
) -> subprocess.Popen[str]:
    """Start a command that says what it does line by line."""
    return subprocess.Popen(
        words,
        cwd=folder,
        env={**os.environ, "PYTHONUNBUFFERED": "1", "TQDM_DISABLE": "1", **environment},
        stdout=said,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def kill(process: subprocess.Popen[str]) -> float:
    """Kill a process as a lack of memory does; return how long what it started lives on, in s."""
    started = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    process.send_signal(signal.SIGKILL)
    process.wait()
    begun = time.monotonic()
    _, alive = psutil.wait_procs(started, timeout=20)
    assert not alive, [each.cmdline() for each in alive]
    return time.monotonic() - begun


def contents(folder: Path) -> dict[str, str]:
    """Return the digest of every file below a folder, hidden ones too."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }
