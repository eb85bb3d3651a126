"""How figures look."""

from __future__ import annotations

import warnings
from functools import cache
from typing import Any

import matplotlib.pyplot as plt
import seaborn as sns
from IPython import get_ipython
from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib_inline.config import InlineBackend

#: Okabe and Ito's colours, which the colour-blind can tell apart: ours, the paper's, a third.
OURS, PAPER, THIRD = "#0072b2", "#d55e00", "#e69f00"
_CYCLE = (OURS, THIRD, "#009e73", "#cc79a7", "#56b4e9", PAPER)
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
_SIZE = 10.5  # points; a figure that is as wide as the page is shown in its own size
_STYLE: dict[str, Any] = {
    **{"axes.spines.top": False, "axes.spines.right": False},
    **{"figure.facecolor": "none", "axes.facecolor": "none", "legend.facecolor": "none"},
    **{"figure.dpi": 110, "font.family": FONTS, "font.size": _SIZE},
    **dict.fromkeys(["axes.labelsize", "axes.titlesize", "legend.fontsize"], _SIZE),
    "axes.prop_cycle": plt.cycler(color=_CYCLE),
    **dict.fromkeys(["xtick.labelsize", "ytick.labelsize"], _SIZE - 0.5),
}
_SVG: dict[str, Any] = {"bbox_inches": "tight", "metadata": {"Date": None}}
_WIDEST = 8.0  # inches, as wide as the page


def be_quiet_about_glyphs() -> None:
    """Warn no more of every character that no font has, at every drawing; it is drawn as a box."""
    warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from", UserWarning)


be_quiet_about_glyphs()


def draw_as_svg() -> None:
    """Show figures of a notebook as SVG, transparent and the same every time."""
    plt.rcParams["svg.hashsalt"] = "morning"
    if (shell := get_ipython()) is not None:
        backend = InlineBackend.instance(parent=shell)
        backend.print_figure_kwargs = _SVG
        backend.figure_formats = {"svg"}


draw_as_svg()


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
    """Return a figure and its axes, at most as wide as the page, that pyplot does not keep.

    Parameters
    ----------
    width, height : float
        Inches.
    columns, rows : int
        Axes.
    """
    width = min(width, _WIDEST)
    with sns.axes_style("ticks", _STYLE):
        figure, axes = plt.subplots(rows, columns, figsize=(width, height), layout="constrained")
    plt.close(figure)  # the notebook shows what a cell returns; nothing is shown twice
    return figure, axes
