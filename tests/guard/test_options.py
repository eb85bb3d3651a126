"""Options from JSON have the types of their fields."""

from dataclasses import asdict

import pytest
from morning.guard.options import options
from morning.models.best import BestOptions
from morning.models.morning import ModelOptions
from morning.models.profiles import PROFILES, TrainingOptions


def test_options_come_back():
    for profile in PROFILES.values():
        assert options(ModelOptions, asdict(profile.model)) == profile.model
        assert options(TrainingOptions, asdict(profile.training)) == profile.training
    without = BestOptions(association=None)
    assert options(BestOptions, asdict(without)) == without


@pytest.mark.parametrize(
    ("kind", "wrong", "told"),
    [
        (TrainingOptions, {"seed": 1.0}, "seed is 1.0, no int"),
        (TrainingOptions, {"seed": True}, "seed is True, no int"),
        (TrainingOptions, {"learning_rate": float("inf")}, "learning_rate is inf"),
        (ModelOptions, {"negative_slope": 1e308}, "negative_slope is 1e\\+308"),
        (TrainingOptions, {"learning_rate": None}, "learning_rate is None, no float"),
        (TrainingOptions, {"heat": 1}, "heat"),
        (ModelOptions, {"layers": {"attribute": [1, "2"]}}, "layers is '2', no int"),
        (ModelOptions, {"perspectives": "content"}, "perspectives is 'content', no tuple"),
        (BestOptions, {"shrinkage": [[1.0]]}, "shrinkage"),
    ],
)
def test_other_types_are_refused(kind, wrong, told):
    with pytest.raises((TypeError, ValueError, KeyError), match=told):
        options(kind, wrong)


def test_whole_numbers_stand_for_others():
    made = options(TrainingOptions, {"learning_rate": 1})
    assert (type(made.learning_rate), made.learning_rate) == (float, 1.0)
