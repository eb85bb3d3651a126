"""Settings beside where they are set."""

from dataclasses import fields

from morning.models import PROFILES
from morning.models.morning import ModelOptions
from morning.report.tables.options import inputs, options


def test_every_field_of_a_profile_has_its_line():
    table = options({"paper": PROFILES["paper"], "code": PROFILES["code"]}).data
    assert {f"ModelOptions.{field.name}" for field in fields(ModelOptions)} <= set(table.index)
    assert table.loc["ModelOptions.initialisation"].tolist() == ["uniform", "normal"]
    assert table.loc["ModelOptions.projections"].tolist() == ["yes", "no"]
    assert table.loc["ObjectiveOptions.margins", "paper"] == "content 4; audience 2; attribute 2"
    assert table.loc["TrainingOptions.learning_rate", "paper"] == "0.002"
    assert "content_topics 128, 512" in table.loc["ModelOptions.layers", "paper"]


def test_inputs_are_those_of_the_paper():
    table = inputs().data["value"]
    assert table["features.posts.RECENT"] == "50"
    assert table["AudienceOptions.accounts"] == "25"
    assert table["VisualOptions.threshold"] == "0.1"
    assert table["Node2VecOptions.walk_length"] == "80"
    assert "VisualOptions.workers" not in table
