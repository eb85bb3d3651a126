"""Who stands for what in a ranking, on a task whose ranking is written out."""

import json
from dataclasses import replace

import numpy as np
import pytest
from morning.errors import MorningError
from morning.studies.cases import (
    LOOK_ALIKE,
    LOWEST_PARTNER,
    ROLES,
    TOGETHER,
    TOP_PARTNER,
    TOP_STRANGER,
    case_rows,
    default_brand,
    find_cases,
    nearer_than,
)
from toys.ranked import MODELS, Fixed, world


def found(study):
    return {case.role: (case.account_id, case.rank) for case in study.cases}


def test_roles_and_ranks():
    study = find_cases(*world(), MODELS, "diner")
    assert found(study) == {
        TOP_PARTNER: ("m0", 2),
        TOP_STRANGER: ("m2", 1),
        LOWEST_PARTNER: ("m3", 8),
        LOOK_ALIKE: ("m6", 7),
    }
    assert list(ROLES) == [case.role for case in study.cases]
    assert study.absent == {}
    assert (study.partners, study.candidates) == (3, 8)
    assert study.typical == {TOP_PARTNER: 2, TOP_STRANGER: 1, LOWEST_PARTNER: 8}


def test_scores_are_means_over_models_and_bars_say_who_scores_lower():
    doubled = Fixed(**{part: 3 * x for part, x in MODELS[0].scores.items()})
    top = find_cases(*world(), [MODELS[0], doubled], "bar").case(TOP_PARTNER)
    assert top.scores == {"f": 8, "F": 16}
    assert top.beats == {"f": 6 / 7, "F": 6 / 7}
    assert top.row == 3


def test_likeness_of_twins_is_one():
    study = find_cases(*world(), MODELS, "diner")
    top, alike = study.case(TOP_PARTNER), study.case(LOOK_ALIKE)
    assert study.to_partner.loc[alike.row, "content_topics"] == pytest.approx(1)
    assert study.to_partner.loc[alike.row, TOGETHER] == pytest.approx(1)
    stranger = study.case(TOP_STRANGER)
    assert study.to_partner.loc[stranger.row, TOGETHER] < 0.5
    assert nearer_than(study.to_partner, stranger.row, top.row)[TOGETHER] < 0.5
    assert study.to_brand.loc[top.row, TOGETHER] == pytest.approx(1)


@pytest.mark.parametrize(
    ("partners", "roles"),
    [
        ((0,), {TOP_PARTNER, TOP_STRANGER, LOOK_ALIKE}),
        (range(8), {TOP_PARTNER, LOWEST_PARTNER}),
        ((3, 5, 6, 7), {TOP_PARTNER, TOP_STRANGER, LOWEST_PARTNER}),  # all of the lower half
        ((), {TOP_STRANGER}),
    ],
)
def test_a_role_that_nobody_has_is_left_out_and_said(partners, roles):
    features, task = world()
    positives = np.zeros_like(task.positives)
    positives[:, list(partners)] = True
    study = find_cases(features, replace(task, positives=positives), MODELS, "bar")
    assert set(found(study)) == roles
    assert set(study.absent) == set(ROLES) - roles
    assert all(study.absent.values())


def test_the_default_brand():
    features, task = world()
    assert default_brand(features, task) == "diner"
    other = replace(task, categories=np.array(["drink", "auto"]))
    assert default_brand(features, other) == "bar"
    more = other.positives.copy()
    more[1, 7] = True
    assert default_brand(features, replace(other, positives=more)) == "diner"


def test_a_brand_that_is_none():
    with pytest.raises(MorningError, match="'old' is no test brand; these are: bar, diner"):
        find_cases(*world(), MODELS, "old")


def test_rows_name_nobody():
    text = json.dumps(case_rows(find_cases(*world(), MODELS, "bar")), allow_nan=False)
    assert '"role": "top partner", "rank": 2, "f": 4.0, "F": 8.0' in text
    assert "m0" not in text


def test_partners_with_one_score_are_two_accounts():
    features, task = world()
    level = Fixed(**{part: np.zeros_like(x) for part, x in MODELS[0].scores.items()})
    study = find_cases(features, task, [level], "diner")
    assert len({case.row for case in study.cases}) == len(study.cases) == 4
