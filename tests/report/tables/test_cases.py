"""Tables of the case study."""

import pytest
from morning.report.tables.cases import case_ranks, likeness_to_brand, likeness_to_partner
from morning.studies.cases import (
    LOOK_ALIKE,
    LOWEST_PARTNER,
    TOP_PARTNER,
    TOP_STRANGER,
    find_cases,
)
from toys.ranked import MODELS, world


def study_of(*partners):
    return find_cases(*world(partners), MODELS, "diner")


def test_ranks_beside_those_of_the_paper():
    table = case_ranks(study_of(0, 1, 3)).data
    assert table.loc[TOP_PARTNER].tolist() == ["PE1: 1 of 797", "2 of 8", "2"]
    assert table.loc[LOOK_ALIKE].tolist() == ["NESN: 65 of 797", "7 of 8", "–"]
    assert case_ranks(study_of(0)).data.loc[LOWEST_PARTNER].tolist()[1:] == ["–", "–"]


def test_likeness():
    study = study_of(0, 1, 3)
    brand, partner = likeness_to_brand(study).data, likeness_to_partner(study).data
    assert list(brand.columns) == ["ACT", "together"]
    assert list(brand.index) == [TOP_PARTNER, TOP_STRANGER, LOWEST_PARTNER, LOOK_ALIKE]
    assert brand.loc[TOP_PARTNER, "ACT"].startswith("1.00 (")
    assert list(partner.index) == [TOP_STRANGER, LOWEST_PARTNER, LOOK_ALIKE]
    assert partner.loc[LOOK_ALIKE, "together"].startswith("1.00 (")


def test_nothing_to_compare_with():
    features, task = world()
    task.positives[:] = False
    assert likeness_to_partner(find_cases(features, task, MODELS, "bar")) is None


@pytest.mark.parametrize("partners", [(0,), range(8)])
def test_what_is_missing_is_no_row(partners):
    study = study_of(*partners)
    assert len(likeness_to_brand(study).data) == len(study.cases)
