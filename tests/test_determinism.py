"""One seed gives one result: with other threads, hash seeds, folders; nearly so, other kernels."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from morning.sources import demo
from toys.alike import KINDS, different, furthest, kind

ROOT = Path(__file__).resolve().parents[1]
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "MKL", "OPENBLAS")}
#: Instructions of ten years ago, for each library that chooses among them.
OLD_KERNELS = {
    "OPENBLAS_CORETYPE": "Haswell",
    "MKL_ENABLE_INSTRUCTIONS": "AVX2",
    "ATEN_CPU_CAPABILITY": "avx2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
}
SAME = {
    "nothing, in another folder": {},
    "one thread, not two": ONE_THREAD,
    "the hash seed": {"PYTHONHASHSEED": "1"},
}


def call(words, folder: Path, changed):
    """Run Python in a folder, with a cache of data there."""
    folder.mkdir()
    environment = {**os.environ, "PYTHONHASHSEED": "0", "MORNING_DATA": str(folder / "cache")}
    environment["PYTHONPATH"] = f"{ROOT / 'lib'}:{ROOT / 'tests'}"
    done = subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env=environment | changed,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return folder / "run"


def test_hash_seed_threads_and_folder_change_nothing(tmp_path):
    words = ["-m", "toys.repeated"]
    one = call([*words, tmp_path / "one"], tmp_path / "one", {})
    other = call([*words, tmp_path / "two"], tmp_path / "two", ONE_THREAD | {"PYTHONHASHSEED": "1"})
    assert {kind(path.relative_to(one).as_posix()) for path in one.rglob("*")} >= {*KINDS[:3]}
    assert different(one, other) == []


@pytest.mark.long
@pytest.mark.timeout(3600)
class TestWholeRuns:
    """A whole run with its book, on a small world with pictures."""

    @pytest.fixture(scope="class")
    @classmethod
    def run(cls, tmp_path_factory):
        base = tmp_path_factory.mktemp("repeated")
        world = base / "world"
        demo.generate(
            world, brands=8, influencers=40, posts=4, audience=3, seed=11, picture_size=32
        )
        quick = ["profile=quick", "epochs=2", "seeds=1", "topics=4", "visual=small"]
        words = ["-m", "morning_book.command", "run", f"data={world}", "run=./run", *quick]

        def run(name, changed):
            return call(words, base / name.replace(" ", "-"), changed)

        return run

    @pytest.fixture(scope="class")
    @classmethod
    def first(cls, run):
        return run("first", {})

    @pytest.mark.parametrize("changed", SAME)
    def test_every_file_is_the_same(self, run, first, changed, record_property):
        again = run(changed, SAME[changed])
        record_property("repeat", compared(changed, first, again))
        assert different(first, again) == []

    def test_other_kernels_round_differently(self, run, first, record_property):
        again = run("kernels", OLD_KERNELS)
        row = compared("the instructions of the processor (AVX2)", first, again)
        record_property("repeat", row)
        # Networks that are trained here become others, and so does what they see.
        assert furthest(first, again, "features", without="visual|networks|json") < 1e-3


def compared(changed, first, again):
    """Return a row of the page on trust: how far two runs are apart, by kind of file."""
    names = different(first, again)
    row = {"changed": changed}
    for of in KINDS:
        count = sum(kind(name) == of for name in names)
        row[of] = f"{count} files, {furthest(first, again, of):.0e}" if count else "the same"
    return row
