"""The routes of the service."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from typing import Annotated, Any, TypeVar

import pandas as pd
from fastapi import FastAPI, HTTPException, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from threadpoolctl import threadpool_limits

from morning.errors import MorningError
from morning.recommend.encoder import Encoded
from morning.recommend.recommender import UnknownAccountError
from morning.run import Run
from morning.serve.bounds import Bounded, Metrics
from morning.serve.live import Live, State
from morning.serve.schemas import (
    Asked,
    ExplainRequest,
    Explanation,
    Health,
    Ranking,
    RankRequest,
    Refusal,
    Similar,
)
from morning.serve.settings import Settings

T = TypeVar("T")

_REFUSALS: dict[int | str, dict[str, Any]] = {
    number: {"model": Refusal, "description": why}
    for number, why in {
        400: "The request is no request of this service.",
        401: "The key is missing or wrong.",
        404: "No such account.",
        413: "The body is too large.",
        422: "What is asked makes no sense.",
        429: "Too many requests.",
        503: "Too many are waiting.",
        504: "It took too long.",
    }.items()
}
#: Of the explorer: everything it needs is in the page.
_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"
_OF_RANK = ("influencer_id", "rank", "score", "f", "g", "h", "popularity")
_WORTH = ("chance", "chance_low", "chance_high")


class Turns:
    """Answers that are computed in threads, so many at once, while so many wait."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._threads = ThreadPoolExecutor(settings.at_once, "answer")
        self._free = asyncio.Semaphore(settings.at_once)
        self._waiting = 0

    async def __call__(self, compute: Callable[[], T]) -> T:
        """Return what is computed, once it is its turn."""
        if self._waiting >= self._settings.waiting:
            raise HTTPException(503, "too many are waiting; come back", {"Retry-After": "1"})
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._settings.answer_s
        self._waiting += 1
        try:
            async with asyncio.timeout_at(deadline):
                await self._free.acquire()
        except TimeoutError:
            raise HTTPException(
                503, "others took too long; come back", {"Retry-After": "5"}
            ) from None
        finally:
            self._waiting -= 1
        going = loop.run_in_executor(self._threads, compute)
        # a thread cannot be stopped: its place is free once it has ended
        going.add_done_callback(lambda _: self._free.release())
        try:
            async with asyncio.timeout_at(deadline):
                return await asyncio.shield(going)
        except TimeoutError:
            going.add_done_callback(lambda done: done.exception())
            raise HTTPException(504, "this takes too long") from None

    def end(self) -> None:
        """Take no more."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def application(settings: Settings) -> Bounded:
    """Return the service of a run as an ASGI application.

    Raises
    ------
    MorningError
        If the run cannot be ranked by.
    """
    metrics = Metrics()

    def told(loaded: bool) -> None:
        metrics.reloads.labels("loaded" if loaded else "failed").inc()
        metrics.influencers.set(live.now.influencers)

    live = Live(Run(settings.run), settings.reload_s, told)
    told(True)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.turns = Turns(settings)
        with live, threadpool_limits(1 if settings.at_once > 1 else None):
            yield
        app.state.turns.end()

    app = FastAPI(
        title="MORNING",
        description="Micro-influencers for brands: who fits, why, and who is like whom.",
        version="1",
        lifespan=lifespan,
        docs_url=None,  # the pages of these come from elsewhere
        redoc_url=None,
        responses=_REFUSALS,
    )

    async def answer(request: Request, compute: Callable[[State], T]) -> T:
        return await request.app.state.turns(partial(compute, live.now))

    @app.exception_handler(UnknownAccountError)
    async def unknown(_: Request, error: UnknownAccountError) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, 404)

    @app.exception_handler(MorningError)
    async def refused(_: Request, error: MorningError) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, 422)

    @app.exception_handler(RequestValidationError)
    async def senseless(_: Request, error: RequestValidationError) -> JSONResponse:
        told = (f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        return JSONResponse({"detail": "; ".join(told)}, 422)

    @app.exception_handler(Exception)
    async def fault(_: Request, __: Exception) -> JSONResponse:
        return JSONResponse({"detail": "this is a fault of the service"}, 500)

    @app.get("/", response_class=HTMLResponse, summary="The explorer")
    async def explorer(request: Request) -> HTMLResponse:
        page = await answer(request, lambda state: state.page)
        return HTMLResponse(page, headers={"Content-Security-Policy": _POLICY})

    @app.post("/rank", summary="Who fits a brand")
    async def rank(request: Request, asked: RankRequest) -> Ranking:
        return await answer(request, partial(_ranking, asked))

    @app.post("/explain", summary="Why somebody stands where they stand")
    async def explain(request: Request, asked: ExplainRequest) -> Explanation:
        return await answer(request, partial(_explanation, asked))

    @app.get("/similar/{influencer}", summary="Who is like somebody")
    async def similar(
        request: Request,
        influencer: Annotated[str, Path(min_length=1, max_length=256)],
        k: Annotated[int, Query(ge=1, le=1000)] = 20,
    ) -> Similar:
        def compute(state: State) -> Similar:
            table = state.recommender.similar(influencer, k)
            return Similar.model_validate({"run": state.name, "similar": _records(table)})

        return await answer(request, compute)

    @app.get("/health", summary="Is it alive?")
    async def health() -> Health:
        state = live.now
        return Health(status="ok", run=state.name, influencers=state.influencers)

    @app.get("/ready", summary="Would it answer now?")
    async def ready() -> Health:
        return await health()

    @app.get("/metrics", response_class=PlainTextResponse, summary="Numbers for Prometheus")
    async def numbers() -> PlainTextResponse:
        return PlainTextResponse(
            generate_latest(metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST}
        )

    return Bounded(app, settings, metrics)


def _brand(asked: Asked, state: State) -> tuple[str | Encoded, list[str]]:
    if asked.brand is not None:
        return asked.brand, []
    encoded = state.encode(asked.about, asked.captions)
    return encoded, list(encoded.notes)


def _ranking(asked: RankRequest, state: State) -> Ranking:
    brand, notes = _brand(asked, state)
    recommender, recall = state.recommender, None
    if asked.where or asked.diversity:
        table, said = recommender.shortlist(
            brand,
            asked.k,
            where=asked.where,
            diversity=asked.diversity,
            exclude_partners=asked.exclude_partners,
        )
        notes += said
    else:
        table = recommender.rank(
            brand,
            asked.k,
            among=asked.among,
            exclude_partners=asked.exclude_partners,
            approximate=asked.approximate,
        )
        recall = table.attrs.get("recall")
    own = [name for name in (*_OF_RANK, *_WORTH) if name in table]
    beside = table.drop(columns=own)
    ranking = [
        row | {"known": known}
        for row, known in zip(_records(table[own]), _records(beside), strict=True)
    ]
    about = {"run": state.name, "recall": recall, "notes": notes}
    return Ranking.model_validate(about | {"ranking": ranking})


def _explanation(asked: ExplainRequest, state: State) -> Explanation:
    brand, notes = _brand(asked, state)
    reasons = state.recommender.explain(brand, asked.influencer)
    about = {"run": state.name, "notes": notes}
    return Explanation.model_validate(about | {"reasons": _records(reasons)})


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows ready for JSON; None for what is not known."""
    plain = table.astype(object).where(table.notna(), None)
    return [
        {str(name): each.item() if hasattr(each, "item") else each for name, each in row.items()}
        for row in plain.to_dict("records")
    ]
