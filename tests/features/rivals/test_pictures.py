"""What rivals see in the pictures of posts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from morning.errors import MorningError
from morning.features.posts import own_posts
from morning.features.rivals import pictures
from morning.features.rivals.cosmic import Cosmic, CosmicOptions
from morning.features.visual.preprocess import ResizeCrop
from morning.features.visual.recogniser import Recogniser
from PIL import Image
from torch import nn
from toys.posts import dataset


class _Mean(nn.Module):
    """Mean colour of a picture, then a linear layer."""

    def __init__(self) -> None:
        super().__init__()
        self.last = nn.Linear(3, 2)

    def forward(self, x):
        return self.last(x.mean(dim=(2, 3)))


class TestPictures:
    @pytest.fixture
    def recogniser(self):
        torch.manual_seed(0)
        unchanged = ResizeCrop(resize=(8, 8), crop=8, mean=(0, 0, 0), std=(1, 1, 1))
        return Recogniser("mean colour", ("a", "b"), _Mean(), unchanged)

    def test_features_enter_the_last_layer(self, tmp_path, recogniser):
        Image.new("RGB", (8, 8), (255, 0, 51)).save(tmp_path / "red.png")
        (tmp_path / "broken.png").write_bytes(b"no picture")
        world = dataset()
        table = world.posts.copy()
        table.loc[table["post_id"] == "a1", "image"] = "red.png"
        table.loc[table["post_id"] == "a2", "image"] = "broken.png"
        world = replace(world, posts=table, root=tmp_path)
        features, probabilities = pictures.picture_vectors(
            world, recogniser, batch_size=2, progress=False
        )
        np.testing.assert_allclose(features[0], [1, 0, 0.2], atol=1e-6)
        logits = recogniser.module.last(torch.tensor([1, 0, 0.2]))
        np.testing.assert_allclose(probabilities[0], logits.softmax(0).numpy(), atol=1e-6)
        assert np.isnan(features[1:]).all()
        assert np.isnan(probabilities[1:]).all()
        assert not recogniser.module.last._forward_pre_hooks

    def test_kept_until_a_picture_or_the_network_changes(self, tmp_path, recogniser, monkeypatch):
        Image.new("RGB", (8, 8), (255, 0, 51)).save(tmp_path / "a1.png")
        world = dataset()
        table = world.posts.copy()
        table.loc[table["post_id"] == "a1", "image"] = "a1.png"
        world = replace(world, posts=table, root=tmp_path)
        looked = []
        decode = pictures.decode
        monkeypatch.setattr(pictures, "decode", lambda path: looked.append(path) or decode(path))

        def again(network=recogniser):
            looked.clear()
            return pictures.picture_vectors(
                world, network, folder=tmp_path / "kept", progress=False
            )

        first = again()
        assert len(looked) == 1
        second = again()
        assert not looked
        for a, b in zip(first, second, strict=True):
            np.testing.assert_array_equal(a, b)
        (kept,) = (tmp_path / "kept").iterdir()
        kept.write_bytes(kept.read_bytes()[:50])
        np.testing.assert_array_equal(again()[0], first[0])
        assert len(looked) == 1
        Image.new("RGB", (8, 8), (0, 0, 255)).save(tmp_path / "a1.png")
        assert not np.array_equal(again()[0], first[0], equal_nan=True)
        torch.manual_seed(1)
        other = replace(recogniser, module=_Mean())
        again(other)
        assert len(looked) == 1

    def test_no_picture_and_no_folder(self, tmp_path, recogniser):
        with pytest.raises(MorningError, match="no root folder"):
            pictures.picture_vectors(dataset(), recogniser)
        with pytest.raises(MorningError, match="none of the posts"):
            pictures.picture_vectors(replace(dataset(), root=tmp_path), recogniser, progress=False)

    def test_a_network_without_linear_layer(self, tmp_path, recogniser):
        odd = replace(recogniser, module=nn.Conv2d(3, 2, 1))
        with pytest.raises(MorningError, match="no linear last layer"):
            pictures.picture_vectors(replace(dataset(), root=tmp_path), odd)


def coloured(tmp_path, **colours):
    """The small Dataset with a plain picture for some of its posts."""
    world = dataset()
    table = world.posts.copy()
    for post, colour in colours.items():
        Image.new("RGB", (30, 20), colour).save(tmp_path / f"{post}.png")
        table.loc[table["post_id"] == post, "image"] = f"{post}.png"
    return replace(world, posts=table, root=tmp_path)


def test_pixels_are_squares_of_usable_pictures(tmp_path):
    world = coloured(tmp_path, a1=(255, 0, 0), a3=(0, 0, 255))
    (tmp_path / "a3.png").write_bytes(b"broken")
    posts = own_posts(world)
    rows, found = pictures.pixels(world, posts, range(len(posts)), 16)
    assert rows.tolist() == [0]
    assert found.shape == (1, 16, 16, 3)
    assert (found == [255, 0, 0]).all()
    rows, found = pictures.pixels(world, posts, [1], 16)
    assert (len(rows), found.shape, found.dtype) == (0, (0, 16, 16, 3), np.uint8)


def test_concepts_of_pictures_are_rows_of_posts(tmp_path):
    world = coloured(tmp_path, a2=(255, 0, 0), m1=(0, 255, 0))
    torch.manual_seed(0)
    model = Cosmic(3, CosmicOptions(size=12, hidden=8, device="cpu"))
    found = pictures.picture_concepts(world, model, progress=False)
    assert np.flatnonzero(np.isfinite(found).all(axis=1)).tolist() == [1, 4]
    np.testing.assert_allclose(found[[1, 4]].sum(axis=1), 1, rtol=1e-6)
    red = np.full((1, 12, 12, 3), (255, 0, 0), np.uint8)
    np.testing.assert_array_equal(found[[1]], model.distributions(red))
