"""How figures look."""

from __future__ import annotations

import warnings
from functools import cache
from typing import Any

import matplotlib.pyplot as plt
import seaborn as sns
from matplotlib import font_manager
from matplotlib.figure import Figure

OURS, PAPER, THIRD = "#1f6f8b", "#d1495b", "#edae49"
#: Families with the characters that matplotlib's own font lacks; those that are installed help.
_FALLBACKS = (
    *("Noto Sans CJK JP", "Noto Sans JP", "Noto Sans SC", "Source Han Sans", "WenQuanYi Zen Hei"),
    *("WenQuanYi Micro Hei", "Hiragino Sans", "PingFang SC", "Yu Gothic", "Microsoft YaHei"),
    *("IPAexGothic", "Noto Sans KR", "Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans Thai"),
    *("Thonburi", "Leelawadee UI", "Noto Sans Devanagari", "Nirmala UI", "Arial Unicode MS"),
    *("Noto Emoji", "Segoe UI Emoji", "Symbola"),
)


def _fonts() -> list[str]:
    """Return the families that text is drawn in: each character in the first that has it."""
    installed = set(font_manager.get_font_names())
    return ["sans-serif", *(name for name in _FALLBACKS if name in installed)]


FONTS = _fonts()
#: Text that is added to a figure later takes its font from here.
plt.rcParams["font.family"] = FONTS
_STYLE = {
    **{"axes.spines.top": False, "axes.spines.right": False},
    **{"figure.dpi": 110, "font.family": FONTS},
}


def be_quiet_about_glyphs() -> None:
    """Warn no more of every character that no font has, at every drawing; it is drawn as a box."""
    warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from", UserWarning)


be_quiet_about_glyphs()


@cache
def drawable() -> frozenset[str]:
    """Return the characters that some font of the figures has."""
    families = [font_manager.FontProperties(family=[name]) for name in FONTS]
    paths = {font_manager.findfont(family) for family in families}
    return frozenset(chr(c) for path in paths for c in font_manager.get_font(path).get_charmap())


def literal(text: object) -> str:
    """Return text that matplotlib shows as it is: a name from user data is no mathematics."""
    return str(text).replace("$", r"\$")


def canvas(width: float, height: float, columns: int = 1, rows: int = 1) -> tuple[Figure, Any]:
    """Return a figure and its axes, `width` by `height` inches, that pyplot does not keep."""
    with sns.axes_style("ticks", _STYLE):
        figure, axes = plt.subplots(rows, columns, figsize=(width, height), layout="constrained")
    plt.close(figure)  # the notebook shows what a cell returns; nothing is shown twice
    return figure, axes
