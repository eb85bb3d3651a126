"""Killed, filled up, locked, edited: the next call finishes with the same results, or says why."""

import multiprocessing
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from morning.files import read_json
from morning.sources.sample import write_sample
from toys.alike import different
from toys.checkout import STAGES, call, command, environment, toy_checkout
from toys.faults import (
    contents,
    free_space,
    kill,
    obey_permissions,
    read_only,
    small_disk,
    start,
)
from toys.notebooks import executed
from toys.trainings import call_often_saved
from toys.vectors import checkerboard

MORNING = [sys.executable, "-m", "morning_book.command"]
QUICK = ("PROFILE=quick", "SEEDS=1", "EPOCHS=2", "TOPICS=5", "VISUAL=none")
NAMES = [stage.name for stage in STAGES]
#: Chapters of the toy checkout, of which the second and third read what those before them wrote.
FEW = 3
#: Where `RUN=run` lies, in a place.
RUN = Path("runs", "run")
MOMENTS = 20


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """Return a checkout with a few chapters, which only write what their stage writes."""
    return toy_checkout(tmp_path_factory.mktemp("made") / "checkout", NAMES[:FEW])


@pytest.fixture
def place(tmp_path):
    """Return a folder with a sample of data, `mine`."""
    write_sample(tmp_path / "mine")
    return tmp_path


def begin(checkout, place, chapter, *words, **more):
    """Start a call; return it once it executes a chapter."""
    process = start(
        command("DATA=mine", "RUN=run", "--no-book", *words), place, **environment(checkout, **more)
    )
    for line in process.stdout:
        if line.startswith(f"{chapter}: executing"):
            return process
    pytest.fail(f"{chapter} was not executed")


def again(checkout, place, *words):
    return call(checkout, place, "DATA=mine", "RUN=run", "--no-book", *words)


def results(place):
    """Return what the chapters of the toy checkout wrote."""
    found = contents(place / RUN)
    written = {name: x for name, x in found.items() if name.startswith(("results", "blocks"))}
    assert written
    return written


def in_a_sentence(done, *said):
    """Whether a command failed with a sentence that names something."""
    text = done.stdout + (done.stderr or "")
    assert done.returncode == 1, text
    assert "Traceback" not in text, text
    assert any(all(word in line for word in said) for line in text.splitlines()), text
    return True


def count(record_property, fault, number, lost=0, different=0):
    """Hand a row over to the page on trust."""
    row = {"fault": fault, "moments": number, "lost": lost, "different": different}
    record_property("fault", row)


@pytest.mark.long
def test_a_killed_call_loses_no_finished_chapter_and_leaves_nothing_behind(place):
    checkout = toy_checkout(place / "checkout", NAMES[:2])
    for chapter in NAMES[:2]:
        process = begin(checkout, place, chapter, NAP="0.3")
        assert kill(process) < 5  # whatever it started has ended
    assert executed(again(checkout, place)) == {NAMES[1]}
    found = contents(place / RUN)
    assert "parameters.json" in found
    assert [name for name in found if name.endswith((".partial", ".old"))] == []


