"""The page on scale: what was measured, in lines and a figure, and what is planned."""

from morning_book.beyond import Units
from morning_book.scale import (
    SCALE,
    check,
    clusters,
    driver,
    parts_said,
    scale_parts,
    service,
    turns,
)

ROW = {
    "accounts": 1000,
    "captions": 20_000,
    "seconds": 10.0,
    "driver_seconds": 6.0,
    "workers_seconds": 9.0,
    "peak_mb": 500,
}


def test_what_the_driver_does_alone_is_said():
    said = driver([ROW, ROW | {"accounts": 10}])
    assert "worked for 6\u00a0s, 6.0 ms an influencer" in said
    assert "more than 2 workers help little" in said
    assert "16.7\u00a0h for 10,000,000" in said


def test_how_it_grows_is_said():
    said = parts_said([ROW | {"accounts": 10_000, "seconds": 105.0}, ROW])
    assert said == (
        "From 1,000 to 10,000 influencers, 10 times as many, it takes 10.5 times as long and "
        "1.00 times the memory."
    )


def test_the_service():
    row = {
        "clients": 5,
        "seconds": 6,
        "candidates": 1000,
        "answers": 1234,
        "errors": 1,
        "median_ms": 12.3,
        "p99_ms": 45.6,
        "memory_mb": [100.0, 101.0],
    }
    assert "1,234 answers, 1 errors, median 12 ms, 99th percentile 46 ms" in service(row)


def test_how_far_the_simulation_is_off_is_said():
    row = {"workers": 2, "start_s": 3.0, "measured": 20.0, "simulated": 18.0}
    assert "the simulation says 18.0 s (-10%)" in check(row)


def test_more_workers_are_faster_and_lose_more():
    units = Units(0.001, 0.1, 100, 0.001, 1e9, 1536)
    shards = {"captions": 20_000, "seconds": [1.0, 1.5, 2.0]}
    rows = list(clusters(shards, units, 0.001))
    assert len(rows) == 9
    lost = [float(row[5].rstrip("%")) for row in rows[:3]]
    assert lost == sorted(lost)
    assert rows[0][2] == "5,000"
    assert rows[2][-1].endswith("min")  # 1,000 s of the process that hands out, and little else


def test_the_sum_is_held_to_what_was_measured():
    said = turns([ROW], 2)
    assert said.endswith("would have taken 10.5\u00a0s; they took 10\u00a0s")


def test_the_committed_results_fill_the_page(tmp_path):
    assert SCALE.is_file()
    parts = scale_parts(tmp_path / "scale.md")
    assert (tmp_path / "scale.svg").stat().st_size > 1000
    assert parts["posts"].count("\n") >= 2
    assert parts["work"].count("\n") == parts["storage"].count("\n") == 2
    assert parts["cluster"].count("\n") == 8
