"""A tiny Dataset of the kind that users bring: a start for their own."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd

from morning.dataset import SCHEMAS
from morning.errors import MorningError
from morning.features.visual.pictures import decode
from morning.files import whole_folder
from morning.sources import demo


def write_sample(folder: str | Path) -> None:
    """Write a tiny Dataset: 5 brands and 12 influencers in CSV, PNG and JPEG pictures.

    It shows what may be left out: there is no split, some posts have no picture and some no
    caption, and one caption has a line end in it.

    Raises
    ------
    MorningError
        If the folder is there and not empty.
    """
    folder = Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise MorningError(f"{folder}: is not empty; choose another folder")
    with tempfile.TemporaryDirectory() as scratch, whole_folder(folder) as temporary:
        world = demo.generate(
            Path(scratch) / "world", brands=5, influencers=12, posts=2, audience=1, audience_posts=1
        )
        posts = world.posts.copy()
        posts["image"] = [
            _sample_picture(Path(scratch) / "world", temporary, k, image)
            for k, image in enumerate(posts["image"])
        ]
        posts.loc[::7, "caption"] = pd.NA
        posts.loc[1, "caption"] = posts.loc[1, "caption"] + "\nNew collection, out now."
        tables = {**world.tables(), "posts": posts}
        tables["accounts"] = tables["accounts"].drop(columns="split")
        for name in SCHEMAS:
            tables[name].to_csv(temporary / f"{name}.csv", index=False)


def _sample_picture(source: Path, target: Path, k: int, image: str) -> str | None:
    """Copy a picture into the sample, as PNG or JPEG; leave every fifth out."""
    if k % 5 == 4:
        return None
    name = f"pictures/{Path(image).stem}.{'png' if k % 2 else 'jpg'}"
    (target / "pictures").mkdir(exist_ok=True)
    decode(source / image).save(target / name)
    return name
