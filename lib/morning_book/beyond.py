"""From what was measured to what was not: a plan by unit costs, and a cluster simulated."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

#: Bytes of an account's vectors and their index: single precision, and a byte for each number.
VECTOR_BYTES, INDEX_BYTES = 4, 1


@dataclass(frozen=True)
class Prices:
    """What machines cost: assumed, not measured, in euros; replace them by yours."""

    core_hour: float = 0.04
    """Of a core with 4 GiB of memory."""
    gb_month: float = 0.02
    """Of storage."""


@dataclass(frozen=True)
class Units:
    """What one of each costs, as it was measured on one machine.

    Attributes
    ----------
    caption_s : float
        Core-seconds of workers from a caption to the topics of its account.
    picture_s : float
        Core-seconds of a picture through both networks.
    post_bytes : float
        Of a post in Parquet, without its picture.
    row_s : float
        Core-seconds of the index for a vector.
    scan_bytes : float
        Of vectors, read in a second by an exact search.
    width : int
        Numbers of an account's vector.
    """

    caption_s: float
    picture_s: float
    post_bytes: float
    row_s: float
    scan_bytes: float
    width: int


@dataclass(frozen=True)
class Posts:
    """What stands for an influencer, the paper's H, Q and L: its own and its audience's posts."""

    own: int = 50
    audience: int = 25 * 2

    @property
    def all(self) -> int:
        """Posts that are looked at."""
        return self.own + self.audience


def plan(
    influencers: int, units: Units, posts: Posts | None = None, prices: Prices | None = None
) -> dict[str, float]:
    """Return what so many influencers take, by what one of each took.

    Returns
    -------
    dict
        `captions_h` and `pictures_h`, core-hours; `index_h`; `posts_tb`, `vectors_tb` and
        `index_tb`; `exact_s`, of a brand by all vectors on one machine; `text_money` and
        `pictures_money`, once; `storage_money`, a month.
    """
    posts, prices = posts or Posts(), prices or Prices()
    shown, numbers = influencers * posts.all, influencers * units.width
    found = {
        "captions_h": shown * units.caption_s / 3600,
        "pictures_h": shown * units.picture_s / 3600,
        "index_h": influencers * units.row_s / 3600,
        "posts_tb": shown * units.post_bytes / 1e12,
        "vectors_tb": numbers * VECTOR_BYTES / 1e12,
        "index_tb": numbers * INDEX_BYTES / 1e12,
        "exact_s": numbers * VECTOR_BYTES / units.scan_bytes,
    }
    stored = found["posts_tb"] + found["vectors_tb"] + found["index_tb"]
    return found | {
        "text_money": (found["captions_h"] + found["index_h"]) * prices.core_hour,
        "pictures_money": found["pictures_h"] * prices.core_hour,
        "storage_money": stored * 1000 * prices.gb_month,
    }


@dataclass(frozen=True)
class Cluster:
    """Workers that take shards one after the other.

    Attributes
    ----------
    workers : int
    straggling, slowness : float
        Share of shards that take so many times as long.
    hours_between_deaths : float
        Of a worker, on average; infinite: none dies.
    restart_s : float
        Until a worker that died is back.
    start_s : float
        Until a worker takes its first shard.
    """

    workers: int
    straggling: float = 0.01
    slowness: float = 5.0
    hours_between_deaths: float = 24.0
    restart_s: float = 60.0
    start_s: float = 0.0


def simulate(
    seconds: Sequence[float], shards: int, cluster: Cluster, seed: int = 0
) -> dict[str, float]:
    """Return how long a cluster takes for shards, a worker's death costing it its shard.

    Parameters
    ----------
    seconds : sequence of float
        That shards took where they were measured; each shard takes one of them, drawn.
    shards : int
    cluster : Cluster
    seed : int

    Returns
    -------
    dict
        `seconds`, from start to end; `ideal`, were work divided evenly and nothing amiss;
        `repeated`, shards that were computed again; `longest`, seconds of the longest shard.
    """
    rng = np.random.default_rng(seed)
    drawn = rng.choice(np.asarray(seconds, dtype=float), shards)
    plain = float(drawn.sum())
    takes = np.where(rng.random(shards) < cluster.straggling, drawn * cluster.slowness, drawn)
    # of a worker that dies at a constant rate, the time to its death does not depend on its age
    rate = 1 / (cluster.hours_between_deaths * 3600)
    free = [cluster.start_s] * min(cluster.workers, shards)
    waiting, end, repeated = takes.tolist()[::-1], 0.0, 0
    while waiting:
        start, shard = heapq.heappop(free), waiting.pop()
        lives = rng.exponential(1 / rate) if rate else np.inf
        if lives < shard:
            repeated += 1
            waiting.append(shard)
            heapq.heappush(free, start + lives + cluster.restart_s)
        else:
            end = max(end, start + shard)
            heapq.heappush(free, start + shard)
    return {
        "seconds": end,
        "ideal": plain / cluster.workers,
        "repeated": repeated,
        "longest": float(takes.max(initial=0)),
    }


def units_of(measured: Mapping[str, Any], pictures_s: float) -> Units:
    """Return unit costs from the largest of each that was measured."""
    posts = max(measured["posts"], key=lambda row: row["accounts"])
    pool = max(measured["candidates"], key=lambda row: (row["width"], row["rows"]))
    cores = measured["machine"]["cores"]
    return Units(
        caption_s=posts["workers_seconds"] / posts["captions"],
        picture_s=pictures_s * cores,
        post_bytes=measured["text"]["post_bytes"],
        row_s=pool["index_seconds"] * cores / pool["rows"],
        scan_bytes=pool["rows"] * pool["width"] * VECTOR_BYTES / pool["exact_seconds"],
        width=pool["width"],
    )
