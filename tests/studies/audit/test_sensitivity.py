"""The choices that the paper leaves open, changed one at a time."""

import pytest
from morning.evaluation import METRICS, official_task
from morning.models.profiles import PROFILES
from morning.report.figures import audit as figures
from morning.run import Run
from morning.studies.audit.sensitivity import AS_GIVEN, sensitivity, variants
from toys.vectors import checkerboard, tiny


@pytest.mark.parametrize("name", PROFILES)
def test_variants_differ_in_one_choice_each(name):
    profile = PROFILES[name]
    found = variants(profile)
    assert next(iter(found)) == AS_GIVEN
    assert found.pop(AS_GIVEN) == profile
    assert len(found) >= 8
    assert all(variant != profile for variant in found.values())
    changed = [
        {k for k, v in vars(part).items() if v != vars(given)[k]}
        for variant in found.values()
        for part, given in (
            (variant.objective, profile.objective),
            (variant.training, profile.training),
            (variant.model, profile.model),
        )
    ]
    together = {"decay", "decay_rate"}, {"negatives", "hard_negatives"}
    assert all(len(fields) <= 1 or fields in together for fields in changed)


def test_margins_and_values():
    found = variants(PROFILES["paper"])
    assert found["margins halved"].objective.margins["content"] == 2.0
    assert found["margins doubled"].objective.margins["attribute"] == 4.0
    assert found["l1 0"].objective.l1 == 0
    assert found["5 negatives"].training.negatives == 5
    assert not found["pairs in file order"].training.shuffle
    assert found["weights start normal"].model.initialisation == "normal"
    assert found["without dropout"].model.dropout_rate == 0
    assert not {"l1 0.001", "1 negative", "without shrinkage", "with projections"} & set(found)


def test_a_row_per_variant_and_folders_of_their_own(board, tmp_path):
    on, profile = official_task(board), tiny(epochs=1)
    rows = sensitivity(board, profile, tmp_path, on, workers=1)
    without_audience = [name for name in variants(profile) if "co-attention" not in name]
    without_audience.remove("sigmoid in softmax")
    assert [row["method"] for row in rows] == without_audience
    assert (tmp_path / "l1-0" / "seed-0" / "model.json").is_file()
    for row in rows:
        assert set(row["validation"]) == set(METRICS)
        assert row["epoch"] == 1
    run = Run(tmp_path / "run")
    run.write("audit", rows, on)
    assert run.read("audit")["rows"][0]["method"] == AS_GIVEN


def test_without_validation_brands(tmp_path):
    board = checkerboard(brands={"train": 4, "validation": 0, "test": 2})
    profile = tiny(epochs=1)
    rows = sensitivity(board, profile, tmp_path, official_task(board), workers=1)
    assert {row["validation"] for row in rows} == {None}
    assert figures.sensitivity(rows, {"validation": None, "test": None}).axes
