"""COSMIC: shapes of the released network, exact parts, and a task whose answer is known."""

from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np
import pytest
import torch
from morning.errors import MorningError
from morning.features.rivals.cosmic import Cosmic, CosmicOptions, train_cosmic

TINY = CosmicOptions(size=12, hidden=16, embedding_size=8, epochs=2, batch_size=8, device="cpu")


def stripes(n, seed=0):
    """Pictures of one bright colour each, and the concept of that colour."""
    rng = np.random.default_rng(seed)
    colour = rng.integers(0, 3, n)
    pictures = rng.integers(0, 60, (n, 12, 12, 3)).astype(np.uint8)
    pictures[np.arange(n), :, :, colour] = rng.integers(180, 255, (n, 12, 12))
    return pictures, np.eye(3)[colour]


def test_sizes_are_the_released_ones():
    model = Cosmic(420, CosmicOptions(size=224))
    assert model.first.weight.shape == (1024, 19 * 19 * 128)
    assert model.last.weight.shape == (100, 1024)
    assert model.last.bias is None
    assert model.table.shape == (420, 100)
    widths = [c.weight.shape[:2] for c in model.convolutions]
    assert widths == [(32, 3), (64, 32), (64, 64), (128, 64), (128, 128)]
    assert float(model.table.detach().abs().max()) <= 1
    weights = torch.cat([c.weight.detach().flatten() for c in model.convolutions])
    assert 0.9 < float(weights.std()) < 1.1
    assert [tuple(w.shape) for w in model.penalised()] == [(1024, 46208), (100, 1024)]


def test_logits_are_means_of_products_with_the_concepts():
    torch.manual_seed(0)
    model = Cosmic(5, TINY).eval()
    x = torch.rand(4, 3, 12, 12)
    with torch.no_grad():
        expected = (model.vectors(x)[:, None] * model.table[None]).mean(dim=2)
        torch.testing.assert_close(model(x), expected)


def test_distributions_do_not_depend_on_the_others():
    torch.manual_seed(0)
    model = Cosmic(3, TINY)
    pictures, _ = stripes(300)
    together = model.distributions(pictures)
    assert together.shape == (300, 3)
    np.testing.assert_allclose(together.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(together[[280]], model.distributions(pictures[[280]]), rtol=1e-4)
    assert model.distributions(pictures[:0]).shape == (0, 3)


def test_learns_what_pictures_show():
    pictures, targets = stripes(240)
    options = CosmicOptions(size=12, hidden=32, embedding_size=8, epochs=12, device="cpu", l1=0.0)
    model = train_cosmic(pictures, targets, options, progress=False)
    unseen, truth = stripes(90, seed=1)
    found = model.distributions(unseen)
    assert (found.argmax(axis=1) == truth.argmax(axis=1)).mean() > 0.95


def test_l1_pulls_the_fully_connected_weights_to_zero():
    pictures, targets = stripes(40)
    small = [
        float((train_cosmic(pictures, targets, replace(TINY, epochs=20, l1=l1), progress=False)
               .last.weight.abs() < 0.01).float().mean())
        for l1 in (0.0, 0.1)
    ]  # fmt: skip
    assert small[0] < 0.2
    assert small[1] > 0.5


def test_is_the_same_each_time_and_leaves_the_generator_alone():
    pictures, targets = stripes(20)
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    first = train_cosmic(pictures, targets, TINY, progress=False)
    assert torch.rand(1) == expected
    again = train_cosmic(pictures, targets, TINY, progress=False)
    for name, value in first.state_dict().items():
        assert torch.equal(value, again.state_dict()[name]), name


class TestKept:
    def test_a_second_call_reads_it(self, tmp_path, monkeypatch):
        pictures, targets = stripes(20)
        first = train_cosmic(pictures, targets, TINY, folder=tmp_path, progress=False)
        assert len(list(tmp_path.iterdir())) == 1
        monkeypatch.setattr("morning.features.rivals.cosmic._fit", None)  # it would be called
        again = train_cosmic(pictures, targets, TINY, folder=tmp_path, progress=False)
        np.testing.assert_array_equal(first.distributions(pictures), again.distributions(pictures))

    def test_other_data_are_trained_on_anew(self, tmp_path):
        pictures, targets = stripes(20)
        train_cosmic(pictures, targets, TINY, folder=tmp_path, progress=False)
        train_cosmic(pictures, targets[::-1], TINY, folder=tmp_path, progress=False)
        assert len(list(tmp_path.iterdir())) == 2

    def test_a_damaged_file_is_replaced(self, tmp_path, caplog):
        pictures, targets = stripes(20)
        first = train_cosmic(pictures, targets, TINY, folder=tmp_path, progress=False)
        (kept,) = tmp_path.iterdir()
        kept.write_bytes(kept.read_bytes()[:100])
        with caplog.at_level(logging.WARNING):
            again = train_cosmic(pictures, targets, TINY, folder=tmp_path, progress=False)
        assert "trained anew" in caplog.text
        np.testing.assert_array_equal(first.distributions(pictures), again.distributions(pictures))


@pytest.mark.parametrize(
    "options", [{"size": 11}, {"epochs": 0}, {"hidden": 0}, {"keep": 0.0}, {"pictures": 0}]
)
def test_senseless_options_are_refused(options):
    with pytest.raises(MorningError):
        CosmicOptions(**options)


def test_what_does_not_fit_is_refused():
    pictures, targets = stripes(8)
    with pytest.raises(MorningError, match="uint8"):
        train_cosmic(pictures.astype(float), targets, TINY)
    with pytest.raises(MorningError, match="uint8"):
        train_cosmic(pictures[:, :6], targets, TINY)
    with pytest.raises(MorningError, match="8 pictures do not fit"):
        train_cosmic(pictures, targets[:4], TINY)
    with pytest.raises(MorningError, match="two pictures"):
        train_cosmic(pictures[:1], targets[:1], TINY)


def test_a_last_batch_of_one_is_left_out():
    pictures, targets = stripes(9)
    model = train_cosmic(pictures, targets, TINY, progress=False)
    assert np.isfinite(model.distributions(pictures)).all()
