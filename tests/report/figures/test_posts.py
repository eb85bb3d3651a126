"""The gallery of chapter 1 survives what people bring."""

from dataclasses import replace

import pytest
from morning.report.figures.posts import gallery
from morning.sources import demo
from PIL import Image


@pytest.fixture
def world(tmp_path):
    return demo.generate(
        tmp_path / "world", brands=6, influencers=8, posts=2, audience=0, picture_size=16
    )


def titles(figure):
    return [axis.get_title() for axis in figure.axes if axis.images]


def test_one_picture_of_each_category(world):
    figure = gallery(world)
    assert sorted(titles(figure)) == sorted(set(world.accounts["category"].dropna()))


def of_brands(world):
    brands = set(world.accounts.query("role == 'brand'")["account_id"])
    return world.posts.loc[world.posts["account_id"].isin(brands), "image"].tolist()


def test_unusable_pictures_are_passed_over(world, monkeypatch):
    whole = titles(gallery(world))
    for path in of_brands(world)[::2]:  # the first of each brand's two
        (world.root / path).write_bytes(b"no picture")
    assert titles(gallery(world)) == whole
    for path in of_brands(world):
        if "airline" in path:
            (world.root / path).unlink()
    assert titles(gallery(world)) == [title for title in whole if title != "airline"]
    monkeypatch.setattr("morning.features.visual.pictures.MAX_PIXELS", 100)
    assert gallery(world) is None


def test_pictures_of_influencers_alone_are_no_gallery(world):
    brands = world.accounts.query("role == 'brand'")["account_id"]
    posts = world.posts.assign(
        image=world.posts["image"].mask(world.posts["account_id"].isin(brands))
    )
    assert gallery(replace(world, posts=posts)) is None
    assert gallery(replace(world, root=None)) is None


def test_nothing_outside_the_folder_is_opened(world, tmp_path):
    Image.new("RGB", (16, 16)).save(tmp_path / "secret.png")
    posts = world.posts.assign(image="../secret.png")
    assert gallery(replace(world, posts=posts)) is None


def test_a_large_picture_is_shown_small(world):
    for path in of_brands(world):
        Image.new("RGB", (1200, 900)).save(world.root / path)
    images = [axis.images[0] for axis in gallery(world).axes if axis.images]
    assert {image.get_array().shape for image in images} == {(225, 300, 3)}


def test_a_flood_of_broken_pictures_is_not_tried_to_the_end(world, monkeypatch):
    tried = []
    monkeypatch.setattr("morning.report.figures.posts._TRIES", 1)
    monkeypatch.setattr("morning.report.figures.posts._picture", lambda _, post: tried.append(post))
    assert gallery(world) is None
    assert len(tried) == world.accounts["category"].nunique()


def test_text_is_not_read_as_mathematics(world):
    accounts = world.accounts.assign(category=world.accounts["category"].mask(
        world.accounts["role"] == "brand", "$x_$"))  # fmt: skip
    figure = gallery(replace(world, accounts=accounts))
    figure.canvas.draw()
    assert titles(figure) == [r"\$x_\$"]


def test_captions_are_shown_in_whole_words(world):
    caption = "Wonderfully embroidered handkerchiefs for everyone who reads to the very end of this"
    figure = gallery(replace(world, posts=world.posts.assign(caption=caption)))
    (shown,) = {text.get_text() for axis in figure.axes for text in axis.texts}
    assert len(shown.split("\n")) == 3
    assert caption.startswith(" ".join(shown.split()) + " ")
