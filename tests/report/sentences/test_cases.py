"""The paper's sentences on its four accounts, beside ours."""

import re

import pytest
from morning.report.sentences.cases import compare_cases
from morning.studies.cases import find_cases
from toys.ranked import MODELS, Fixed, world

#: m1 is first, m6, its twin, second, m3 last.
TWINS = [Fixed(f=[6, 8, 5, 0, 4, 3, 7, 2], h=[0, 8, 1, 5, 2, 3, 7, 4], F=[6, 8, 5, 0, 4, 3, 7, 2])]


def test_all_four():
    said = compare_cases(find_cases(*world(), MODELS, "diner"))
    assert "1, 4, 200, 65 of “798”" in said
    assert "the pool has 797" in said
    assert (
        "2 (top partner), 1 (top non-partner), 8 (lowest partner), 7 (low look-alike) of 8, "
        "for a brand with 3 partners" in said
    )
    assert "is ranked 2, not first" in said
    assert "It is not especially like the top partner" in said
    assert "is far from its brand" in said
    assert "The low look-alike is nearer to the top partner than **" in said
    assert len(re.findall("^- ", said, re.M)) == 5


def test_twins_are_alike_and_the_weakest_part_is_named():
    features, task = world()
    topics = features.blocks["content_topics"]
    topics[3] = topics[10]  # m0, which would be as near as the twin
    said = compare_cases(find_cases(features, task, TWINS, "diner"))
    assert "the top partner is ranked first" in said
    assert "It is like the top partner in everything that the data show" in said
    assert "holds it back most is content: f is above that of 0%" in said


@pytest.mark.parametrize("partners", [(0,), range(8), (3, 5, 6, 7)])
def test_what_is_missing_is_said(partners):
    study = find_cases(*world(partners), MODELS, "bar")
    said = compare_cases(study)
    assert not re.search(r"\b(nan|None)\b", said)
    for role, why in study.absent.items():
        assert f"There is no {role}: {why}." in said
