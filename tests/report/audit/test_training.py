"""Choosing the epoch, and the open choices: trainings of a moment, read back."""

from dataclasses import replace

import numpy as np
import pytest
from morning.report.audit import selection, sensitivity
from morning.studies.audit import sensitivity as open_choices
from morning.studies.audit.selection import selection as choices
from morning.studies.audit.subject import Subject
from toys.audited import assert_sound
from toys.vectors import tiny


@pytest.fixture(scope="module")
def trained(board, watched):
    return Subject.of(board, watched)


def test_the_choice_of_the_epoch(trained, watched, watched_folder):
    section = selection(trained, tiny(), watched_folder)
    assert_sound(section)
    picked = choices(watched)
    assert section.findings["selection"]["validation"] == picked.loc["validation"].to_dict()
    assert "epoch" not in section.findings["selection"]["best of each metric"]
    table = section.tables[0].data
    assert table["AUC"].tolist() == picked["auc"].tolist()
    test = np.array([[e["watched"]["auc"] for e in model.history] for model in watched])
    chosen = np.mean([row[model.epoch - 1] for row, model in zip(test, watched, strict=True)])
    best = test.max(axis=1).mean()
    assert f"Choosing by test AUC would add {best - chosen:+.3f} AUC" in section.text
    last = test[:, -1].mean() - chosen
    assert f"looks at no brand at all, differs by {last:+.3f} AUC, " in section.text
    assert "The watched trainings end with the same scores as those of" in section.text
    left = section.figure.axes[0]
    assert sum(line.get_marker() == "o" for line in left.lines) == len(watched)


def test_other_trainings_have_other_scores(trained, watched_folder):
    other = replace(trained, scores=[s + 1 for s in trained.scores])
    assert "with other scores than" in selection(other, tiny(), watched_folder).text


@pytest.fixture(scope="module")
def short(tmp_path_factory, trained):
    """Return the folder with every variant's training, and the rows of the study."""
    folder = tmp_path_factory.mktemp("variants")
    return folder, open_choices.sensitivity(
        trained.features, tiny(epochs=1), folder, trained.task, workers=1
    )


def test_the_open_choices(trained, short):
    folder, rows = short
    section = sensitivity(trained, tiny(epochs=1), folder)
    assert_sound(section)
    assert section.rows == [row | {"part": "sensitivity"} for row in rows]
    sd = trained.row["sd"]["auc"]
    assert section.findings["sensitivity"] == {"epochs": 1, "seed_sd": sd}
    table = section.tables[0].data
    auc = np.array([row["auc"] for row in rows])
    assert table["test", "AUC"].tolist() == auc.tolist()
    assert table["validation", "MAP"].tolist() == [row["validation"]["map"] for row in rows]
    moves = auc[1:] - auc[0]
    widest = np.abs(moves).argmax()
    assert section.text.startswith("Trainings of 1 epochs, seed 0. The widest move of test AUC is ")
    assert f"is {moves[widest]:+.3f}, by *{rows[1 + widest]['method']}*." in section.text
    noise = 12.706 * sd * 2**0.5  # Student's t with one degree of freedom, and two runs
    beyond = [r["method"] for r, move in zip(rows[1:], moves, strict=True) if abs(move) > noise]
    assert f"differ by up to {noise:.3f} in test AUC" in section.text
    assert f"Moves beyond that: {', '.join(beyond) or 'none'}." in section.text
    bands = [len(axis.patches) for axis in section.figure.axes]
    assert bands == [1, 1]


def test_without_validation_brands_and_with_one_seed(
    trained, watched, short, monkeypatch, tmp_path
):
    rows = [row | {"validation": None, "auc": 0.5} for row in short[1]]
    rows[1]["auc"], rows[2]["auc"] = 0.8, 0.3
    monkeypatch.setattr(open_choices, "sensitivity", lambda *_: rows)
    bare = [{k: v for k, v in entry.items() if k != "validation"} for entry in watched[0].history]
    subject = Subject.of(trained.features, [replace(watched[0], history=bare)])
    section = sensitivity(subject, tiny(epochs=1), tmp_path)
    assert_sound(section)
    assert section.tables[0].data["validation"].isna().all(axis=None)
    assert [len(axis.patches) for axis in section.figure.axes] == [0, 0]
    text = f"The widest move of test AUC is +0.300, by *{rows[1]['method']}*. "
    assert section.text.endswith(text)  # nothing of a standard deviation
