"""Worker processes end with the process that started them."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from morning.learning.workers import pool

_PARENT = """
import sys
from morning.learning.workers import pool
from tests.learning.test_workers import live

if __name__ == "__main__":
    with pool(1) as processes:
        processes.submit(live, sys.argv[1]).result()
"""


_FORKING = """
import multiprocessing, subprocess, sys
from morning.learning.workers import end_forks_with_parent
end_forks_with_parent()
code = "import sys; sys.path += ['.', 'lib']; from tests.learning.test_workers import live; "
def start():
    subprocess.run([sys.executable, "-c", code + f"live({sys.argv[1]!r})"])
process = multiprocessing.get_context("fork").Process(target=start)
process.start()
process.join()
"""


def live(path: str) -> None:
    """Say so ten times a second, for a minute."""
    for _ in range(600):
        Path(path).touch()
        time.sleep(0.1)


def test_work_is_done_elsewhere():
    with pool(2) as processes:
        assert processes.submit(os.getpid).result() != os.getpid()


@pytest.mark.parametrize(
    "code", [_PARENT, _FORKING], ids=["workers", "forks and what they started"]
)
def test_what_a_killed_parent_started_ends(tmp_path, code):
    said, script = tmp_path / "said", tmp_path / "parent.py"
    script.write_text(code)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(["lib", os.getcwd()])}
    parent = subprocess.Popen([sys.executable, str(script), str(said)], env=environment)
    assert _soon(said.exists)
    parent.kill()
    parent.wait()
    assert _soon(lambda: time.time() - said.stat().st_mtime > 2)


def _soon(asked, seconds=30):
    until = time.monotonic() + seconds
    while not (answer := asked()) and time.monotonic() < until:
        time.sleep(0.05)
    return answer
