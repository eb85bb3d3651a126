"""What a rank is worth: it holds for brands that took no part."""

from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from morning.errors import MorningError
from morning.recommend.chance import Chance, Chances, only, partners_by_rank
from morning.run import Run
from toys.vectors import checkerboard


def test_known_shares():
    partners = np.zeros((10, 7), dtype=bool)
    partners[:8, 0] = True  # rank 1: 8 of 10
    partners[:5, 1] = True  # ranks 2 and 3: 5 of 20
    partners[:2, 6] = True  # ranks 4 to 7: 2 of 40
    found = Chance.of(partners)
    assert [(r.first, r.last, r.share) for r in found.ranges] == [(1, 1, 0.8), (2, 3, 0.25),
                                                                  (4, 7, 0.05)]  # fmt: skip
    assert list(found.at(np.array([1, 3, 4, 99]))["chance"]) == [0.8, 0.25, 0.05, 0.05]


@given(arrays(bool, st.tuples(st.integers(1, 12), st.integers(1, 40))))
def test_ranges_have_no_hole_and_shares_never_rise(partners):
    found = Chance.of(partners)
    assert found.ranges[0].first == 1
    assert found.ranges[-1].last == partners.shape[1]
    for before, after in zip(found.ranges, found.ranges[1:], strict=False):
        assert after.first == before.last + 1
        assert after.share < before.share
    total = sum((r.last - r.first + 1) * r.share for r in found.ranges)
    assert total == pytest.approx(partners.sum() / len(partners))
    for each in found.ranges:
        if each.low is not None:
            assert 0 <= each.low <= each.share <= each.high <= 1


def test_intervals_hold_what_they_promise():
    """Of rankings whose true shares are known, about 95 % of the intervals hold them."""
    rng = np.random.default_rng(0)
    true = 0.5 / np.arange(1, 64) ** 0.7
    held = []
    for _ in range(400):
        liking = rng.gamma(4, 1 / 4, (60, 1))  # brands differ in how many partners they have
        partners = rng.random((60, 63)) < np.minimum(true * liking, 1)
        for each in Chance.of(partners).ranges:
            expected = np.minimum(true * rng.gamma(4, 1 / 4, (4000, 1)), 1)
            share = expected[:, each.first - 1 : each.last].mean()
            held.append(each.low <= share <= each.high)
    assert 0.92 <= np.mean(held) <= 0.98


def test_partners_by_rank():
    scores, positives = np.array([[1.0, 3.0, 2.0]]), np.array([[True, False, True]])
    assert partners_by_rank(scores, positives).tolist() == [[False, True, True]]


def test_fewer_blocks_are_ranges_of_their_own(made):
    features = made.features()
    chances = Chances.load(made.chances)
    assert len(chances.by_known) == 2 ** len(features.blocks) - 2
    assert frozenset({"attribute"}) not in chances.by_known  # it knew the collaborations
    whole = chances.by_known[frozenset(features.blocks)]
    assert whole.brands == len(features.brands("train", "validation"))
    assert whole.candidates == len(features.influencers())


@pytest.mark.parametrize("brands", [1, 2, 3, 7])
def test_few_brands(brands):
    features = checkerboard(brands={"train": 3, "test": 2})
    split = features.accounts["split"].copy()
    split.iloc[features.brands()[brands:]] = "test"
    features = replace(features, accounts=features.accounts.assign(split=split))
    chances = Chances.fit(features)
    assert bool(chances.by_known) == (brands > 1)
    for each in chances.by_known.values():
        assert (each.brands, each.candidates) == (brands, len(features.influencers()))
        assert all(r.low is None for r in each.ranges)  # fewer than ten allow no interval


def test_it_comes_back_from_disk(made, tmp_path):
    chances = Chances.load(made.chances)
    chances.save(tmp_path / "again.json")
    assert asdict(Chances.load(tmp_path / "again.json")) == asdict(chances)


@pytest.mark.parametrize("text", ["", "{}", '{"chances": [{"known": ["a"]}]}', "[1]"])
def test_a_damaged_file_is_one_sentence(text, tmp_path):
    (tmp_path / "chances.json").write_text(text)
    with pytest.raises(MorningError, match="cannot be read"):
        Chances.load(tmp_path / "chances.json")


def test_a_run_of_another_version_has_none(tmp_path):
    with pytest.raises(MorningError):
        Chances.load(Run(tmp_path).chances)


def test_only_some_blocks(made):
    from morning.models.best import Best

    model, features = Best.load(made.best), made.features()
    rows = model.rows(features)
    shown = only(model, rows, ["attribute"])
    kept = model.columns("attribute")
    assert np.array_equal(shown[:, kept], rows[:, kept])
    assert np.isnan(np.delete(shown, kept, axis=1)).all()
