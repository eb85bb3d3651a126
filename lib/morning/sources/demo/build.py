"""Writing a demo world to disk: tables, pictures and the planted truth."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image
from tqdm import tqdm

from morning.code import code_of
from morning.dataset import SCHEMAS, Dataset
from morning.errors import MorningError
from morning.files import read_json, sha256, whole_folder, write_json
from morning.guard import REFUSED, is_there, readable
from morning.guard.arrays import read_arrays
from morning.sources.demo.pictures import OBJECTS, SCENES, draw_picture
from morning.sources.demo.vocabulary import vocabulary
from morning.sources.demo.words import (
    choose_keywords,
    pick,
    pick_leaning,
    write_biography,
    write_caption,
)
from morning.sources.demo.world import WEIGHTS, DemoOptions, World, plan

log = logging.getLogger(__name__)

_RECORD, _TRUTH = "world.json", "truth.npz"
_GENERATOR = "morning.sources.demo.build"
_OFF_TOPIC_OBJECT, _OFF_TOPIC_SCENE = 0.12, 0.2
_EPOCH = np.datetime64("2024-01-01T00:00:00", "us")
_YEAR = 365 * 24 * 3600
_JPEG_QUALITY = 82


@dataclass(frozen=True)
class DemoTruth:
    """What was planted in a demo world.

    Attributes
    ----------
    brand_ids : str array, shape (B,)
    influencer_ids : str array, shape (M,)
    scores : float array, shape (B, M)
        How much each brand likes each influencer: structure × the weighted sum of the parts.
    parts : dict of str to float array, shape (B, M)
        content, audience and attribute; each has mean 0 and standard deviation 1.
    weights : dict of str to float
        Weight of each part.
    structure : float
    post_ids : str array, shape (n,)
        Every post that has a picture.
    post_objects, post_scenes : int array, shape (n,)
        What the picture shows, as positions in `OBJECTS` and `SCENES`.
    """

    brand_ids: np.ndarray
    influencer_ids: np.ndarray
    scores: np.ndarray
    parts: dict[str, np.ndarray]
    weights: dict[str, float]
    structure: float
    post_ids: np.ndarray
    post_objects: np.ndarray
    post_scenes: np.ndarray


def generate(folder: str | Path, **options: Any) -> Dataset:
    """Write a demo world into a folder and return it; one that is there already is reused.

    The same options give the same bytes. The folder appears whole or not at all.

    Parameters
    ----------
    folder : path
        Takes the four tables as Parquet, `images/`, the planted truth (see `truth`) and a record.
    **options
        Of `DemoOptions`.

    Raises
    ------
    MorningError
        If an option makes no sense, or the folder holds something else than a demo world.
    """
    folder, chosen = Path(folder), DemoOptions(**options)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        record = _read_record(folder)
        if _is_intact(folder, record, chosen):
            return Dataset.load(folder)
        log.info("%s: the demo world there is another one; it is replaced", folder)
    with whole_folder(folder) as temporary:
        _write(temporary, chosen)
    return Dataset.load(folder)


def truth(folder: str | Path) -> DemoTruth:
    """Return what was planted in the demo world of a folder.

    Raises
    ------
    MorningError
        If the folder holds no demo world.
    """
    path = Path(folder) / _TRUTH
    if not path.is_file():
        raise MorningError(f"{folder}: no {_TRUTH}; morning.sources.demo.generate writes one")
    with readable(path, remedy="delete the folder"):
        values = read_arrays(path)
        names = list(WEIGHTS)
        return DemoTruth(
            parts={name: values.pop(f"part_{name}") for name in names},
            weights=dict(zip(names, values.pop("weights").tolist(), strict=True)),
            structure=float(values.pop("structure")),
            **values,
        )


def _read_record(folder: Path) -> dict:
    """Read what a folder says of the demo world in it; refuse to touch any other folder."""
    try:
        record = read_json(folder / _RECORD, dict)
        return {**record, "files": dict(record["files"])}
    except REFUSED as error:
        raise MorningError(
            f"{folder}: not empty and not a demo world; choose another folder or remove it"
        ) from error


def _is_intact(folder: Path, record: dict, options: DemoOptions) -> bool:
    """Whether a folder holds the world of these options, made by this code and unchanged."""
    if record.get("options") != asdict(options) or record.get("generator") != code_of(_GENERATOR):
        return False
    pictures = sum(1 for _ in (folder / "images").rglob("*.jpg"))
    return pictures == record.get("pictures") and all(
        is_there(folder / name) and sha256(folder / name) == digest
        for name, digest in record["files"].items()
    )


def _write(folder: Path, options: DemoOptions) -> None:
    """Write a whole world into an empty folder."""
    world = plan(options)
    dataset, objects, scenes = tables(world, options)
    for name, table in dataset.tables().items():
        table.to_parquet(folder / f"{name}.parquet", index=False)
    _draw_all(folder, dataset.posts["image"].tolist(), objects, scenes, options)
    planted = {
        "brand_ids": np.array(world.brand_ids),
        "influencer_ids": np.array(world.influencer_ids),
        "scores": world.scores,
        "weights": np.array(list(WEIGHTS.values())),
        "structure": np.array(float(options.structure)),
        "post_ids": np.array(dataset.posts["post_id"].tolist()),
        "post_objects": objects,
        "post_scenes": scenes,
    }
    planted |= {f"part_{name}": part for name, part in world.parts.items()}
    np.savez(folder / _TRUTH, allow_pickle=False, **planted)
    files = sorted(path for path in folder.iterdir() if path.is_file())
    record = {
        "options": asdict(options),
        "generator": code_of(_GENERATOR),
        "files": {path.name: sha256(path) for path in files},
        "pictures": len(objects),
    }
    write_json(folder / _RECORD, record)


def _draw_all(
    folder: Path, images: list[str], objects: np.ndarray, scenes: np.ndarray, options: DemoOptions
) -> None:
    """Draw every picture of the world."""
    rng = np.random.default_rng([options.seed, 2])
    for image in {Path(image).parent for image in images}:
        (folder / image).mkdir(parents=True)
    rows = zip(images, objects, scenes, strict=True)
    for image, thing, scene in tqdm(rows, total=len(images), desc="demo pictures", unit=" picture"):
        pixels = draw_picture(OBJECTS[thing], SCENES[scene], options.picture_size, rng)
        Image.fromarray(pixels).save(folder / image, quality=_JPEG_QUALITY)


def tables(world: World, options: DemoOptions) -> tuple[Dataset, np.ndarray, np.ndarray]:
    """Write the tables of a world, without its pictures.

    Returns
    -------
    dataset : Dataset
        Validated; every post names a picture that is still to be drawn.
    objects, scenes : uint8 arrays, shape (posts,)
        What each picture is to show.
    """
    rng = np.random.default_rng([options.seed, 3])
    owners = world.brand_ids + world.influencer_ids
    accounts = _accounts(world, rng)
    audiences: list[tuple[str, str]] = []
    groups: list[int] = []
    for owner, mixture in zip(owners, world.audience, strict=True):
        for group in rng.choice(len(mixture), size=options.audience, p=mixture):
            audiences.append((owner, f"audience-{len(audiences) + 1:05d}"))
            groups.append(int(group))
    accounts += [_audience_account(name, rng) for _, name in audiences]

    writer = _PostWriter(rng)
    for (owner, role, _, _, followers, _), mixture in zip(accounts, world.content, strict=False):
        lean = options.role_gap * (1 if role == "brand" else -1)
        writer.add(owner, mixture, options.posts, followers, lean)
    for (_, name), group, row in zip(audiences, groups, accounts[len(owners) :], strict=True):
        writer.add(name, vocabulary().groups[group], options.audience_posts, row[4])

    _announce(writer.rows, world, options)
    pairs = [(world.brand_ids[b], world.influencer_ids[m]) for b, m in np.argwhere(world.partners)]
    rows = {
        "accounts": accounts,
        "posts": writer.rows,
        "audiences": audiences,
        "collaborations": pairs,
    }
    frames = {n: pd.DataFrame(r, columns=list(SCHEMAS[n].columns)) for n, r in rows.items()}
    objects = np.array(writer.objects, dtype=np.uint8)
    return Dataset(**frames).validate(), objects, np.array(writer.scenes, dtype=np.uint8)


def _announce(rows: list[tuple], world: World, options: DemoOptions) -> None:
    """Let influencers name their partners: give some posts a caption about the brand's topics."""
    rng = np.random.default_rng([options.seed, 4])
    topics = list(vocabulary().topics.values())
    first = len(world.brand_ids) * options.posts  # the first influencer's first post
    for m, partners in enumerate(world.partners.T):
        brands = rng.permutation(np.flatnonzero(partners))[: options.posts]
        places = rng.choice(options.posts, size=len(brands), replace=False)
        for b, place in zip(brands, places, strict=True):
            if rng.random() < options.announced:
                topic = topics[rng.choice(len(topics), p=world.content[b])]
                i = first + m * options.posts + place
                post, owner, _, *rest = rows[i]
                caption = f"{write_caption(topic, rng)} #ad with @{world.brand_ids[b]}"
                rows[i] = (post, owner, caption, *rest)


