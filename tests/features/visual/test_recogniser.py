"""A network with its labels and its preprocessing."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from morning.features.visual.preprocess import ResizeCrop
from morning.features.visual.recogniser import Recogniser, Views
from morning.features.visual.small import small_resnet
from torch import nn


class Means(nn.Module):
    """Logits are the logarithms of the means of the first two channels."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, x):
        return x[:, :2].mean(dim=(2, 3)).log() * self.scale


def test_probabilities_are_averaged_over_the_scales_of_a_picture():
    def constant(a, b, size):
        return torch.tensor([a, b, 0.0])[:, None, None].expand(3, size, size)

    inputs = [[constant(1, 3, 8), constant(1, 1, 16)], [constant(2, 2, 8)]]
    views = Views.of(inputs)
    assert sorted(len(pictures) for pictures, _ in views.stacks) == [1, 2]
    recogniser = Recogniser("means", ("a", "b"), Means(), ResizeCrop())
    got = recogniser.probabilities(views)
    np.testing.assert_allclose(got, [[(0.25 + 0.5) / 2, (0.75 + 0.5) / 2], [0.5, 0.5]], rtol=1e-6)
    assert recogniser.probabilities(Views.of([])).shape == (0, 2)


def test_the_digest_depends_on_weights_labels_and_preprocessing():
    def make(seed=0, labels=("a", "b"), size=8):
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            net = small_resnet(2, width=4)
        return Recogniser("x", labels, net, ResizeCrop(resize=size, crop=size)).digest

    assert make() == make()
    assert len({make(), make(seed=1), make(labels=("a", "c")), make(size=16)}) == 4


def test_two_at_once_get_what_is_theirs():
    """What a hook catches belongs to who asked: with other numbers of pictures, it shows."""
    net = Recogniser("x", ("a", "b"), small_resnet(2), ResizeCrop(resize=8, crop=8))
    asked = [Views.of([[x] for x in torch.rand(n, 3, 8, 8)]) for n in (3, 7)] * 20
    alone = [net.recognise(views) for views in asked[:2]] * 20
    with ThreadPoolExecutor(4) as threads:
        for found, expected in zip(threads.map(net.recognise, asked), alone, strict=True):
            for each, own in zip(found, expected, strict=True):
                torch.testing.assert_close(each, own)
