"""The run that is served: exchanged for its next state without a request being dropped."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from morning.errors import MorningError
from morning.files import stamp
from morning.recommend.encoder import Encoded
from morning.recommend.index import deciding, state
from morning.recommend.recommender import Recommender
from morning.report.boards import page_of
from morning.run import Run
from morning.scale.store import RECORD
from morning.sources.newcomers import described

log = logging.getLogger(__name__)

#: An explorer holds all scores: of more, it would be no page.
_MOST_SCORES = 500_000
_MOST_BRANDS = 20


@dataclass(frozen=True, eq=False)
class State:
    """One state of a run, loaded."""

    recommender: Recommender
    name: str
    """Ten digits of each file that decides its rankings."""
    influencers: int
    """How many it ranks."""
    _encoding: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def load(cls, run: Run) -> State:
        """Load a run, so far that the first request need not wait.

        Raises
        ------
        MorningError
            If it cannot be ranked by.
        """
        recommender = Recommender.load(run)
        _ = recommender.candidates
        for brand in recommender.test_brands()[:1]:
            recommender.rank(brand, 1)
        digests = [str(each)[:10] for each in state(run).values() if each]
        return cls(recommender, "-".join(digests), len(recommender.influencers))

    def encode(self, about: str, captions: list[str]) -> Encoded:
        """Return a brand that is in no run; one at a time."""
        with self._encoding:
            return self.recommender.encode(described(about, captions=captions))

    @cached_property
    def page(self) -> str:
        """The explorer, or where there are too many accounts for it, how to ask."""
        recommender = self.recommender
        brands = recommender.test_brands()[:_MOST_BRANDS]
        if brands and len(brands) * self.influencers <= _MOST_SCORES:
            return page_of(recommender, {brand: brand for brand in brands})
        return (
            "<!doctype html><html lang=en><meta charset=utf-8><title>MORNING</title>"
            f"<h1>MORNING</h1><p>{self.influencers:,} influencers are ranked here, too many for a "
            "page. Ask <code>POST /rank</code>; <a href=openapi.json>openapi.json</a> says how.</p>"
        )


class Live:
    """The present state of a run, and a thread that looks for the next.

    Parameters
    ----------
    run : Run
    seconds : float
        Between two looks.
    told : callable
        Called with True after a new state was loaded, with False where that failed.
    """

    def __init__(self, run: Run, seconds: float, told: Callable[[bool], None]) -> None:
        self._run, self._seconds, self._told = run, seconds, told
        self._stamps = self._look()
        self.now = State.load(run)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="reload", daemon=True)

    def __enter__(self) -> Live:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(self._seconds):
            stamps = self._look()
            if stamps == self._stamps:
                continue
            try:
                found = State.load(self._run)
            except MorningError as error:
                log.warning("the run cannot be loaded again, what was loaded stays: %s", error)
                self._told(False)
                continue  # and tries again: it may be in the middle of being written
            if stamps == self._look():  # or it has changed once more meanwhile
                self._stamps, self.now = stamps, found
                self._told(True)

    def _look(self) -> dict[Path, tuple[int, ...] | None]:
        """Return what differs after a change to what is served."""
        run = self._run
        beside = (run.best / "best.json", run.chances, run.candidates, run.pool / RECORD)
        paths = [*deciding(run).values(), *beside]
        return {path: stamp(path) if path.is_file() else None for path in paths}
