"""Whatever happened to a folder, it is read right or refused in the documented way."""

from random import Random

import pytest
from hypothesis import event, given, settings
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


def agree(folder, seed) -> None:
    """Hold what check says of a mutated folder against what load gives."""
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


SEEDS = st.integers(0, 2**32)


@settings(max_examples=60)
@given(seed=SEEDS)
def test_check_and_load_agree_and_nothing_else_is_raised(tmp_path_factory, seed):
    agree(tmp_path_factory.mktemp("any") / "mine", seed)


@pytest.mark.long
@settings(max_examples=300)
@given(seed=SEEDS)
def test_so_they_do_over_and_over(tmp_path_factory, seed):
    agree(tmp_path_factory.mktemp("any") / "mine", seed)
