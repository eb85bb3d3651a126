"""What stands before every answer: sizes, rates and keys are held to, and all is counted."""

from __future__ import annotations

import hmac
import json
import logging
import sys
import time
import uuid
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from morning.serve.settings import Settings

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

log = logging.getLogger(__name__)

#: Paths that ask for no key and have no rate: probes and their numbers.
OPEN = frozenset({"/health", "/ready", "/metrics"})
_ADDRESSES = 10_000  # whose rates are remembered, those that asked last


class Metrics:
    """Counts and times, for Prometheus."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        here = self.registry
        self.requests = Counter(
            "morning_requests", "Requests that were answered.", ["route", "status"], registry=here
        )
        self.seconds = Histogram(
            "morning_request_seconds", "From the first byte to the last.", ["route"], registry=here
        )
        self.going_on = Gauge("morning_requests_going_on", "Without an answer.", registry=here)
        self.influencers = Gauge("morning_influencers", "That are ranked.", registry=here)
        self.reloads = Counter("morning_reloads", "States of the run.", ["outcome"], registry=here)


class TooLargeError(Exception):
    """A body that is larger than it may be, though it did not say so."""


class Bounded:
    """An ASGI application behind bounds.

    What is logged is a line of JSON for each request: its route, not its path, which may hold the
    id of a person; no address, no header and no body.
    """

    def __init__(self, app: Any, settings: Settings, metrics: Metrics) -> None:
        self._app, self._settings, self._metrics = app, settings, metrics
        self._rates = Rates(settings.per_minute)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, number = time.perf_counter(), uuid.uuid4().hex[:12]
        left = self._settings.body_bytes
        status, large = 0, False

        async def counted() -> Message:
            nonlocal left, large
            message = await receive()
            left -= len(message.get("body", b""))
            if large := left < 0:
                raise TooLargeError
            return message

        async def answering(message: Message) -> None:
            nonlocal status
            if large and not status:  # whatever else was made of it
                status = 413
                await _refuse(send, *self._too_large())
            if large:
                return
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message.get("headers", ()),
                    (b"x-request-id", number.encode()),
                    (b"x-content-type-options", b"nosniff"),
                ]
            await send(message)

        with self._metrics.going_on.track_inprogress():
            try:
                if refusal := self._refused(scope):
                    await _refuse(answering, *refusal)
                else:
                    await self._app(scope, counted, answering)
            except Exception:
                log.exception("request %s failed", number)
        route = getattr(scope.get("route"), "path", "none")
        seconds = time.perf_counter() - begun
        self._metrics.requests.labels(route, str(status)).inc()
        self._metrics.seconds.labels(route).observe(seconds)
        line = {"request": number, "method": scope["method"], "route": route, "status": status}
        print(json.dumps(line | {"ms": round(1000 * seconds, 1)}), file=sys.stderr, flush=True)

    def _refused(self, scope: Scope) -> tuple[int, str, dict[str, str]] | None:
        """Return why a request is refused before anything of its body is read."""
        headers = dict(scope["headers"])
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > self._settings.body_bytes:
            return self._too_large()
        if scope["path"] in OPEN:
            return None
        given = headers.get(b"x-api-key", b"")
        if self._settings.key and not hmac.compare_digest(given, self._settings.key.encode()):
            return 401, "send the key of this service as X-API-Key", {}
        client = scope.get("client") or ("",)
        if wait := self._rates.wait(client[0]):
            return 429, "too many requests from here; wait a little", {"retry-after": str(wait)}
        return None

    def _too_large(self) -> tuple[int, str, dict[str, str]]:
        most = self._settings.body_bytes
        return 413, f"a request has at most {most:,} bytes", {"connection": "close"}


class Rates:
    """So many requests of an address in a minute, a bucket that fills again steadily."""

    def __init__(self, per_minute: int) -> None:
        self._most, self._buckets = per_minute, OrderedDict[str, tuple[float, float]]()

    def wait(self, address: str, now: float | None = None) -> int:
        """Take one; return after how many seconds there is one again, 0 where there was one."""
        if not self._most:
            return 0
        now = time.monotonic() if now is None else now
        left, seen = self._buckets.pop(address, (float(self._most), now))
        left = min(float(self._most), left + (now - seen) * self._most / 60)
        allowed = left >= 1
        self._buckets[address] = (left - 1 if allowed else left, now)
        if len(self._buckets) > _ADDRESSES:
            self._buckets.popitem(last=False)
        return 0 if allowed else max(1, round((1 - left) * 60 / self._most))


async def _refuse(send: Send, status: int, why: str, headers: dict[str, str]) -> None:
    body = json.dumps({"detail": why}).encode()
    told = {"content-type": "application/json", "content-length": str(len(body))} | headers
    encoded = [(name.encode(), value.encode()) for name, value in told.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": body})
