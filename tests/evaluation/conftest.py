"""The real benchmark, loaded once for all tests of the evaluation."""

import pytest
from morning.evaluation import official_task
from morning.sources import public


@pytest.fixture(scope="session")
def benchmark(mirror):
    """FeatureSet of the released files."""
    return public.load(mirror)


@pytest.fixture(scope="session")
def official(benchmark):
    """The task of the paper's tables: 74 test brands by 797 candidates."""
    return official_task(benchmark)
