"""The objects of the demo pictures, as polygons and lines in a square from -1 to 1 (y down)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Colour = tuple[int, int, int]

BLACK: Colour = (28, 28, 34)
WHITE: Colour = (244, 244, 240)
GREY: Colour = (150, 154, 162)
GOLD: Colour = (226, 180, 52)


@dataclass(frozen=True)
class Part:
    """One polygon of an object, or one line where `width` is positive.

    Attributes
    ----------
    points : float array, shape (n, 2)
        x and y, from -1 to 1.
    colour : tuple of int
        Red, green and blue, 0 to 255, before jitter.
    width : float
        Width of a line; 0 for a filled polygon.
    """

    points: np.ndarray
    colour: Colour
    width: float = 0.0


def _shape(colour: Colour, *numbers: float) -> Part:
    """Return a polygon from x, y, x, y, ...."""
    return Part(np.array(numbers, dtype=float).reshape(-1, 2), colour)


def _line(colour: Colour, width: float, *numbers: float) -> Part:
    """Return a line through x, y, x, y, ...."""
    return Part(np.array(numbers, dtype=float).reshape(-1, 2), colour, width)


def _box(colour: Colour, left: float, top: float, right: float, bottom: float) -> Part:
    """Return an upright rectangle."""
    return _shape(colour, left, top, right, top, right, bottom, left, bottom)


def _arc(x: float, y: float, rx: float, ry: float, start: float = 0, stop: float = 360) -> list:
    """Return points on an ellipse, as x, y, x, y, ...; angles in degrees, clockwise from right."""
    angles = np.radians(np.linspace(start, stop, 19))
    return np.column_stack([x + rx * np.cos(angles), y + ry * np.sin(angles)]).ravel().tolist()


def _disk(colour: Colour, x: float, y: float, rx: float, ry: float | None = None) -> Part:
    """Return a filled ellipse."""
    return _shape(colour, *_arc(x, y, rx, rx if ry is None else ry))


def _pearls() -> list[Part]:
    """Return a string of pearls."""
    points = np.array(_arc(0, -0.5, 0.75, 1.1, 10, 170)).reshape(-1, 2)
    return [_disk(WHITE, x, y, 0.12) for x, y in points]


_RED, _BLUE, _GREEN = (208, 40, 44), (44, 96, 204), (38, 128, 66)
_BROWN, _TAN, _CREAM = (128, 78, 40), (206, 164, 108), (246, 226, 178)
_PINK, _PURPLE, _CYAN = (240, 120, 170), (126, 56, 170), (120, 220, 236)
_ORANGE, _YELLOW, _LIME, _TEAL = (236, 128, 36), (248, 206, 66), (176, 224, 48), (28, 138, 140)

#: Object -> its parts, drawn in this order.
SHAPES: dict[str, list[Part]] = {
    "plane": [
        _shape(_BLUE, -0.95, -0.55, -0.7, -0.55, -0.4, -0.05, -0.8, -0.05),
        _disk(WHITE, 0, 0.05, 0.98, 0.2),
        _shape(GREY, -0.15, 0.05, 0.25, 0.05, -0.2, 0.75, -0.45, 0.75),
        _shape(GREY, 0, -0.08, 0.2, -0.08, -0.1, -0.5, -0.25, -0.5),
        _line(BLACK, 0.06, -0.5, 0.0, 0.7, 0.0),
    ],
    "suitcase": [
        _line(BLACK, 0.1, -0.3, -0.5, -0.3, -0.9, 0.3, -0.9, 0.3, -0.5),
        _box(_BROWN, -0.85, -0.55, 0.85, 0.8),
        _box(_TAN, -0.55, -0.55, -0.38, 0.8),
        _box(_TAN, 0.38, -0.55, 0.55, 0.8),
    ],
    "car": [
        _shape(_CYAN, -0.5, -0.05, -0.3, -0.5, 0.35, -0.5, 0.6, -0.05),
        _shape(_RED, -0.95, 0.0, -0.5, -0.08, 0.65, -0.08, 0.95, 0.05, 0.98, 0.42, -0.98, 0.42),
        _line(_RED, 0.08, -0.3, -0.5, 0.35, -0.5),
        _disk(BLACK, -0.52, 0.42, 0.25),
        _disk(BLACK, 0.52, 0.42, 0.25),
        _disk(GREY, -0.52, 0.42, 0.11),
        _disk(GREY, 0.52, 0.42, 0.11),
    ],
    "wheel": [
        _disk(BLACK, 0, 0, 0.95),
        _disk(GREY, 0, 0, 0.6),
        _line(BLACK, 0.12, -0.55, 0, 0.55, 0),
        _line(BLACK, 0.12, 0, -0.55, 0, 0.55),
        _disk(WHITE, 0, 0, 0.18),
    ],
    "shirt": [
        _shape(
            _BLUE,
            -0.35,
            -0.8,
            0.35,
            -0.8,
            0.98,
            -0.35,
            0.7,
            0.05,
            0.48,
            -0.1,
            0.48,
            0.85,
            -0.48,
            0.85,
            -0.48,
            -0.1,
            -0.7,
            0.05,
            -0.98,
            -0.35,
        ),
        _disk(WHITE, 0, -0.8, 0.24, 0.16),
    ],
    "dress": [
        _shape(_PINK, -0.25, -0.5, 0.25, -0.5, 0.18, -0.05, 0.75, 0.95, -0.75, 0.95, -0.18, -0.05),
        _line(_PINK, 0.09, -0.2, -0.5, -0.15, -0.9),
        _line(_PINK, 0.09, 0.2, -0.5, 0.15, -0.9),
        _line(WHITE, 0.1, -0.2, -0.08, 0.2, -0.08),
    ],
    "bottle": [
        _shape(
            _GREEN,
            -0.12,
            -0.9,
            0.12,
            -0.9,
            0.12,
            -0.4,
            0.36,
            -0.1,
            0.36,
            0.95,
            -0.36,
            0.95,
            -0.36,
            -0.1,
            -0.12,
            -0.4,
        ),
        _box(_CREAM, -0.36, 0.15, 0.36, 0.6),
        _box(_RED, -0.14, -0.98, 0.14, -0.8),
    ],
    "cup": [
        _line(WHITE, 0.14, *_arc(0.55, 0.15, 0.32, 0.32)),
        _shape(WHITE, -0.65, -0.4, 0.6, -0.4, 0.45, 0.75, -0.5, 0.75),
        _disk(_BROWN, -0.02, -0.4, 0.62, 0.16),
        _line(WHITE, 0.07, -0.2, -0.65, -0.1, -0.8, -0.2, -0.95),
        _line(WHITE, 0.07, 0.2, -0.65, 0.3, -0.8, 0.2, -0.95),
    ],
    "phone": [
        _box(BLACK, -0.5, -0.95, 0.5, 0.95),
        _box(_CYAN, -0.4, -0.72, 0.4, 0.66),
        _box(_BLUE, -0.4, 0.1, 0.4, 0.66),
        _disk(GREY, 0, 0.8, 0.08),
    ],
    "laptop": [
        _box(BLACK, -0.7, -0.75, 0.7, 0.3),
        _box((70, 160, 250), -0.6, -0.65, 0.6, 0.2),
        _shape(GREY, -0.72, 0.3, 0.72, 0.3, 0.98, 0.65, -0.98, 0.65),
        _line(BLACK, 0.06, -0.6, 0.44, 0.6, 0.44),
    ],
    "guitar": [
        _line(_BROWN, 0.16, 0.0, 0.1, 0.0, -0.95),
        _disk(_ORANGE, 0, 0.05, 0.4, 0.32),
        _disk(_ORANGE, 0, 0.55, 0.55, 0.42),
        _disk(BLACK, 0, 0.28, 0.16),
        _line(WHITE, 0.04, 0, -0.85, 0, 0.7),
        _box(BLACK, -0.17, -0.98, 0.17, -0.76),
    ],
    "clapper": [
        _box(BLACK, -0.85, -0.25, 0.85, 0.85),
        _shape(WHITE, -0.9, -0.62, 0.8, -0.92, 0.85, -0.62, -0.85, -0.32),
        *[
            _shape(
                BLACK, x, -0.66 - x * 0.17, x + 0.2, -0.7 - x * 0.17, x + 0.3, -0.5, x + 0.1, -0.47
            )
            for x in (-0.8, -0.35, 0.1, 0.5)
        ],
        _line(WHITE, 0.05, -0.7, 0.2, 0.7, 0.2),
        _line(WHITE, 0.05, 0, 0.2, 0, 0.8),
    ],
    "cake": [
        _box(_BROWN, -0.8, 0.35, 0.8, 0.8),
        _box(_PINK, -0.8, -0.1, 0.8, 0.35),
        _box(_CREAM, -0.6, -0.45, 0.6, -0.05),
        _line(WHITE, 0.12, -0.8, 0.35, -0.4, 0.48, 0, 0.35, 0.4, 0.48, 0.8, 0.35),
        _disk(_RED, 0, -0.62, 0.2),
    ],
    "pizza": [
        _shape(_YELLOW, -0.85, -0.6, 0.85, -0.6, 0.05, 0.95),
        _line(_BROWN, 0.26, -0.9, -0.65, 0.9, -0.65),
        _disk(_RED, -0.3, -0.2, 0.18),
        _disk(_RED, 0.35, -0.25, 0.18),
        _disk(_RED, 0.05, 0.3, 0.17),
        _disk(_GREEN, 0.05, -0.05, 0.08),
    ],
    "ring": [
        _line(GOLD, 0.2, *_arc(0, 0.3, 0.58, 0.58)),
        _shape(_CYAN, -0.35, -0.7, 0.35, -0.7, 0.5, -0.5, 0, -0.12, -0.5, -0.5),
        _line(WHITE, 0.06, -0.5, -0.5, 0.5, -0.5),
    ],
    "necklace": [*_pearls(), _shape(_TEAL, 0, 0.55, 0.2, 0.75, 0, 0.98, -0.2, 0.75)],
    "lipstick": [
        _box(BLACK, -0.32, 0.2, 0.32, 0.95),
        _box(GOLD, -0.26, -0.15, 0.26, 0.2),
        _shape((214, 20, 84), -0.22, -0.15, -0.22, -0.7, 0.22, -0.95, 0.22, -0.15),
    ],
    "palette": [
        _box(BLACK, -0.95, -0.65, 0.95, 0.65),
        *[
            _disk(colour, x, y, 0.23)
            for colour, x, y in zip(
                (_PINK, _PURPLE, _TAN, _BROWN, _CREAM, (200, 90, 110)),
                (-0.6, 0, 0.6, -0.6, 0, 0.6),
                (-0.3, -0.3, -0.3, 0.3, 0.3, 0.3),
                strict=True,
            )
        ],
    ],
    "heart": [
        _disk((230, 30, 60), -0.42, -0.3, 0.46),
        _disk((230, 30, 60), 0.42, -0.3, 0.46),
        _shape((230, 30, 60), -0.84, -0.12, 0.84, -0.12, 0, 0.92),
    ],
    "globe": [
        _disk(_BLUE, 0, -0.1, 0.78),
        _shape(_GREEN, -0.55, -0.5, -0.1, -0.7, 0.05, -0.3, -0.2, 0.0, -0.5, -0.1),
        _shape(_GREEN, 0.15, -0.2, 0.6, -0.35, 0.6, 0.15, 0.3, 0.5),
        _line(_BROWN, 0.1, *_arc(0, -0.1, 0.92, 0.92, -60, 120)),
        _box(_BROWN, -0.35, 0.8, 0.35, 0.95),
    ],
    "house": [
        _box(_CREAM, -0.7, -0.15, 0.7, 0.9),
        _shape((176, 62, 48), -0.95, -0.12, 0, -0.92, 0.95, -0.12),
        _box(_BROWN, -0.15, 0.3, 0.2, 0.9),
        _box(_CYAN, -0.55, 0.1, -0.28, 0.4),
        _box(_CYAN, 0.33, 0.1, 0.58, 0.4),
    ],
    "parcel": [
        _box(_TAN, -0.8, -0.6, 0.8, 0.8),
        _box(_CREAM, -0.13, -0.6, 0.13, 0.8),
        _box(_CREAM, -0.8, -0.02, 0.8, 0.22),
        _line(_RED, 0.1, 0, -0.6, -0.3, -0.9),
        _line(_RED, 0.1, 0, -0.6, 0.3, -0.9),
    ],
    "sneaker": [
        _shape(
            _LIME, -0.9, -0.5, -0.35, -0.5, -0.1, -0.2, 0.6, 0.05, 0.95, 0.25, 0.95, 0.4, -0.9, 0.4
        ),
        _box(WHITE, -0.95, 0.38, 0.98, 0.6),
        _line(WHITE, 0.09, -0.3, -0.1, -0.05, -0.35),
        _line(WHITE, 0.09, -0.05, 0.0, 0.2, -0.22),
        _line(BLACK, 0.09, -0.8, 0.2, -0.2, 0.2),
    ],
    "heel": [
        _shape(
            _PURPLE,
            -0.9,
            -0.75,
            -0.6,
            -0.8,
            0.1,
            0.25,
            0.85,
            0.45,
            0.95,
            0.7,
            0.2,
            0.7,
            -0.55,
            -0.1,
        ),
        _shape(_PURPLE, -0.9, -0.75, -0.55, -0.3, -0.72, 0.8, -0.85, 0.8),
    ],
    "teddy": [
        _disk(_BROWN, -0.5, -0.7, 0.24),
        _disk(_BROWN, 0.5, -0.7, 0.24),
        _disk(_BROWN, 0, 0.45, 0.6, 0.5),
        _disk(_BROWN, 0, -0.35, 0.52),
        _disk(_TAN, 0, -0.2, 0.26, 0.2),
        _disk(_TAN, 0, 0.5, 0.34, 0.3),
        _disk(BLACK, -0.2, -0.5, 0.07),
        _disk(BLACK, 0.2, -0.5, 0.07),
    ],
    "ball": [
        _disk(_ORANGE, 0, 0, 0.85),
        _line(BLACK, 0.08, -0.85, 0, 0.85, 0),
        _line(BLACK, 0.08, 0, -0.85, 0, 0.85),
        _line(BLACK, 0.08, *_arc(-0.95, 0, 0.6, 0.7, -60, 60)),
        _line(BLACK, 0.08, *_arc(0.95, 0, 0.6, 0.7, 120, 240)),
    ],
    "dog": [
        _disk(_TAN, 0, -0.1, 0.6, 0.68),
        _shape(_BROWN, -0.45, -0.7, -0.85, -0.5, -0.8, 0.25, -0.55, 0.15),
        _shape(_BROWN, 0.45, -0.7, 0.85, -0.5, 0.8, 0.25, 0.55, 0.15),
        _disk(WHITE, 0, 0.35, 0.36, 0.4),
        _disk(BLACK, 0, 0.18, 0.16, 0.12),
        _disk(BLACK, -0.25, -0.2, 0.09),
        _disk(BLACK, 0.25, -0.2, 0.09),
        _disk(_PINK, 0, 0.68, 0.13, 0.2),
    ],
    "flower": [
        _line(_GREEN, 0.12, 0, 0, 0, 0.98),
        _shape(_GREEN, 0, 0.75, 0.5, 0.4, 0.3, 0.8),
        *[
            _disk((236, 70, 190), 0.42 * np.cos(a), -0.3 + 0.42 * np.sin(a), 0.27)
            for a in np.arange(6) * np.pi / 3
        ],
        _disk(_YELLOW, 0, -0.3, 0.24),
    ],
    "camera": [
        _box((70, 74, 84), -0.92, -0.45, 0.92, 0.65),
        _box((70, 74, 84), -0.35, -0.7, 0.35, -0.4),
        _disk(GREY, 0, 0.1, 0.46),
        _disk((30, 40, 90), 0, 0.1, 0.32),
        _disk(WHITE, -0.1, 0.0, 0.09),
        _box(_RED, 0.6, -0.36, 0.8, -0.2),
    ],
    "book": [
        _shape(_TEAL, -0.98, -0.5, 0, -0.35, 0.98, -0.5, 0.98, 0.65, 0, 0.8, -0.98, 0.65),
        _shape(WHITE, -0.88, -0.6, 0, -0.42, 0, 0.65, -0.88, 0.5),
        _shape(WHITE, 0.88, -0.6, 0, -0.42, 0, 0.65, 0.88, 0.5),
        _line(GREY, 0.05, 0, -0.42, 0, 0.65),
        *[_line(GREY, 0.05, -0.75, y, -0.15, y + 0.1) for y in (-0.3, -0.05, 0.2)],
        *[_line(GREY, 0.05, 0.75, y, 0.15, y + 0.1) for y in (-0.3, -0.05, 0.2)],
    ],
    "candle": [
        _box(_CREAM, -0.3, -0.15, 0.3, 0.85),
        _line(BLACK, 0.06, 0, -0.15, 0, -0.35),
        _disk(_ORANGE, 0, -0.6, 0.2, 0.34),
        _disk(_YELLOW, 0, -0.52, 0.1, 0.2),
        _box(GOLD, -0.6, 0.8, 0.6, 0.96),
    ],
    "balloon": [
        _line(WHITE, 0.05, 0, 0.4, 0.1, 0.65, -0.05, 0.98),
        _disk((150, 70, 230), 0, -0.3, 0.58, 0.66),
        _shape((150, 70, 230), 0, 0.3, 0.14, 0.48, -0.14, 0.48),
        _disk(WHITE, -0.22, -0.55, 0.1, 0.16),
    ],
}
