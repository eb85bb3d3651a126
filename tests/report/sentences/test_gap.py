"""The answer in one paragraph, and where its numbers come from."""

from morning.report.sentences.gap import added_by_training, answer, origin
from morning.report.sentences.published import origin_of_run
from toys.evidence import found


def test_the_answer_has_the_numbers():
    said = " ".join(answer(found(), {"similarity": 0.849, "MORNING-best": 0.864}))
    assert "The paper prints an AUC of 0.882" in said
    assert "recipe gives 0.780 on the topics and attributes that were released, 0.102 less" in said
    assert "+0.065 is the recipe: normal-0-0-with" in said
    assert "another split of the brands +0.025" in said
    assert "similarity 0.849, MORNING-best 0.864" in said
    assert "From the best of all that was tried on these two blocks, 0.018 remain" in said


def test_nothing_was_run():
    for few in ({}, {"grid": found()["grid"][:5]}):
        assert answer(few, {})[0].startswith("The grid of recipes is not whole yet")


def test_only_the_grid():
    said = " ".join(answer({"grid": found()["grid"]}, {"similarity": 0.8}))
    assert "another split" not in said
    assert "0.037 remain" in said


def test_what_training_can_have_added():
    added = {
        "seen in another category": {"value": 0.01, "ci95": [-0.02, 0.04]},
        "seen in the brand's category": {"value": -0.02, "ci95": None},
    }
    said = added_by_training({"added_by_training": added})
    assert "*seen in another category* +0.010 (95 % interval -0.020 to +0.040)" in said
    assert said.endswith("*seen in the brand's category* -0.020.")
    assert added_by_training({}).startswith("No partner of a test brand was seen")


def test_when_rows_were_computed_and_by_which_code():
    rows = [row for each in found().values() for row in each]
    said = origin(rows)
    assert said.startswith(
        f"{len(rows)} rows, computed on the benchmark (2026-11-01 to 2026-11-03)"
    )
    assert "files of the library behind 3 of them were edited since" in said
    assert "edited" not in origin(rows[:2])
    assert origin([]) == "Nothing of this was computed yet."


def test_where_a_published_run_comes_from():
    made = {"date": "2026-11-01", "code": "a" * 64, "settings": {"data": "public", "seeds": 3}}
    said = origin_of_run({"made": made})
    assert "on 2026-11-01 (data public, seeds 3; code `aaaaaaaaaaaa`)" in said
