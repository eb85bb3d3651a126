"""Whatever happened to a file, its reader gives a valid object or a MorningError, soon and small.

Each reader is tried on a valid file first; then its file is damaged anew for every case. A refusal
that only the end of memory caused is a fault, too.
"""

import logging
import resource
import shutil
import time
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from morning.errors import MorningError
from morning.features.visual.pictures import UnusablePictureError
from toys.damage import damage
from toys.readers import FOLDERS, READERS, sign

#: What a case may take beyond what the process has, and for how long.
MEMORY, SECONDS = 1 << 30, 10.0


@pytest.fixture
def capped():
    """Cap the memory of the process; what readers warn of is not shown."""
    logging.disable(logging.CRITICAL)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + MEMORY, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)
    logging.disable(logging.NOTSET)


def of_memory(error: BaseException | None) -> bool:
    """Whether the end of memory is what led to an error."""
    if error is None:
        return False
    told = isinstance(error, MemoryError) or "alloc" in str(error).lower()
    return told or of_memory(error.__cause__ or error.__context__)


def tried(read: Callable[[Path], object], folder: Path) -> tuple[str, str]:
    """Return how a case ended, and what was said where only the end of memory refused it.

    The error itself is let go here: what it holds of the file would be kept by a cycle.
    """
    try:
        read(folder)
    except (MorningError, UnusablePictureError) as error:
        return "refused", str(error) if of_memory(error) else ""
    return "accepted", ""


def fuzzed(name: str, folder: Path, cases: int) -> Counter:
    """Damage and read a file so often; return how many cases were accepted and refused."""
    make, read = (READERS | FOLDERS)[name]
    valid = folder / "valid"
    valid.mkdir()
    make(valid)
    read(valid)  # the seed is valid, else nothing is shown
    found: Counter[str] = Counter()

    @settings(
        max_examples=cases,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(seed=st.integers(0, 2**64))
    def case(seed):
        rng, mine = Random(seed), folder / "damaged"
        shutil.rmtree(mine, ignore_errors=True)
        shutil.copytree(valid, mine)
        damage(rng, mine)
        if rng.random() < 0.7:
            sign(mine)
        start = time.process_time()
        outcome, why = tried(read, mine)
        found[outcome] += 1
        assert not why, why
        assert time.process_time() - start < SECONDS

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        case()
    return found


@pytest.mark.parametrize("name", READERS)
def test_a_damaged_file_is_read_or_refused(tmp_path, capped, name):
    assert fuzzed(name, tmp_path, 100)["refused"] > 0


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", READERS | FOLDERS)
def test_over_and_over(tmp_path, capped, name, record_property):
    found = fuzzed(name, tmp_path, 1000)
    assert found["refused"] > 0
    record_property("fuzz", {"reader": name, "cases": found.total(), **found})
