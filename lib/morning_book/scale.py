"""The page on scale: what was measured on one machine, and what is planned beyond it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from morning.files import read_json

from morning_book import RESULTS
from morning_book.beyond import Cluster, Posts, Prices, Units, plan, simulate, units_of
from morning_book.lines import table_lines
from morning_book.speed import BENCHMARKS, machine

SCALE = RESULTS / "scale.json"
#: Influencers of the plan, and workers of the simulation.
PLANNED = (1_000_000, 10_000_000, 100_000_000)
WORKERS = (16, 128, 1024)
#: Pictures of `benchmarks.stages.pictures`.
_PICTURES = 256
_HOURS_OF_A_DAY, _CORES = 24, 16

#: Lines of the figure: the measurement, the name of its sizes, and of seconds and memory.
_LINES = {
    "added from posts": ("posts", "accounts", "seconds", "peak_mb"),
    "vectors loaded": ("vectors", "rows", "load_seconds", "peak_mb"),
    "a brand ranked exactly": ("candidates", "rows", "exact_seconds", "exact_peak_mb"),
    "index built": ("candidates", "rows", "index_seconds", "index_peak_mb"),
    "a brand ranked by the index": ("candidates", "rows", "approximate_seconds", None),
}


def scale_parts(page: Path) -> dict[str, str]:
    """Return what fills the page on scale, and draw its figure beside the page."""
    found = read_json(SCALE)
    units = units_of(found, _picture_seconds())
    picture = scale_figure(found)
    picture.savefig(page.with_name("scale.svg"), bbox_inches="tight", metadata={"Date": None})
    return {
        "machine": machine(found["machine"]),
        "posts": table_lines(map(_posts, found["posts"])),
        "vectors": table_lines(map(_vectors, found["vectors"])),
        "candidates": table_lines(map(_candidates, found["candidates"])),
        "indexes": table_lines(map(_index, found["candidates"])),
        "service": service(found["service"]),
        "units": units_said(units),
        "letters": f"{found['text']['letters']:.0f}",
        "work": table_lines(_work(n, units) for n in PLANNED),
        "storage": table_lines(_storage(n, units) for n in PLANNED),
        "prices": prices_said(),
        "check": check(found["shards"]["check"]),
        "cluster": table_lines(clusters(found["shards"], units, _driver_seconds(found["posts"]))),
        "turns": turns(found["posts"], found["machine"]["cores"]),
        "driver": driver(found["posts"]),
        "pictures": (f"One takes as long as {units.picture_s / units.caption_s:,.0f} captions"),
        "parts": parts_said(found["posts"]),
        "loading": loading(found["vectors"]),
    }


def _picture_seconds() -> float:
    """Return seconds of a picture through both networks, on all cores of the machine."""
    rows = {row["name"]: row for row in read_json(BENCHMARKS)["figures"]}
    return float(rows["features of pictures"]["seconds"]) / _PICTURES


def _posts(row: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        f"{row['accounts']:,}",
        f"{row['captions']:,}",
        _seconds(row["seconds"]),
        f"{row['captions'] / row['seconds']:,.0f}",
        f"{row['peak_mb']:,.0f}",
        *(f"{row[name]:,.0f}" for name in ("folder_mb", "added_mb", "cache_mb")),
    )


def _vectors(row: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        f"{row['rows']:,}",
        f"{row['disk_mb']:,.0f}",
        _seconds(row["load_seconds"]),
        *(_seconds(each) for each in row["seconds"]),
        f"{row['peak_mb']:,.0f}",
    )


def _candidates(row: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        f"{row['rows']:,}\u00a0×\u00a0{row['width']:,}",
        f"{row['disk_mb']:,.0f}",
        _seconds(row["exact_seconds"]),
        f"{row['exact_seconds'] / row['bare_seconds']:.2f}",
        f"{row['exact_peak_mb']:,.0f}",
    )


def _index(row: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        f"{row['rows']:,}\u00a0×\u00a0{row['width']:,}",
        _seconds(row["index_seconds"]),
        f"{row['index_peak_mb']:,.0f}",
        f"{row['index_mb']:,.0f}",
        _seconds(row["approximate_seconds"]),
        f"{row['recall']:.3f}",
    )


def service(row: Mapping[str, Any]) -> str:
    """Return in a sentence how the service did under load."""
    before, after = row["memory_mb"]
    return (
        f"{row['clients']} clients asked for {row['seconds']:.0f} seconds for rankings of "
        f"{row['candidates']:,} candidates, on the cores of the service itself: "
        f"{row['answers']:,} answers, {row['errors']} errors, median {row['median_ms']:.0f} ms, "
        f"99th percentile {row['p99_ms']:.0f} ms, memory {before:,.0f} MB before and "
        f"{after:,.0f} MB after."
    )


def units_said(units: Units) -> str:
    """Return unit costs in a sentence."""
    return (
        f"a caption takes {1000 * units.caption_s:.2f} ms of a core, a picture "
        f"{1000 * units.picture_s:.0f} ms of a core through both networks, a post "
        f"{units.post_bytes:.0f} bytes of Parquet, the index {1000 * units.row_s:.2f} ms of a core "
        f"a vector of {units.width:,} numbers; an exact search reads "
        f"{units.scan_bytes / 1e9:.1f} GB a second"
    )


def _work(influencers: int, units: Units) -> tuple[str, ...]:
    found = plan(influencers, units)
    hours = [found[name] for name in ("captions_h", "pictures_h", "index_h")]
    return (
        f"{influencers:,}",
        *map(_hours, hours),
        f"{math.ceil(sum(hours) / _HOURS_OF_A_DAY / _CORES):,}",
        *(_money(found[name]) for name in ("text_money", "pictures_money")),
    )


def _storage(influencers: int, units: Units) -> tuple[str, ...]:
    found = plan(influencers, units)
    return (
        f"{influencers:,}",
        *(f"{found[name]:.3g}" for name in ("posts_tb", "vectors_tb", "index_tb")),
        _money(found["storage_money"]),
        _seconds(found["exact_s"]),
    )


def prices_said() -> str:
    """Return the assumptions of the plan in a sentence."""
    prices, posts = Prices(), Posts()
    return (
        f"{posts.own} posts of an influencer's own and {posts.audience} of its audience, all with "
        f"a picture; {prices.core_hour} € for an hour of a core and {prices.gb_month} € for a "
        "gigabyte in a month, which are assumptions and not measured"
    )


def check(row: Mapping[str, Any]) -> str:
    """Return in a sentence how near the simulation comes to what it can be compared with."""
    return (
        f"{row['workers']} workers of this machine took {row['measured']:.1f} s for "
        f"as many shards as were timed, of which {row['start_s']:.1f} s to start; the simulation "
        f"says {row['simulated']:.1f} s ({row['simulated'] / row['measured'] - 1:+.0%})"
    )


def turns(rows: Sequence[Mapping[str, Any]], workers: int) -> str:
    """Return in a sentence how near the sum of both is to what was measured."""
    last = max(rows, key=lambda row: row["accounts"])
    summed = last["driver_seconds"] + last["workers_seconds"] / workers
    return (
        f"by that sum the {last['accounts']:,} influencers above would have taken "
        f"{_seconds(summed)}; they took {_seconds(last['seconds'])}"
    )


def _driver_seconds(rows: Sequence[Mapping[str, Any]]) -> float:
    """Return what an influencer takes of the process that hands out shards."""
    last = max(rows, key=lambda row: row["accounts"])
    return float(last["driver_seconds"] / last["accounts"])


def clusters(shards: Mapping[str, Any], units: Units, driver_s: float) -> Iterable[tuple[str, ...]]:
    """Yield a row for each number of influencers and of workers.

    A shard takes as long as its captions do from end to end, and varies as the shards did that
    were timed.
    """
    mean = sum(shards["seconds"]) / len(shards["seconds"])
    longer = units.caption_s * shards["captions"] / mean
    seconds = [longer * each for each in shards["seconds"]]
    for influencers in PLANNED:
        number = -(-influencers * Posts().all // shards["captions"])
        for workers in WORKERS:
            found = simulate(seconds, number, Cluster(workers))
            yield (
                f"{influencers:,}",
                f"{workers:,}",
                f"{number:,}",
                _seconds(found["ideal"]),
                _seconds(found["seconds"]),
                f"{found['seconds'] / found['ideal'] - 1:+.1%}",
                f"{found['repeated']:,}",
                _seconds(found["seconds"] + driver_s * influencers),
            )


def driver(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return in a sentence what is left to the one process that hands out shards."""
    last = max(rows, key=lambda row: row["accounts"])
    each = _driver_seconds(rows)
    enough = last["workers_seconds"] / last["driver_seconds"]
    return (
        f"For {last['accounts']:,} influencers it worked for {_seconds(last['driver_seconds'])}, "
        f"{1000 * each:.1f} ms an influencer: it reads the folder, checks it, hands out shards and "
        f"writes vectors. Workers were busy for {_seconds(last['workers_seconds'])}, and "
        f"the two take turns: for captions more than {math.ceil(enough)} workers help little; "
        "pictures are what a cluster is for. Nothing makes that process faster: "
        f"{_seconds(each * PLANNED[1])} for {PLANNED[1]:,} influencers, "
        f"{_seconds(each * PLANNED[2])} for {PLANNED[2]:,}"
    )


