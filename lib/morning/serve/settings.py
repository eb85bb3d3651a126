"""What a service is bounded by."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from morning.errors import MorningError


@dataclass(frozen=True)
class Settings:
    """How a run is served."""

    run: Path
    key: str = field(default="", repr=False)
    """What clients must send as `X-API-Key`; empty: nothing."""
    body_bytes: int = 1 << 20
    """Largest body of a request."""
    receive_s: float = 10.0
    """Time in which a client must have sent a request, headers and body."""
    answer_s: float = 30.0
    """Time in which it is answered, or told that it is not."""
    at_once: int = os.cpu_count() or 1
    """Answers that are computed side by side."""
    waiting: int = 256
    """Requests that wait for their turn; more are told to come back."""
    per_minute: int = 0
    """Requests of one address in a minute; 0: as many as it likes."""
    reload_s: float = 2.0
    """Time between two looks at the run."""

    def __post_init__(self) -> None:
        if min(self.body_bytes, self.at_once, self.waiting) < 1 or self.per_minute < 0:
            raise MorningError("a service needs room for one request at least")
        if min(self.receive_s, self.answer_s, self.reload_s) <= 0:
            raise MorningError("times of a service must be positive")