def _accounts(world: World, rng: np.random.Generator) -> list[tuple]:
    """Return the rows of brands and influencers."""
    words, b = vocabulary(), len(world.brand_ids)
    interests = [topic.interests for topic in words.topics.values()]
    rows: list[tuple] = []
    for i, name in enumerate(world.brand_ids + world.influencer_ids):
        kinds, mixture = (
            (words.styles, world.styles[i]) if i < b else (words.personas, world.personas[i - b])
        )
        keywords = choose_keywords(kinds, mixture, 4, rng)
        keywords += choose_keywords(interests, world.content[i], 2, rng)
        biography = write_biography(keywords, rng)
        if i < b:
            followers = int(np.exp(rng.uniform(np.log(50_000), np.log(5_000_000))))
            rows.append((name, "brand", world.categories[i], biography, followers, world.splits[i]))
        else:
            followers = int(np.exp(rng.uniform(np.log(5_000), np.log(100_000))))
            rows.append((name, "influencer", None, biography, followers, None))
    return rows


def _audience_account(name: str, rng: np.random.Generator) -> tuple:
    """Return the row of an audience account."""
    biography = pick(rng, vocabulary().common["closings"])
    return name, "audience", None, biography, int(rng.integers(20, 3_000)), None


class _PostWriter:
    """Collects the rows of `posts`, and what their pictures are to show."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.topics = list(vocabulary().topics.values())
        self.rows: list[tuple] = []
        self.objects: list[int] = []
        self.scenes: list[int] = []

    def add(
        self, account: str, mixture: np.ndarray, n: int, followers: int, lean: float = 0.0
    ) -> None:
        """Write n posts of an account about topics of its mixture, shape (T,), newest first."""
        rng = self.rng
        seconds = np.sort(rng.integers(2 * _YEAR, size=n))[::-1]
        engagement = rng.uniform(0.01, 0.08)
        folder = account.split("-")[0]
        for k, t in enumerate(rng.choice(len(mixture), size=n, p=mixture)):
            topic = self.topics[t]
            off = rng.random(2) < (_OFF_TOPIC_OBJECT, _OFF_TOPIC_SCENE)
            thing = pick(rng, OBJECTS) if off[0] else pick_leaning(rng, topic.objects, lean)
            scene = pick(rng, SCENES) if off[1] else pick_leaning(rng, topic.scenes, lean)
            self.objects.append(OBJECTS.index(thing))
            self.scenes.append(SCENES.index(scene))
            likes = int(followers * engagement * rng.lognormal(0, 0.4))
            post = f"{account}-{k + 1:02d}"
            self.rows.append(
                (
                    post,
                    account,
                    write_caption(topic, rng),
                    f"images/{folder}/{post}.jpg",
                    likes,
                    int(likes * rng.uniform(0.01, 0.06)),
                    _EPOCH + np.timedelta64(int(seconds[k]), "s"),
                )
            )
