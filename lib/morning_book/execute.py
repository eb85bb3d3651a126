"""Execute one notebook with papermill."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import papermill
from doit.exceptions import TaskFailed
from morning.files import explained, stamp
from morning.places import WEIGHTS, fetched_weights_folder
from morning.plain import visible
from nbclient.exceptions import DeadKernelError

from morning_book.dependencies import listed

_KERNEL_STARTS = 4
#: For the kernels, where nothing else is said: no warning about widgets, seldom a progress bar.
_ENVIRONMENT = {
    "PYTHONWARNINGS": "ignore:IProgress not found",
    "TQDM_MININTERVAL": "0.5" if sys.stderr.isatty() else "10",
}


def stated(action: Callable[..., Any]) -> Callable[..., Any]:
    """Let what a user can mend fail an action of doit with a sentence, not with a traceback."""

    @wraps(action)
    def run(*arguments: Any, **named: Any) -> Any:
        try:
            return action(*arguments, **named)
        except Exception as error:
            if (said := explained(error)) is None:
                raise
            return TaskFailed(said)

    return run


@stated
def execute(
    source: Path,
    target: Path,
    parameters: Mapping[str, Any],
    changed: Sequence[str],
    dependencies: Sequence[str],
) -> TaskFailed | None:
    """Execute a notebook; a failing one leaves its partly executed copy.

    What it writes may be half of another time until it is done, so that until then there is no
    executed copy: whatever happens, the next call executes it again.

    Parameters
    ----------
    source : Path
    target : Path
        The executed copy.
    parameters : mapping
    changed : sequence of str
        Files that changed since the last execution, to be named.
    dependencies : sequence of str
        Files that must stay as they are meanwhile.

    Returns
    -------
    TaskFailed or None
        What doit shows of a failure: cell, error, and where the copy is.
    """
    name, failed = source.stem, target.with_suffix(".failed.ipynb")
    reason = listed(sorted({Path(path).name for path in changed}))
    again = f" ({reason} changed)" if target.exists() and reason else ""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    before = _stamps(dependencies)
    # One write: notebooks run side by side, and two half lines would mix.
    print(visible(f"{name}: executing{again}\n"), end="", flush=True)
    for attempt in range(1, _KERNEL_STARTS + 1):
        try:
            with _environment():
                _papermill(source, failed, parameters)
            break
        except papermill.PapermillExecutionError as error:
            cell = f"cell {error.exec_count} ({_first_line(error.source)})"
            return TaskFailed(
                f"{name}: {cell} raised {error.ename}: {visible(error.evalue)}\n"
                f"  the partly executed copy is {failed}"
            )
        except DeadKernelError:
            return TaskFailed(
                f"{name}: its kernel was killed, perhaps for want of memory; call again to go on"
            )
        except RuntimeError as error:
            # Kernels that start at the same moment can be given the same port; one of them dies.
            if attempt == _KERNEL_STARTS:
                return TaskFailed(f"{name}: the kernel did not start: {error}")
        except Exception:  # of half a notebook, say, that is just being saved
            if edited := _edited(name, before):
                return edited
            raise
    if edited := _edited(name, before):
        return edited
    os.replace(failed, target)
    print(f"{name}: done", flush=True)
    return None


def _edited(name: str, before: Mapping[str, tuple[int, ...]]) -> TaskFailed | None:
    """Return which files are not as they were; None where all are."""
    if edited := [path for path, seen in _stamps(before).items() if seen != before[path]]:
        names = listed(Path(path).name for path in edited)
        return TaskFailed(f"{name}: {names} changed while it was executed; call again")
    return None


def _stamps(files: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """Return what differs after a file was changed, or deleted."""
    return {path: stamp(path) if os.path.exists(path) else () for path in files}


@contextmanager
def _environment() -> Iterator[None]:
    """Set what a kernel inherits, for as long as it runs.

    A folder of networks is named, so that no chapter asks a server: `networks` did, once for all.
    """
    given = _ENVIRONMENT | {WEIGHTS: str(fetched_weights_folder())}
    unset = {name: value for name, value in given.items() if name not in os.environ}
    os.environ.update(unset)
    try:
        yield
    finally:
        for name in unset:
            del os.environ[name]


def _papermill(source: Path, target: Path, parameters: Mapping[str, Any]) -> None:
    papermill.execute_notebook(
        str(source),
        str(target),
        dict(parameters),
        kernel_name="python3",
        cwd=str(source.parent),
        progress_bar=False,
        stderr_file=sys.stderr,
        extra_arguments=["--log-level=CRITICAL", "--IPKernelApp.capture_fd_output=False"],
    )


def _first_line(source: str) -> str:
    return next((line for line in source.splitlines() if line.strip()), "")[:80]
