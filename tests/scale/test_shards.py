"""A step over many shards: in order, once each, the same bytes wherever, and whoever is killed."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from morning.errors import MorningError
from morning.scale.engines import Engine, workers_kept
from morning.scale.shards import map_shards, sharded
from toys import steps
from toys.steps import two_workers

NUMBERS = pa.table({"x": np.arange(60)})
SQUARES = np.square(np.arange(60))


@pytest.fixture(scope="module", params=["local", pytest.param("ray", marks=[pytest.mark.long])])
def engine(request):
    if request.param == "local":
        yield Engine("local", workers=2)
    else:
        pytest.importorskip("ray", reason="needs the extra ray")
        with two_workers() as here:
            yield here


@pytest.fixture
def noted(tmp_path):
    (tmp_path / "times").mkdir()
    return steps.Noted(tmp_path / "times")


def values(results):
    return np.concatenate([table["x"].to_numpy() for table in results])


def kept(folder):
    return {path.name: path.read_bytes() for path in folder.rglob("*.arrow")}


class TestEveryEngine:
    """Of Ray in `make test-long`; what matters most is in test_ray.py, too."""

    def test_gives_results_in_order_each_computed_once(self, engine, noted):
        assert (values(map_shards(noted, sharded(NUMBERS, 10), engine)) == SQUARES).all()
        assert noted.times() == dict.fromkeys(range(0, 60, 10), 1)

    def test_leaves_the_same_bytes(self, engine, noted, tmp_path):
        list(map_shards(noted, sharded(NUMBERS, 10), engine, folder=tmp_path / "ours"))
        list(map_shards(noted, sharded(NUMBERS, 10), folder=tmp_path / "here", workers=1))
        assert kept(tmp_path / "ours") == kept(tmp_path / "here") != {}

    def test_a_killed_worker_loses_nothing_and_repeats_its_shard_alone(
        self, engine, noted, tmp_path
    ):
        deadly = steps.Noted(noted.folder, deadly=30)
        found = map_shards(deadly, sharded(NUMBERS, 10), engine, folder=tmp_path / "ours")
        assert (values(found) == SQUARES).all()
        times = noted.times()
        assert times.pop(30) == 2
        assert set(times.values()) == {1}
        list(map_shards(noted, sharded(NUMBERS, 10), folder=tmp_path / "here", workers=1))
        assert kept(tmp_path / "ours") == kept(tmp_path / "here")

    def test_does_only_what_is_left(self, engine, noted, tmp_path):
        list(map_shards(noted, sharded(NUMBERS.slice(0, 20), 10), engine, folder=tmp_path / "k"))
        found = map_shards(noted, sharded(NUMBERS, 10), engine, folder=tmp_path / "k")
        assert (values(found) == SQUARES).all()
        assert set(noted.times().values()) == {1}

    def test_says_what_a_step_raised(self, engine):
        with pytest.raises((KeyError, MorningError), match="no such thing"):
            list(map_shards(steps.refused, sharded(NUMBERS, 30), engine))

    def test_takes_shards_without_rows_and_none(self, engine):
        tables = [NUMBERS.slice(0, 0), NUMBERS.slice(0, 3), NUMBERS.slice(0, 0)]
        found = list(map_shards(steps.doubled, tables, engine))
        assert [table.num_rows for table in found] == [0, 3, 0]
        assert list(map_shards(steps.doubled, [], engine)) == []


def test_a_shard_that_kills_again_and_again_is_given_up(noted):
    deadly = steps.Noted(noted.folder, deadly=10, lives=9)
    with pytest.raises(MorningError, match="died of shard 1 3 times"):
        list(map_shards(deadly, sharded(NUMBERS, 10), workers=2))


def test_a_result_of_other_code_key_or_rows_is_none(noted, tmp_path, monkeypatch):
    def made():
        list(map_shards(noted, [NUMBERS], folder=tmp_path / "k", workers=1))
        return sum(noted.times().values())

    assert (made(), made()) == (1, 1)
    monkeypatch.setattr(steps.Noted, "key", "another")
    assert made() == 2
    monkeypatch.setattr("morning.scale.shards.code_behind", lambda fn: "another")
    assert made() == 3


@pytest.mark.parametrize("damage", [b"", b"ARROW1 no more"])
def test_a_damaged_result_is_computed_again(noted, tmp_path, damage, caplog):
    expected = values(map_shards(noted, [NUMBERS], folder=tmp_path / "k", workers=1))
    (path,) = (tmp_path / "k").rglob("*.arrow")
    whole = path.read_bytes()
    path.write_bytes(damage or whole[: len(whole) // 2])
    assert (
        values(map_shards(noted, [NUMBERS], folder=tmp_path / "k", workers=1)) == expected
    ).all()
    assert path.read_bytes() == whole
    assert "computed again" in caplog.text


@settings(max_examples=30, deadline=None)
@given(numbers=st.lists(st.integers(-1000, 1000), max_size=40), rows=st.integers(1, 50))
def test_how_rows_are_cut_changes_nothing(numbers, rows):
    table = pa.table({"x": pa.array(numbers, pa.int64())})
    found = list(map_shards(steps.doubled, sharded(table, rows), workers=1))
    assert [x for each in found for x in each["x"].to_pylist()] == [2 * x for x in numbers]


def test_chunks_of_a_shard_are_no_part_of_its_content(noted, tmp_path):
    whole, cut = NUMBERS, pa.concat_tables([NUMBERS.slice(0, 7), NUMBERS.slice(7)])
    for table in (whole, cut):
        list(map_shards(noted, [table], folder=tmp_path / "k", workers=1))
    assert sum(noted.times().values()) == 1


def test_shards_are_read_as_they_are_needed(noted):
    read = []

    def shards():
        for i, shard in enumerate(sharded(NUMBERS, 5)):
            read.append(i)
            yield shard

    found = map_shards(noted, shards(), workers=1)
    next(found)
    assert len(read) <= 3


def test_a_killed_call_goes_on_where_it_was(tmp_path, noted):
    script = (
        "from toys.steps import Noted; from morning.scale.shards import map_shards, sharded\n"
        "import pyarrow as pa, numpy as np, sys, time, pathlib\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "table = pa.table({'x': np.arange(60)})\n"
        "for _ in map_shards(Noted(folder / 'times'), sharded(table, 10), folder=folder / 'k', "
        "workers=1):\n    print('one', flush=True); time.sleep(.2)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, tmp_path],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    for _ in range(3):
        process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    time.sleep(0.1)
    before = sum(noted.times().values())
    assert 3 <= before < 6
    found = map_shards(noted, sharded(NUMBERS, 10), folder=tmp_path / "k", workers=1)
    assert (values(found) == SQUARES).all()
    assert sum(noted.times().values()) in (6, 7)  # at most the shard at which it was killed


class TestEngine:
    def test_is_a_name_or_an_address(self, monkeypatch):
        assert Engine.read("") == Engine.read("local") == Engine("local")
        assert Engine.read("ray") == Engine("ray")
        assert Engine.read("ray://there:10001") == Engine("ray", "ray://there:10001")
        monkeypatch.setenv("MORNING_ENGINE", "ray")
        assert Engine.chosen() == Engine("ray")

    @pytest.mark.parametrize("text", ["spark", "Ray", "10001"])
    def test_is_nothing_else(self, text):
        with pytest.raises(MorningError, match="neither local, ray nor the address"):
            Engine.read(text)

    @pytest.mark.parametrize(
        ("wrong", "rule"),
        [
            ({"name": "spark"}, "is not one of"),
            ({"address": "ray://there:1"}, "an address is that of a Ray cluster"),
            ({"workers": 0}, "one worker at least"),
        ],
    )
    def test_refuses(self, wrong, rule):
        with pytest.raises(MorningError, match=rule):
            Engine(**wrong)

    def test_says_what_is_missing(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "ray", None)
        with pytest.raises(MorningError, match=r"ray is missing: pip install 'morning\[ray\]'"):
            list(map_shards(steps.doubled, [NUMBERS], "ray"))


def test_a_step_of_nowhere_is_refused(tmp_path):
    step = eval("lambda batch: batch", {"__name__": "__main__"})
    with pytest.raises(MorningError, match="must be defined in a module"):
        list(map_shards(step, [NUMBERS], folder=tmp_path))


class TestWorkersKept:
    def test_one_call_has_those_of_another(self):
        calls = [sharded(NUMBERS, 10), sharded(NUMBERS, 20)]
        with workers_kept():
            who = [
                {
                    each
                    for table in map_shards(steps.whose, call, workers=2)
                    for each in table["pid"].to_pylist()
                }
                for call in calls
            ]
        assert len(who[0] | who[1]) == 2

    def test_one_that_died_between_calls_is_replaced(self):
        with workers_kept():
            before = list(map_shards(steps.whose, sharded(NUMBERS, 10), workers=2))
            os.kill(before[0]["pid"][0].as_py(), signal.SIGKILL)
            found = map_shards(steps.doubled, sharded(NUMBERS, 10), workers=2)
            assert sum(len(table) for table in found) == len(NUMBERS)

    def test_a_call_that_is_left_early_does_no_harm(self):
        with workers_kept():
            some = map_shards(steps.doubled, sharded(NUMBERS, 10), workers=2)
            next(some)
            some.close()
            found = list(map_shards(steps.doubled, sharded(NUMBERS, 10), workers=2))
        assert len(found) == 6
