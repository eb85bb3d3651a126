"""A plan by unit costs, and a cluster simulated."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from morning_book.beyond import Cluster, Posts, Prices, Units, plan, simulate, units_of

UNITS = Units(caption_s=0.36, picture_s=3.6, post_bytes=100, row_s=7.2, scan_bytes=4e9, width=1000)
QUIET = Cluster(2, straggling=0, hours_between_deaths=float("inf"))


def test_a_plan_is_so_many_times_one_of_each():
    found = plan(10_000, UNITS, Posts(5, 5), Prices(core_hour=0.5, gb_month=2))
    assert found == pytest.approx(
        {
            "captions_h": 10,
            "pictures_h": 100,
            "index_h": 20,
            "posts_tb": 1e-5,
            "vectors_tb": 4e-5,
            "index_tb": 1e-5,
            "exact_s": 0.01,
            "text_money": 15,
            "pictures_money": 50,
            "storage_money": 0.12,
        }
    )


def test_unit_costs_are_those_of_the_largest_that_was_measured():
    small = {"accounts": 1, "captions": 2, "workers_seconds": 9.0}
    large = {
        "accounts": 9,
        "captions": 200,
        "posts": 100,
        "workers_seconds": 20.0,
        "folder_mb": 1.0,
    }
    pool = {"rows": 1000, "width": 8, "index_seconds": 2.0, "exact_seconds": 0.5}
    measured = {
        "machine": {"cores": 2},
        "text": {"post_bytes": 150.0},
        "posts": [large, small],
        "candidates": [pool, pool | {"rows": 10**9, "width": 4}],
    }
    assert units_of(measured, 0.2) == pytest.approx(
        Units(0.1, 0.4, 150, 0.004, 1000 * 8 * 4 / 0.5, 8)
    )


class TestSimulation:
    def test_a_schedule_by_hand(self):
        # two workers, four shards of 3 s: two rounds, after a second to start
        found = simulate([3.0], 4, replace(QUIET, start_s=1.0))
        assert found == {"seconds": 7.0, "ideal": 6.0, "repeated": 0, "longest": 3.0}
        assert simulate([3.0], 5, QUIET)["seconds"] == 9.0
        assert simulate([3.0], 1, QUIET)["seconds"] == 3.0
        assert simulate([3.0], 0, QUIET)["seconds"] == 0.0

    def test_stragglers_take_longer(self):
        found = simulate(
            [2.0], 3, Cluster(1, straggling=1.0, slowness=4.0, hours_between_deaths=1e9)
        )
        assert found["seconds"] == 24.0
        assert found["ideal"] == 6.0

    def test_a_death_costs_its_shard(self):
        # dying as often as a shard takes: e attempts a shard, of which the failed are shorter
        hour = Cluster(8, straggling=0, hours_between_deaths=1.0, restart_s=0)
        found = simulate([3600.0], 4000, hour)
        assert found["repeated"] / 4000 == pytest.approx(np.e - 1, rel=0.08)
        # time lost to the dead is memoryless, too: (e - 1) hours a shard in all
        assert found["seconds"] / found["ideal"] == pytest.approx(np.e - 1, rel=0.08)

    @given(
        st.lists(st.floats(0.1, 100), min_size=1, max_size=9),
        st.integers(1, 60),
        st.integers(1, 8),
        st.integers(0, 9),
    )
    def test_bounds(self, seconds, shards, workers, seed):
        found = simulate(seconds, shards, replace(QUIET, workers=workers), seed)
        least = max(found["ideal"], found["longest"])
        assert least * (1 - 1e-9) <= found["seconds"]
        assert found["seconds"] <= (found["ideal"] + found["longest"]) * (1 + 1e-9)

    def test_repeats_under_a_seed(self):
        one, other = (simulate([1.0, 2.0], 500, Cluster(16), seed) for seed in (3, 3))
        assert one == other
        assert simulate([1.0, 2.0], 500, Cluster(16), 4) != one
