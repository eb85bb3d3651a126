"""The server that the service runs in: it waits for nobody for ever, and stops gracefully."""

from __future__ import annotations

import asyncio
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from morning.serve.app import application
from morning.serve.settings import Settings

_HEADER_BYTES = 1 << 14
_CONNECTIONS = 1024
_IDLE_S = 15
_GRACE_S = 30


def patient(seconds: float) -> type[H11Protocol]:
    """Return uvicorn's protocol with a deadline for what a client sends.

    Uvicorn has none: whoever sends a letter a minute has a connection for ever. Here the time
    runs from the opening of a connection, and from the first byte of each further request, until
    all of the request is there.
    """

    class Patient(H11Protocol):
        _deadline: asyncio.TimerHandle | None = None

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._wait()

        def data_received(self, data: bytes) -> None:
            if self._deadline is None and (self.cycle is None or self.cycle.response_complete):
                self._wait()
            super().data_received(data)
            if self.cycle is not None and not self.cycle.more_body:
                self._stop()

        def connection_lost(self, exc: Exception | None) -> None:
            self._stop()
            super().connection_lost(exc)

        def _wait(self) -> None:
            self._deadline = self.loop.call_later(seconds, self.transport.abort)

        def _stop(self) -> None:
            if self._deadline is not None:
                self._deadline.cancel()
                self._deadline = None

    return Patient


def server(settings: Settings, host: str, port: int) -> uvicorn.Server:
    """Return a server that has yet to be run.

    Raises
    ------
    MorningError
        If the run cannot be ranked by.
    """
    return uvicorn.Server(
        uvicorn.Config(
            application(settings),
            host=host,
            port=port,
            http=patient(settings.receive_s),
            log_level="warning",
            access_log=False,
            server_header=False,
            limit_concurrency=_CONNECTIONS,
            h11_max_incomplete_event_size=_HEADER_BYTES,
            timeout_keep_alive=_IDLE_S,
            timeout_graceful_shutdown=_GRACE_S,
        )
    )
