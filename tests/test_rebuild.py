"""What a second call redoes: of a checkout whose notebooks only write what their stage writes."""

import os
import signal
import subprocess

import pandas as pd
import pytest
from morning.sources.sample import write_sample
from morning_book.stages import parameters_cell
from toys.checkout import STAGES as ALL
from toys.checkout import call, command, environment, toy_checkout
from toys.notebooks import executed

#: From the data to a model and to what a ranking writes for the book; and pages that wait for none.
CHAPTERS = {
    *("01_dataset", "02_content_features", "03_audience_features", "04_attribute_graph"),
    *("05_model", "12_recommend", "00_first_ten", "13_benchmark"),
}
STAGES = [stage for stage in ALL if stage.name in CHAPTERS]


def following(*settings: str) -> set[str]:
    """Return the chapters that take a setting, or read what these write."""
    found = {stage.name for stage in STAGES if {*settings} & {*parameters_cell(stage.notebook)}}
    for stage in STAGES:
        written = {place for other in STAGES if other.name in found for place in other.writes}
        if written & {*stage.reads}:
            found.add(stage.name)
    return found


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """Return a checkout whose notebooks only write what their stage writes."""
    return toy_checkout(tmp_path_factory.mktemp("made") / "checkout", CHAPTERS)


def test_each_run_has_a_book_of_its_own_that_follows_its_sources(checkout, tmp_path):
    for name in ("posts", "tables"):
        write_sample(tmp_path / name)
    (tmp_path / "tables" / "posts.csv").unlink()

    def build(data):
        """Build a book; return its first chapter, the executed notebooks, whether rendered."""
        index = tmp_path / "runs" / data / "book" / "html" / "index.html"
        before = index.stat().st_mtime_ns if index.exists() else None
        done = call(checkout, tmp_path, f"DATA={data}", "PROCESSES=1")
        names = executed(done)
        assert done.stdout.splitlines()[-1] == str(index)
        chapter = index.parent / "notebooks" / "01_dataset.html"
        return chapter.read_text(), names, index.stat().st_mtime_ns != before

    text, names, rendered = build("posts")
    assert "only with posts" in text
    assert names == CHAPTERS
    text, names, rendered = build("tables")
    assert "only with posts" not in text
    text, names, rendered = build("posts")
    assert "only with posts" in text
    assert (names, rendered) == (set(), False)

    concepts = checkout / "lib" / "morning" / "attributes" / "isa.tsv"
    concepts.write_text(concepts.read_text() + "\n")
    assert build("posts")[1:] == ({"04_attribute_graph"}, True)

    (checkout / "book" / "_static" / "sub").mkdir()
    (checkout / "book" / "_static" / "sub" / "a.css").write_text("p {}")
    assert build("posts")[1:] == (set(), True)


@pytest.fixture(scope="module")
def interrupted(checkout, tmp_path_factory):
    """Return a folder with the sample of data, and the call on it that was interrupted."""
    folder = tmp_path_factory.mktemp("begun")
    write_sample(folder / "mine")
    started = subprocess.Popen(
        command("DATA=mine", "--no-book"),
        cwd=folder,
        env=environment(checkout, NAP="5"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # not so in the back
    )
    for line in started.stdout:
        if "02_content_features: executing" in line:
            break
    os.killpg(started.pid, signal.SIGINT)
    out, err = started.communicate(timeout=300)
    return folder, subprocess.CompletedProcess(started.args, started.returncode, out, err)


def test_an_interrupted_call_says_how_to_go_on(interrupted):
    _, done = interrupted
    assert done.returncode == 130
    assert done.stderr.splitlines()[-1] == "interrupted; call again to go on"
    assert "Traceback" not in done.stdout + done.stderr


def test_a_later_call_redoes_what_follows_and_says_why(checkout, interrupted):
    folder, _ = interrupted

    def again(*words):
        done = call(checkout, folder, "DATA=mine", *words, "--no-book")
        return executed(done), done.stdout

    # Pages that read committed numbers alone wait for nothing, and may have been done or not.
    free = {stage.name for stage in STAGES if not set(stage.writes)}
    assert again()[0] - free == CHAPTERS - free - {"01_dataset"}
    assert again("PROCESSES=1")[0] == set()
    changed, _ = again("TOPIC_SEED=5")
    assert changed == following("topic_seed")
    assert not {"01_dataset", "04_attribute_graph"} & changed

    accounts = folder / "mine" / "accounts.csv"
    table = pd.read_csv(accounts)
    table.assign(biography="coffee and travel").to_csv(accounts, index=False)
    edited, said = again("TOPIC_SEED=5")
    assert edited == {stage.name for stage in STAGES if stage.opens_data}
    assert "accounts.csv changed: redoing 01_dataset, 02_content_features" in said