@pytest.mark.long
class TestToy:
    def test_two_at_once(self, checkout, place, record_property):
        first = begin(checkout, place, NAMES[0], NAP="6")
        assert in_a_sentence(again(checkout, place), "another command is at work there")
        out, _ = first.communicate(timeout=300)
        assert first.returncode == 0, out
        assert executed(again(checkout, place)) == set()
        killed = begin(checkout, place, NAMES[1], "TOPIC_SEED=5", NAP="6")
        kill(killed)
        assert again(checkout, place).returncode == 0
        count(record_property, "a second run on the same folder", 2)

    def test_edited_while_it_is_executed(self, checkout, place, record_property):
        notebook = checkout / "notebooks" / f"{NAMES[0]}.ipynb"
        process = begin(checkout, place, NAMES[0], NAP="4")
        text = notebook.read_text()
        notebook.write_text(text.replace("Chapter 01", "Chapter one"))
        out, _ = process.communicate(timeout=300)
        assert process.returncode == 1
        assert f"{NAMES[0]}.ipynb changed while it was executed; call again" in out
        assert NAMES[0] in executed(again(checkout, place))
        assert "Chapter one" in (place / RUN / "notebooks" / f"{NAMES[0]}.ipynb").read_text()
        count(record_property, "a notebook edited while it is executed", 1)

    def test_deleted_while_it_is_needed(self, checkout, place, record_property):
        accounts, kept = place / "mine" / "accounts.csv", place / "accounts.csv"
        process = begin(checkout, place, NAMES[0], NAP="4")
        shutil.move(accounts, kept)
        out, _ = process.communicate(timeout=300)
        assert process.returncode == 1
        assert "accounts.csv changed meanwhile; call again" in out
        shutil.move(kept, accounts)
        assert executed(again(checkout, place)) == set(NAMES[:FEW])
        whole = results(place)
        table = place / RUN / "results" / "table2_dataset.json"
        process = begin(checkout, place, NAMES[1], "TOPIC_SEED=5", NAP="4")
        table.unlink()
        process.communicate(timeout=300)
        assert process.returncode == 1
        assert again(checkout, place).returncode == 0
        assert results(place) == whole
        count(record_property, "data or an earlier result deleted during a run", 2)

    def test_clocks_and_times_that_jump(self, checkout, place, record_property):
        accounts = place / "mine" / "accounts.csv"
        assert executed(again(checkout, place)) == set(NAMES[:FEW])
        for when in (0, 2**33):  # 1970 and 2242
            for path in [*checkout.rglob("*.py"), *checkout.rglob("*.ipynb"), accounts]:
                os.utime(path, (when, when))
            assert executed(again(checkout, place)) == set()
        before, text = accounts.stat(), accounts.read_text()
        accounts.write_text(text.replace("e", "a"))
        os.utime(accounts, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert accounts.stat().st_size == before.st_size
        assert NAMES[0] in executed(again(checkout, place))
        count(record_property, "clocks and times of files that jump", 3)

    def test_read_only_folders(self, checkout, place, record_property):
        def calling(*words):
            return subprocess.run(
                command("DATA=mine", "--no-book", *words),
                cwd=place,
                env=environment(checkout, PYTHONDONTWRITEBYTECODE=""),
                capture_output=True,
                text=True,
                check=False,
                preexec_fn=obey_permissions,
            )

        before = contents(place / "mine")
        with read_only(place / "mine", checkout):
            assert executed(calling("RUN=run")) == set(NAMES[:FEW])
        assert contents(place / "mine") == before
        with read_only(place / RUN):
            assert in_a_sentence(calling("RUN=run"), "cannot be written", "--out")
        assert executed(calling("RUN=run")) == set()
        count(record_property, "read-only data, installation and run folder", 3)

    def test_a_full_disk(self, checkout, place, record_property):
        assert again(checkout, place).returncode == 0
        whole = results(place)
        sizes = (8, 24, 40)
        for kilobytes in sizes:
            with small_disk(place / f"disk{kilobytes}", kilobytes) as disk:
                words = ("DATA=mine", f"RUN={disk}/run", "--no-book")
                assert in_a_sentence(call(checkout, place, *words), "o space")
                free_space(disk)
                assert call(checkout, place, *words).returncode == 0
                assert {*whole} <= {*contents(disk / "run")}
        count(record_property, "a full disk, during a run", len(sizes))


@pytest.mark.long
class TestCommands:
    @pytest.fixture
    def vectors(self, tmp_path):
        checkerboard().save(tmp_path / "vectors")
        return tmp_path / "vectors"

    def words(self, vectors, out):
        train = [*MORNING, "train", "--features", str(vectors), "--out", out]
        compare = ["compare", "--features", str(vectors), "--methods", "MORNING", "--seeds", "1"]
        return {
            "sample": [*MORNING, "sample", out],
            "train best": train,
            "train quick": [*train, "--profile", "quick", "--epochs", "2", "--device", "cpu"],
            "compare": [*MORNING, *compare, "--profile", "quick", "--epochs", "2", "--cache", out],
        }

    @pytest.mark.parametrize("name", ["sample", "train best", "train quick", "compare"])
    def test_a_full_disk(self, vectors, tmp_path, name, record_property):
        def calling():
            return subprocess.run(words, capture_output=True, text=True, check=False)

        sizes = (4, 16)
        for kilobytes in sizes:
            with small_disk(tmp_path / f"disk{kilobytes}", kilobytes) as disk:
                words = self.words(vectors, str(disk / "out"))[name]
                assert in_a_sentence(calling(), "no space is left")
                if name != "compare":
                    assert not (disk / "out").exists()
                free_space(disk)
                done = calling()
                assert done.returncode == 0, done.stderr
                assert [path for path in contents(disk) if path.endswith(".partial")] == []
        count(record_property, f"a full disk, `morning {name}`", len(sizes))

    @pytest.mark.parametrize("name", ["sample", "train best", "train quick", "compare"])
    def test_a_read_only_folder(self, vectors, tmp_path, name, record_property):
        (tmp_path / "locked").mkdir()
        words = self.words(vectors, str(tmp_path / "locked" / "out"))[name]
        with read_only(tmp_path / "locked"):
            done = subprocess.run(
                words, capture_output=True, text=True, check=False, preexec_fn=obey_permissions
            )
        assert in_a_sentence(done, "ermission denied", "locked")
        count(record_property, f"a read-only folder, `morning {name}`", 1)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_killed_run_ends_like_an_undisturbed_one(place, record_property):
    words = [*MORNING, "run", "DATA=mine", "RUN=run", "PROCESSES=1", *QUICK]
    begun = time.monotonic()
    process = start(words, place)
    out, _ = process.communicate(timeout=1800)
    assert process.returncode == 0, out[-3000:]
    total = time.monotonic() - begun
    lengths = {
        name: read_json(place / RUN / "notebooks" / f"{name}.ipynb")["metadata"]["papermill"][
            "duration"
        ]
        for name in NAMES
    }
    lengths["book"] = total / 10
    (place / RUN).rename(place / "undisturbed")
    ahead, chance, lives = [*NAMES, "book"], random.Random(14), []

    def reached(process):
        """Wait until a task that was not yet killed is at a random place of its own."""
        for line in process.stdout:
            for name in ahead:
                if line.startswith((f"{name}: executing", f".  {name}")):
                    ahead.remove(name)
                    time.sleep(chance.random() * lengths[name])
                    return True
        return False

    for _ in range(MOMENTS - len(ahead)):  # while it starts
        process = start(words, place)
        time.sleep(chance.random() * 3)
        lives.append(kill(process))
    while reached(process := start(words, place)):
        lives.append(kill(process))
    assert process.wait() == 0
    found = different(place / "undisturbed", place / RUN)
    lost = [name for name in found if not (place / RUN / name).exists()]
    count(
        record_property, "kill -9 of `morning run` with its book", len(lives), len(lost), len(found)
    )
    assert found == []
    assert len(lives) == MOMENTS
    assert max(lives) < 5


@pytest.mark.long
def test_a_killed_training_ends_like_an_undisturbed_one(tmp_path, record_property):
    checkerboard().save(tmp_path / "vectors")
    state = tmp_path / "out.partial" / "model" / "full" / "seed-0.partial" / "state.safetensors"
    server = multiprocessing.get_context("forkserver")  # which imports what trains but once
    server.set_forkserver_preload(["toys.trainings"])

    def trains():
        """Start a call; return it once it trains, or has found nothing left to do."""
        before = state.stat().st_ino if state.is_file() else None
        process = server.Process(target=call_often_saved, args=(tmp_path,))
        process.start()
        while process.is_alive() and not (state.is_file() and state.stat().st_ino != before):
            time.sleep(0.005)
        return process

    undisturbed = trains()
    begun = time.monotonic()
    undisturbed.join()
    part = 1.2 * (time.monotonic() - begun) / MOMENTS
    (tmp_path / "out").rename(tmp_path / "undisturbed")
    chance, moments, found = random.Random(14), 0, set()
    while moments < MOMENTS or not (tmp_path / "out").exists():
        process = trains()
        process.join(chance.random() * part if moments < MOMENTS else None)
        if process.is_alive():
            process.kill()
            process.join()
            moments += 1
        elif moments < MOMENTS:  # it was faster than the first: once more from the start
            found |= set(different(tmp_path / "undisturbed", tmp_path / "out"))
            shutil.rmtree(tmp_path / "out")
    found |= set(different(tmp_path / "undisturbed", tmp_path / "out"))
    lost = [name for name in found if not (tmp_path / "out" / name).exists()]
    count(record_property, "kill -9 of `morning train`", moments, len(lost), len(found))
    assert not found
