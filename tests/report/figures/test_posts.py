"""Pictures that nobody has vouched for are shown, or passed over."""

import pandas as pd
import pytest
from morning.dataset import Dataset
from morning.features.visual import pictures
from morning.report.figures.posts import gallery
from toys.pictures import paint


@pytest.fixture
def world(tmp_path):
    """Three brands of three categories and an influencer, each with the posts that are given."""

    def make(**images: list[str | None]) -> Dataset:
        accounts = [("b1", "brand", "auto"), ("b2", "brand", "food"), ("b3", "brand", "$x$_")]
        table = pd.DataFrame(accounts, columns=["account_id", "role", "category"])
        table["split"] = "train"
        table.loc[len(table)] = ["i", "influencer", None, None]
        posts = [
            (f"{account}-{k}", account, image, "buy $now$ 🍕 " * 20)
            for account, names in images.items()
            for k, image in enumerate(names)
        ]
        pairs = [(brand, "i") for brand in ("b1", "b2", "b3")]
        return Dataset(
            accounts=table,
            posts=pd.DataFrame(posts, columns=["post_id", "account_id", "image", "caption"]),
            collaborations=pd.DataFrame(pairs, columns=["brand_id", "influencer_id"]),
            root=tmp_path,
        ).validate()

    return make


def shown(figure):
    """Return the title of each picture of a figure, drawn once to see that it can be."""
    figure.canvas.draw()
    return [axis.get_title() for axis in figure.axes if axis.images]


def test_one_picture_of_each_category(world, tmp_path):
    names = [paint(tmp_path, f"{i}.png", (50 * i, 0, 0)) for i in range(3)]
    figure = gallery(world(b1=names, b2=names[:1], b3=names[:1], i=names))
    assert shown(figure) == ["x_", "auto", "food"]


def test_broken_and_missing_pictures_are_passed_over(world, tmp_path, monkeypatch):
    (tmp_path / "broken.png").write_bytes(b"broken")
    good = paint(tmp_path, "good.png", (1, 2, 3))
    paint(tmp_path, "huge.png", (1, 2, 3), (300, 300))
    monkeypatch.setattr(pictures, "MAX_PIXELS", 10_000)
    bad = ["broken.png", "missing.png", "huge.png", None, ""]
    for seed in range(3):
        assert shown(gallery(world(b1=[*bad, good], b2=bad, b3=[good]), seed)) == ["x_", "auto"]


@pytest.mark.parametrize("images", [{}, {"i": ["good.png"]}, {"b1": ["missing.png"]}])
def test_no_brand_with_a_picture_is_said(world, tmp_path, images):
    paint(tmp_path, "good.png", (1, 2, 3))
    figure = gallery(world(**images))
    assert shown(figure) == []
    assert "No brand has a picture" in figure.axes[0].texts[0].get_text()


def test_a_picture_outside_the_folder_is_not_opened(world, tmp_path):
    outside = tmp_path.parent / f"{tmp_path.name}-outside.png"
    paint(outside.parent, outside.name, (1, 2, 3))
    (tmp_path / "link.png").symlink_to(outside)
    assert shown(gallery(world(b1=["link.png"]))) == []


def test_large_pictures_are_shown_small(world, tmp_path):
    paint(tmp_path, "large.png", (9, 9, 9), (1200, 900))
    (image,) = (axis.images[0] for axis in gallery(world(b1=["large.png"])).axes if axis.images)
    assert max(image.get_array().shape[:2]) <= 300
