"""Whatever happened to a folder, it is read right or refused in the documented way."""

from random import Random

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from morning.dataset import Dataset
from morning.errors import ContractError, Problem
from morning.prepare.checked import as_dict, checked
from morning.sources import load
from toys.folders import tables
from toys.mutations import write_mutated


def read(folder) -> tuple[Dataset | None, list[Problem]]:
    """Return the data of a folder, or why there are none."""
    try:
        return load(folder).dataset, []
    except ContractError as error:
        return None, error.problems


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_check_and_load_agree_and_nothing_else_is_raised(tmp_path_factory, seed):
    folder = tmp_path_factory.mktemp("any") / "mine"
    event(write_mutated(Random(seed), tables(), folder).split(", ")[-1])
    report, view = checked(folder)
    assert all(len(str(problem)) < 2000 for problem in [*report.errors, *report.warnings])
    assert bool(as_dict(report, view)["errors"]) != report.ok
    dataset, problems = read(folder)
    assert (dataset is None) == (view is None)
    if dataset is None:
        assert problems == report.errors
    else:
        assert dataset.check()[1] == []
