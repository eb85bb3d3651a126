"""Word clouds of what an account shows and writes, as pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from zlib import crc32

import numpy as np
from matplotlib import font_manager
from PIL import Image
from wordcloud import WordCloud

from morning.features import FeatureSet
from morning.features.topics import TopicModel
from morning.report.figures.style import FONTS

#: Read as well on white as on black.
COLOURS = ("#2b7a99", "#c4566a", "#a5741c", "#5b7f3a", "#8a64b5", "#b0592b")
_SIZE, _SCALE = (340, 190), 2  # pixels on a page, and how many times as many are drawn
_WORDS = 40


def cloud(weights: Mapping[str, float]) -> Image.Image | None:
    """Draw words by weight; the same words and weights give the same picture.

    A word has the same colour in every cloud.

    Parameters
    ----------
    weights : mapping of word to float
        Words that are not positive, or that no font has, are left out.

    Returns
    -------
    Image
        RGBA, on a transparent ground; None where no word is left, or the heaviest has no room.
    """
    positive = {word: float(weight) for word, weight in weights.items() if weight > 0}
    heaviest = sorted(positive, key=lambda word: (-positive[word], word))[:_WORDS]
    font, known = _font("".join(heaviest))
    shown = {word: positive[word] for word in heaviest if word.strip() and set(word) <= known}
    if not shown:
        return None
    width, height = _SIZE
    empty = WordCloud(
        font_path=font,
        width=width,
        height=height,
        scale=_SCALE,
        mode="RGBA",
        background_color=None,  # type: ignore[arg-type]
        prefer_horizontal=1.0,
        color_func=_colour,
        random_state=0,
    )
    try:
        return empty.generate_from_frequencies(shown).to_image()
    except ValueError:  # the heaviest word is wider than the picture
        return None


def seen(features: FeatureSet, block: str, account: int) -> dict[str, float] | str:
    """Return the weights of the objects and scenes in the pictures of an account.

    Parameters
    ----------
    features : FeatureSet
    block : str
        A visual block.
    account : int
        Row number.

    Returns
    -------
    dict of str to float, or str
        Why there are none: a vector whose columns have no names, or in which nothing is seen.
    """
    vector = features.blocks[block][account]
    names = labels(features, block)
    if names is None:
        return "nothing says what the columns of this vector are"
    weights: dict[str, float] = {}
    for half in np.split(np.arange(len(vector)), [_objects(features, block)]):
        if len(half) and np.ptp(vector[half]) > 0:  # nothing is seen where all is seen alike
            for column in half:
                weights[names[column]] = weights.get(names[column], 0.0) + float(vector[column])
    return weights or "nothing is recognised in its pictures"


def said(model: TopicModel, shares: np.ndarray) -> dict[str, float] | str:
    """Return the weight of every word: the sum over topics of share × p(word | topic).

    Parameters
    ----------
    model : TopicModel
    shares : float array, shape (K,)
        Topics of an account.

    Returns
    -------
    dict of str to float, or str
        Why there are none: topics that are those of no text at all.
    """
    prior = model.lda.alpha / model.lda.alpha.sum()
    if np.allclose(shares, prior, atol=1e-5):
        return "no caption has a word that the topics know"
    return dict(zip(model.vocabulary, (shares @ model.topics()).tolist(), strict=True))


def labels(features: FeatureSet, block: str) -> list[str] | None:
    """Return what the columns of a visual block are called; None where nothing says it."""
    found = _made(features, block).get("labels")
    if not isinstance(found, Sequence) or isinstance(found, str):
        return None
    if len(found) != features.blocks[block].shape[1]:
        return None
    return [str(name).split(",")[0].replace("_", " ") for name in found]


def _objects(features: FeatureSet, block: str) -> int:
    """Return how many columns of a visual block are objects; all, where nothing says it."""
    objects = _made(features, block).get("objects")
    classes = objects.get("classes") if isinstance(objects, Mapping) else None
    return classes if isinstance(classes, int) else features.blocks[block].shape[1]


def _made(features: FeatureSet, block: str) -> Mapping[str, Any]:
    """Return what a FeatureSet says of a block; a folder of others may say anything."""
    made = features.made.get(block)
    return made if isinstance(made, Mapping) else {}


def _colour(word: str, **_: Any) -> str:
    return COLOURS[crc32(word.encode()) % len(COLOURS)]


def _font(text: str) -> tuple[str, frozenset[str]]:
    """Return the font that has the most of a text's characters, and all that it has."""
    wanted = set(text)
    return max(_fonts(), key=lambda font: len(wanted & font[1]))


@cache
def _fonts() -> tuple[tuple[str, frozenset[str]], ...]:
    """Return the files of the figures' fonts, matplotlib's own first, with their characters."""
    families = [font_manager.FontProperties(family=[name]) for name in FONTS]
    paths = dict.fromkeys(str(font_manager.findfont(family)) for family in families)
    charmaps = {path: font_manager.get_font(path).get_charmap() for path in paths}
    return tuple((path, frozenset(map(chr, chars))) for path, chars in charmaps.items())
