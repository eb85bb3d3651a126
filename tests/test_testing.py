"""A ranker of another package: registered by an entry point, held to the shipped contract."""

import os
import subprocess
import sys

import pytest

RANKER = """
from dataclasses import dataclass

import numpy as np
from morning.rankers import Ranker, register


@dataclass(frozen=True)
class LengthOptions:
    block: str = "attribute"


@register(parts=[LengthOptions("content_topics")])
class Length(Ranker):
    kind = "length"
    options_type = LengthOptions
    note = "length of the candidate's vector"

    @property
    def name(self):
        return self.kind if self.options.block == "attribute" else f"length-{self.options.block}"

    @property
    def needs(self):
        return (self.options.block,)

    def _fit(self, training, seed, folder, progress):
        block = training.inputs.features.blocks[self.options.block]
        return {"length": np.linalg.norm(block, axis=1)}

    def _score(self, arrays, brands, influencers):
        return np.tile(arrays["length"][influencers], (len(brands), 1))
"""

TEST = """
import pytest
from lengths import Length
from morning.testing import RankerContract


class TestLength(RankerContract):
    @pytest.fixture(scope="class")
    @classmethod
    def make(cls):
        return Length
"""


@pytest.fixture
def elsewhere(tmp_path):
    """Return a runner in which a package of other people is installed."""
    (tmp_path / "lengths.py").write_text(RANKER)
    (tmp_path / "broken.py").write_text("raise RuntimeError('of no use')")
    info = tmp_path / "lengths-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: lengths\nVersion: 1.0\n")
    entries = "[morning.rankers]\nlength = lengths:Length\nbroken = broken\n"
    (info / "entry_points.txt").write_text(entries)
    path = os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])

    def run(*arguments):
        return subprocess.run(
            [sys.executable, *arguments],
            env={**os.environ, "PYTHONPATH": path},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_it_is_a_method_like_any_other_and_a_broken_one_harms_nobody(elsewhere, tmp_path):
    shown = elsewhere(
        "-c",
        "from morning.rankers import ROWS, PARTS, ranker\n"
        "print(ROWS[-1], PARTS[-1], ranker('length').needs)",
    )
    assert shown.stdout.split(maxsplit=2) == ["length", "length-content_topics", "('attribute',)\n"]
    assert "broken (broken) cannot be loaded: RuntimeError('of no use')" in shown.stderr


def test_the_command_compares_it(elsewhere, tmp_path, tiny_features):
    tiny_features().save(tmp_path / "vectors")
    done = elsewhere(
        *("-m", "morning.cli", "compare", "--features", str(tmp_path / "vectors")),
        *("--methods", "length,popularity", "--seeds", "1", "--format", "csv"),
    )
    assert done.returncode == 0, done.stderr
    assert [line.split(",")[0] for line in done.stdout.splitlines()[1:]] == ["length", "popularity"]


def test_its_contract_test_runs_with_ours(elsewhere, tmp_path):
    (tmp_path / "test_lengths.py").write_text(TEST)
    done = elsewhere("-m", "pytest", "-q", "-p", "no:cacheprovider", "test_lengths.py")
    assert done.returncode == 0, done.stdout[-2000:]
    assert "10 passed" in done.stdout


def test_a_broken_promise_is_found(elsewhere, tmp_path):
    ours = (tmp_path / "lengths.py").read_text()
    (tmp_path / "lengths.py").write_text(
        ours.replace('    kind = "length"', '    seeded = True\n    kind = "length"')
    )
    (tmp_path / "test_lengths.py").write_text(TEST)
    done = elsewhere("-m", "pytest", "-q", "-p", "no:cacheprovider", "test_lengths.py")
    assert "1 failed" in done.stdout
    assert "test_same_seed_same_scores_other_seed_other_scores" in done.stdout


def test_without_pytest_it_says_what_to_install(elsewhere):
    code = "import sys; sys.modules['pytest'] = None; import morning.testing"
    assert "pip install pytest" in elsewhere("-c", code).stderr
