"""The places of the demo pictures: one function per scene, painting a whole square canvas."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import ImageDraw

Paint = Callable[["_Canvas"], None]


class _Canvas:
    """A square canvas with coordinates from 0 to 1 and colours that vary from picture to picture.

    Parameters
    ----------
    draw : ImageDraw
        Of the picture to paint.
    side : int
        Its side in pixels.
    rng : Generator
        Source of every variation.
    """

    def __init__(self, draw: ImageDraw.ImageDraw, side: int, rng: np.random.Generator) -> None:
        self.draw, self.side, self.rng = draw, side, rng
        self.tint = rng.integers(-22, 23, size=3)

    def colour(self, red: int, green: int, blue: int) -> tuple[int, ...]:
        """Return a colour under this picture's tint."""
        return tuple(int(c) for c in np.clip(self.tint + np.array([red, green, blue]), 0, 255))

    def about(self, value: float, spread: float = 0.06) -> float:
        """Return a number near `value`."""
        return value + spread * (2 * float(self.rng.random()) - 1)

    def box(self, fill: tuple[int, ...], x0: float, y0: float, x1: float, y1: float) -> None:
        """Fill an upright rectangle."""
        s = self.side
        self.draw.rectangle((x0 * s, y0 * s, max(x0, x1) * s, max(y0, y1) * s), fill=fill)

    def shape(self, fill: tuple[int, ...], *numbers: float) -> None:
        """Fill a polygon given as x, y, x, y, ...."""
        self.draw.polygon([n * self.side for n in numbers], fill=fill)

    def line(self, fill: tuple[int, ...], width: float, *numbers: float) -> None:
        """Draw a line through x, y, x, y, ...."""
        pixels = max(1, round(width * self.side))
        self.draw.line([n * self.side for n in numbers], fill=fill, width=pixels)

    def disk(self, fill: tuple[int, ...], x: float, y: float, r: float) -> None:
        """Fill a circle."""
        s = self.side
        self.draw.ellipse(((x - r) * s, (y - r) * s, (x + r) * s, (y + r) * s), fill=fill)


def _beach(c: _Canvas) -> None:
    sea, sand = c.about(0.38), c.about(0.62)
    c.box(c.colour(130, 200, 245), 0, 0, 1, sea)
    c.box(c.colour(30, 140, 190), 0, sea, 1, sand)
    c.box(c.colour(238, 214, 160), 0, sand, 1, 1)
    c.line(c.colour(240, 250, 250), 0.03, 0, sand, 0.3, sand + 0.02, 0.7, sand - 0.02, 1, sand)
    c.disk(c.colour(255, 240, 150), c.about(0.8, 0.12), c.about(0.14), 0.08)


def _forest(c: _Canvas) -> None:
    c.box(c.colour(58, 110, 60), 0, 0, 1, 1)
    c.box(c.colour(70, 74, 40), 0, c.about(0.78), 1, 1)
    for x in np.linspace(0, 1, 7):
        x = c.about(x, 0.05)
        c.box(c.colour(66, 46, 30), x - 0.03, 0, x + 0.03, c.about(0.84))
        c.disk(c.colour(24, 78, 36), x, c.about(0.1, 0.1), 0.13)


def _mountain(c: _Canvas) -> None:
    ground = c.about(0.72)
    c.box(c.colour(170, 205, 235), 0, 0, 1, ground)
    for x, top in ((0.22, 0.22), (0.72, 0.12)):
        x, top = c.about(x, 0.1), c.about(top)
        slope = 0.6 * (ground - top)
        c.shape(c.colour(104, 108, 124), x, top, x + slope, ground, x - slope, ground)
        c.shape(c.colour(246, 248, 252), x, top, x + 0.1, top + 0.16, x - 0.1, top + 0.16)
    c.box(c.colour(104, 158, 84), 0, ground, 1, 1)


def _desert(c: _Canvas) -> None:
    c.box(c.colour(250, 190, 120), 0, 0, 1, 0.6)
    c.disk(c.colour(255, 236, 190), c.about(0.25, 0.15), c.about(0.2), 0.1)
    low = c.about(0.5)
    c.shape(c.colour(222, 146, 74), 0, low, 0.35, low - 0.1, 0.8, low + 0.08, 1, low, 1, 1, 0, 1)
    low = c.about(0.75)
    c.shape(c.colour(196, 112, 52), 0, low + 0.1, 0.6, low - 0.08, 1, low + 0.1, 1, 1, 0, 1)


def _windows(c: _Canvas, fill: tuple[int, ...], x: float, top: float, share: float) -> None:
    """Draw lit windows on a house of width 0.2."""
    for y in np.arange(top + 0.05, 0.62, 0.1):
        for dx in (0.03, 0.12):
            if c.rng.random() < share:
                c.box(fill, x + dx, y, x + dx + 0.05, y + 0.05)


def _street(c: _Canvas) -> None:
    c.box(c.colour(200, 214, 226), 0, 0, 1, 0.7)
    for k in range(5):
        x, top = 0.2 * k, c.about(0.2, 0.14)
        shade = int(c.rng.integers(-25, 26))
        c.box(c.colour(186 + shade, 120 + shade, 96 + shade), x, top, x + 0.19, 0.7)
        _windows(c, c.colour(232, 236, 240), x, top, 1)
    c.box(c.colour(84, 86, 92), 0, 0.7, 1, 1)
    for x in np.arange(c.about(0.05, 0.05), 1, 0.25):
        c.box(c.colour(240, 240, 230), x, 0.84, x + 0.13, 0.87)


