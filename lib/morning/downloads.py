"""Files from the network, whole and as expected, or not at all."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pooch
import requests
from urllib3.exceptions import MaxRetryError

from morning.errors import MorningError
from morning.files import whole_file

_TRIES = 3
#: Seconds until a server must have been reached, and between two pieces of its answer.
_TIMEOUT_S = (5, 30)
_CHUNK = 1 << 16


class DownloadError(MorningError):
    """A file that could not be had; the message names its address and the reason."""


def download(
    url: str, path: str | Path, check: Callable[[Path], None], *, progress: bool = False
) -> None:
    """Fetch a file; it takes its name once it is there to the last byte and passed a check.

    Parameters
    ----------
    url : str
    path : path
        Where it goes.
    check : callable
        Called with a temporary path of the content; what it raises is passed on.
    progress : bool
        Whether a bar shows the bytes.

    Raises
    ------
    DownloadError
        If the server is not reached (asked once), fails three times, or there is no writing.
    """
    fetch = pooch.HTTPDownloader(progressbar=progress, chunk_size=_CHUNK, timeout=_TIMEOUT_S)
    for attempt in range(1, _TRIES + 1):
        try:
            with whole_file(path) as temporary:
                fetch(url, str(temporary), None)
                check(temporary)
            return
        except requests.RequestException as error:
            if attempt == _TRIES or _never_connected(error):
                raise DownloadError(f"cannot fetch {url} ({_reason(error)})") from error
            time.sleep(attempt)
        except OSError as error:
            raise DownloadError(f"cannot write {path} ({error.strerror or error})") from error


def _never_connected(error: requests.RequestException) -> bool:
    """Whether there was no way to the server, so that asking again only takes time."""
    return bool(error.args) and isinstance(error.args[0], MaxRetryError)


def _reason(error: requests.RequestException) -> str:
    answer = error.response
    return type(error).__name__ if answer is None else f"status {answer.status_code}"
