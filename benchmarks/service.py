"""Fifty clients for a minute against `morning serve` with a hundred thousand candidates.

    python -m benchmarks.service [SECONDS [CANDIDATES]]

Clients and service share the cores of one machine, so that times are those of a crowded one.
"""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import psutil
from morning.recommend.recommender import Recommender
from morning.studies.trained import fit_run

from benchmarks import made

SECONDS, CANDIDATES, CLIENTS = 60, 100_000, 50
_BRANDS = 360


def measured(seconds: float = SECONDS, candidates: int = CANDIDATES) -> dict[str, Any]:
    """Return answers, errors, times in milliseconds and memory of the service in MB."""
    with TemporaryDirectory() as base:
        run = fit_run(made.vectors(candidates + _BRANDS), Path(base) / "run")
        brands = Recommender.load(run).test_brands()
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
        words = [sys.executable, "-m", "morning_book.command", "serve", "--run", str(run.folder)]
        service = subprocess.Popen([*words, "--port", str(port)], stderr=subprocess.DEVNULL)
        try:
            asyncio.run(_ready(port))
            _, before = asyncio.run(_crowd(port, brands, 5, service.pid))
            answers, memory = asyncio.run(_crowd(port, brands, seconds, service.pid))
        finally:
            service.terminate()
            service.wait(60)
    times = np.array([ms for status, ms in answers if status == 200])
    return {
        "clients": CLIENTS,
        "candidates": candidates,
        "seconds": seconds,
        "answers": len(answers),
        "errors": sum(status != 200 for status, _ in answers),
        "median_ms": float(np.median(times)),
        "p99_ms": float(np.quantile(times, 0.99)),
        "memory_mb": [before[-1], memory[-1]],
    }


async def _ready(port: int) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        except ConnectionRefusedError:
            await asyncio.sleep(0.1)


async def _crowd(
    port: int, brands: list[str], seconds: float, process: int
) -> tuple[list[tuple[int, float]], list[float]]:
    """Let all clients ask for so long; return status and time of each answer, and memory."""
    end, answers, memory = time.monotonic() + seconds, list[tuple[int, float]](), list[float]()

    async def client(number: int) -> None:
        rng = np.random.default_rng(number)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.monotonic() < end:
            body = json.dumps({"brand": str(rng.choice(brands)), "k": 20}).encode()
            begun = time.perf_counter()
            writer.write(
                b"POST /rank HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                + f"Content-Length: {len(body)}\r\n\r\n".encode()
                + body
            )
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = head.split("content-length: ")[1].split("\r\n")[0]
            await reader.readexactly(int(length))
            answers.append((int(head.split()[1]), 1000 * (time.perf_counter() - begun)))
        writer.close()

    async def watch() -> None:
        while time.monotonic() < end:
            memory.append(psutil.Process(process).memory_info().rss / 2**20)
            await asyncio.sleep(1)

    await asyncio.gather(watch(), *(client(i) for i in range(CLIENTS)))
    return answers, memory


if __name__ == "__main__":
    print(json.dumps(measured(*map(int, sys.argv[1:])), indent=1))