def _night(c: _Canvas) -> None:
    c.box(c.colour(18, 22, 58), 0, 0, 1, 1)
    c.disk(c.colour(236, 236, 210), c.about(0.75, 0.18), c.about(0.12), 0.06)
    for k in range(5):
        x, top = 0.2 * k, c.about(0.38, 0.14)
        c.box(c.colour(34, 34, 46), x, top, x + 0.19, 1)
        _windows(c, c.colour(250, 214, 90), x, top, 0.6)
    c.box(c.colour(28, 28, 40), 0, 0.8, 1, 1)
    c.line(c.colour(250, 120, 80), 0.03, 0, 0.88, 1, 0.88)


def _kitchen(c: _Canvas) -> None:
    counter = c.about(0.68)
    c.box(c.colour(236, 238, 234), 0, 0, 1, counter)
    for y in np.arange(0, counter, 0.12):
        c.line(c.colour(150, 190, 190), 0.014, 0, y, 1, y)
    for x in np.arange(c.about(0.06, 0.06), 1, 0.12):
        c.line(c.colour(150, 190, 190), 0.014, x, 0, x, counter)
    c.box(c.colour(164, 104, 56), 0, counter, 1, counter + 0.08)
    c.box(c.colour(222, 206, 184), 0, counter + 0.08, 1, 1)
    c.line(c.colour(120, 100, 80), 0.02, 0.5, counter + 0.08, 0.5, 1)


def _living_room(c: _Canvas) -> None:
    floor = c.about(0.74)
    c.box(c.colour(212, 150, 118), 0, 0, 1, floor)
    for x in np.arange(c.about(0.05, 0.05), 1, 0.14):
        c.box(c.colour(228, 174, 142), x, 0, x + 0.05, floor)
    x, y = c.about(0.25, 0.15), c.about(0.22)
    c.box(c.colour(90, 60, 40), x - 0.13, y - 0.12, x + 0.13, y + 0.12)
    c.box(c.colour(200, 220, 210), x - 0.1, y - 0.09, x + 0.1, y + 0.09)
    c.box(c.colour(110, 66, 40), 0, floor, 1, 1)
    c.box(c.colour(70, 110, 120), c.about(0.62, 0.1), floor - 0.18, 1, floor + 0.1)


def _office(c: _Canvas) -> None:
    desk = c.about(0.76)
    c.box(c.colour(206, 216, 224), 0, 0, 1, desk)
    left = c.about(0.12, 0.08)
    c.box(c.colour(150, 190, 222), left, 0.06, left + 0.72, 0.56)
    for y in np.arange(0.08, 0.56, 0.06):
        c.line(c.colour(246, 248, 250), 0.022, left, y, left + 0.72, y)
    c.box(c.colour(92, 98, 110), 0, desk, 1, 1)
    c.box(c.colour(60, 64, 74), c.about(0.1), desk + 0.1, c.about(0.35), 1)


def _stage(c: _Canvas) -> None:
    c.box(c.colour(40, 20, 34), 0, 0, 1, 1)
    for x in (c.about(0.3), c.about(0.7)):
        c.shape(c.colour(120, 96, 120), x, 0, x + 0.22, 0.82, x - 0.22, 0.82)
    for side in (0.0, 0.84):
        c.box(c.colour(150, 20, 30), side, 0, side + 0.16, 1)
        for x in (0.04, 0.1):
            c.line(c.colour(96, 8, 20), 0.02, side + x, 0, side + x, 1)
    c.box(c.colour(120, 74, 50), 0.0, c.about(0.84, 0.04), 1, 1)


def _runway(c: _Canvas) -> None:
    c.box(c.colour(66, 62, 76), 0, 0, 1, 1)
    x, top = c.about(0.5), c.about(0.3)
    c.shape(c.colour(244, 242, 246), x - 0.12, top, x + 0.12, top, 0.92, 1, 0.08, 1)
    for k in range(6):
        y = top + 0.12 * k
        c.disk(c.colour(255, 244, 214), x - 0.2 - 0.05 * k, y, 0.025)
        c.disk(c.colour(255, 244, 214), x + 0.2 + 0.05 * k, y, 0.025)
    c.box(c.colour(200, 170, 230), 0, 0, 1, 0.06)


def _garden(c: _Canvas) -> None:
    hedge = c.about(0.35)
    c.box(c.colour(180, 226, 250), 0, 0, 1, hedge)
    c.box(c.colour(150, 205, 90), 0, hedge, 1, 1)
    for x in np.arange(0, 1, 0.12):
        c.box(c.colour(236, 226, 206), x, hedge - 0.14, x + 0.06, hedge + 0.06)
    for _ in range(16):
        x, y = c.rng.random(), hedge + 0.08 + (0.92 - hedge) * c.rng.random()
        red, green, blue = ((240, 80, 120), (250, 220, 80), (250, 250, 250))[c.rng.integers(3)]
        c.disk(c.colour(red, green, blue), x, y, 0.03)


#: Scene -> how to paint it.
PAINTERS: dict[str, Paint] = {
    "beach": _beach,
    "desert": _desert,
    "forest": _forest,
    "garden": _garden,
    "kitchen": _kitchen,
    "living_room": _living_room,
    "mountain": _mountain,
    "night": _night,
    "office": _office,
    "runway": _runway,
    "stage": _stage,
    "street": _street,
}


def paint(scene: str, draw: ImageDraw.ImageDraw, side: int, rng: np.random.Generator) -> None:
    """Paint a scene over a whole picture.

    Parameters
    ----------
    scene : str
        A name of `PAINTERS`.
    draw : ImageDraw
        Of a square RGB picture.
    side : int
        Its side in pixels.
    rng : Generator
    """
    PAINTERS[scene](_Canvas(draw, side, rng))