def parts_said(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return in a sentence how time and memory grow from the last size but one to the last."""
    small, large = sorted(rows, key=lambda row: row["accounts"])[-2:]
    times = {name: large[name] / small[name] for name in ("accounts", "seconds", "peak_mb")}
    return (
        f"From {small['accounts']:,} to {large['accounts']:,} influencers, {times['accounts']:.0f} "
        f"times as many, it takes {times['seconds']:.1f} times as long and "
        f"{times['peak_mb']:.2f} times the memory."
    )


def loading(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return in words how long loading takes, here and by as much a row for ten times as many."""
    last = max(rows, key=lambda row: row["rows"])
    here, more = last["load_seconds"], 10 * last["load_seconds"]
    return (
        f"{_seconds(here)} for {last['rows']:,} influencers with the released blocks, and so "
        f"{_seconds(more)} for {10 * last['rows']:,}"
    )


def scale_figure(found: Mapping[str, Any]) -> Figure:
    """Draw time and peak memory against the number of influencers, on logarithmic axes."""
    from morning.report.figures.style import LINES, canvas  # the pipeline itself draws nothing

    picture, (times, peaks) = canvas(6.8, rows=2)
    for (label, (name, size, seconds, peak)), marker, style in zip(
        _LINES.items(), "osD^v", cycle(LINES), strict=False
    ):
        width = max((row.get("width", 0) for row in found[name]), default=0)
        rows = [row for row in found[name] if row.get("width", 0) == width]
        x = [row[size] for row in rows]
        times.loglog(x, [row[seconds] for row in rows], marker=marker, label=label, **style)
        if peak:
            peaks.loglog(x, [row[peak] for row in rows], marker=marker, label=label, **style)
    for axes, label in ((times, "seconds"), (peaks, "peak memory, MB")):
        axes.set_xlabel("influencers")
        axes.set_ylabel(label)
        axes.grid(alpha=0.3)
    picture.legend(*times.get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return picture


def _seconds(value: float) -> str:
    if value < 1:
        return f"{1000 * value:.3g}\u00a0ms"
    if value < 120:
        return f"{value:.3g}\u00a0s"
    return f"{value / 60:.3g}\u00a0min" if value < 7200 else f"{value / 3600:,.3g}\u00a0h"


def _money(value: float) -> str:
    return f"{value:,.2f}" if value < 10 else f"{value:,.0f}"


def _hours(value: float) -> str:
    return f"{value:,.1f}" if value < 100 else f"{value:,.0f}"
