"""The pictures of the demo world: an object in front of a scene, small and a little noisy."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from morning.sources.demo.scenes import PAINTERS, paint
from morning.sources.demo.shapes import SHAPES

#: Every object class, in the order of its label.
OBJECTS: tuple[str, ...] = tuple(sorted(SHAPES))
#: Every scene class, in the order of its label.
SCENES: tuple[str, ...] = tuple(sorted(PAINTERS))

_LABELLED = 0x1ABE1  # keeps the random stream of labelled pictures apart from every world's
_SUPERSAMPLING = 2


def draw_picture(thing: str, scene: str, size: int, rng: np.random.Generator) -> np.ndarray:
    """Draw an object in a scene.

    Position, scale, turn, mirroring, colours, light and noise vary.

    Parameters
    ----------
    thing : str
        One of `OBJECTS`.
    scene : str
        One of `SCENES`.
    size : int
        Side in pixels.
    rng : Generator

    Returns
    -------
    uint8 array, shape (size, size, 3)
        Red, green and blue.
    """
    side = size * _SUPERSAMPLING
    canvas = Image.new("RGB", (side, side))
    draw = ImageDraw.Draw(canvas)
    paint(scene, draw, side, rng)
    _place(thing, draw, side, rng)
    pixels = np.asarray(canvas.reduce(_SUPERSAMPLING), dtype=np.float32)
    contrast, light = rng.uniform(0.8, 1.15), rng.uniform(-18, 18)
    noise = rng.standard_normal((size, size, 1), dtype=np.float32) * np.float32(6)
    return np.clip((pixels - 128) * contrast + 128 + light + noise, 0, 255).astype(np.uint8)


def _place(thing: str, draw: ImageDraw.ImageDraw, side: int, rng: np.random.Generator) -> None:
    """Draw an object at a random place, scale and turn."""
    radius = side * rng.uniform(0.2, 0.36)
    centre = rng.uniform(radius * 0.9, side - radius * 0.9, size=2)
    turn = np.radians(rng.uniform(-18, 18))
    mirror = rng.choice([-1.0, 1.0])
    cos, sin = np.cos(turn), np.sin(turn)
    matrix = radius * np.array([[mirror * cos, mirror * sin], [-sin, cos]])
    tint = rng.integers(-26, 27, size=3)
    for part in SHAPES[thing]:
        points = (part.points @ matrix + centre).ravel().tolist()
        fill = tuple(int(v) for v in np.clip(tint + part.colour, 0, 255))
        if part.width:
            draw.line(points, fill=fill, width=max(1, round(part.width * radius)), joint="curve")
        else:
            draw.polygon(points, fill=fill)


def labelled_pictures(
    n: int, seed: int = 0, size: int = 64
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw labelled pictures to train recognisers on; none of them is in any demo world.

    Parameters
    ----------
    n : int
        How many.
    seed : int
    size : int
        Side in pixels.

    Returns
    -------
    images : uint8 array, shape (n, size, size, 3)
    objects : int64 array, shape (n,)
        Positions in `OBJECTS`.
    scenes : int64 array, shape (n,)
        Positions in `SCENES`, drawn independently of the objects.
    """
    rng = np.random.default_rng([_LABELLED, seed])
    objects, scenes = rng.integers(len(OBJECTS), size=n), rng.integers(len(SCENES), size=n)
    images = np.empty((n, size, size, 3), dtype=np.uint8)
    for i in range(n):
        images[i] = draw_picture(OBJECTS[objects[i]], SCENES[scenes[i]], size, rng)
    return images, objects, scenes
