"""Execute one notebook with papermill."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import papermill
from doit.exceptions import TaskFailed

from morning_book.dependencies import listed

_KERNEL_STARTS = 4
#: For the kernels, where nothing else is said: no warning about widgets, seldom a progress bar.
_ENVIRONMENT = {
    "PYTHONWARNINGS": "ignore:IProgress not found",
    "TQDM_MININTERVAL": "0.5" if sys.stderr.isatty() else "10",
}


def execute(
    source: Path, target: Path, parameters: Mapping[str, Any], changed: Sequence[str]
) -> TaskFailed | None:
    """Execute a notebook; a failing one leaves its partly executed copy.

    Parameters
    ----------
    source : Path
    target : Path
        The executed copy.
    parameters : mapping
    changed : sequence of str
        Files that changed since the last execution, to be named.

    Returns
    -------
    TaskFailed or None
        What doit shows of a failure: cell, error, and where the copy is.
    """
    name, failed = source.stem, target.with_suffix(".failed.ipynb")
    reason = listed(sorted({Path(path).name for path in changed}))
    again = f" ({reason} changed)" if target.exists() and reason else ""
    target.parent.mkdir(parents=True, exist_ok=True)
    for variable, value in _ENVIRONMENT.items():
        os.environ.setdefault(variable, value)
    # One write: notebooks run side by side, and two half lines would mix.
    print(f"{name}: executing{again}\n", end="", flush=True)
    for attempt in range(1, _KERNEL_STARTS + 1):
        try:
            papermill.execute_notebook(
                str(source),
                str(failed),
                dict(parameters),
                kernel_name="python3",
                cwd=str(source.parent),
                progress_bar=False,
                stderr_file=sys.stderr,
                extra_arguments=["--log-level=CRITICAL", "--IPKernelApp.capture_fd_output=False"],
            )
            break
        except papermill.PapermillExecutionError as error:
            cell = f"cell {error.exec_count} ({_first_line(error.source)})"
            return TaskFailed(
                f"{name}: {cell} raised {error.ename}: {error.evalue}\n"
                f"  the partly executed copy is {failed}"
            )
        except RuntimeError as error:
            # Kernels that start at the same moment can be given the same port; one of them dies.
            if attempt == _KERNEL_STARTS:
                return TaskFailed(f"{name}: the kernel did not start: {error}")
    os.replace(failed, target)
    print(f"{name}: done", flush=True)
    return None


def _first_line(source: str) -> str:
    return next((line for line in source.splitlines() if line.strip()), "")[:80]
