"""How figures look."""

from __future__ import annotations

import warnings
from functools import cache
from typing import Any

import matplotlib.pyplot as plt
import seaborn as sns
from IPython import get_ipython
from matplotlib import font_manager
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib_inline.config import InlineBackend

from morning.plain import visible

#: Okabe and Ito's colours, which the colour-blind can tell apart; each means one thing in the
#: whole book. What is measured here:
OURS = "#0072b2"
#: What the authors print, and what their own program makes of their files:
PAPER = "#d55e00"
#: Partners, of a brand or of each other; everyone else, chance, and what is there to compare with:
PARTNERS, OTHERS = "#009e73", "#8c8c8c"
#: Brands that are trained on, and brands that are tested on:
TRAINING, TEST = "#56b4e9", "#cc79a7"
#: What a figure points out:
MARKED = "#e69f00"
#: From nothing, which is white, to much.
SHADES = LinearSegmentedColormap.from_list("shades", ["#ffffff", "#8fc4e6", OURS, "#00263b"])
#: Colour and dashes of lines that are all of one kind, such as seeds.
LINES = (
    *({"color": OURS, "linestyle": "-"}, {"color": "#3a97d0", "linestyle": "--"}),
    *({"color": "#00344f", "linestyle": "-."}, {"color": OURS, "linestyle": ":"}),
)
#: Parts of a score of ours, and what is taken off it.
PART_COLOURS = {"f": OURS, "g": "#8fc4e6", "h": "#00344f", "popularity": OTHERS}
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
#: Points. A figure is shown in its own size on a page, and at 0.6 of it on a phone, where text of
#: 10 points is 8 pixels high.
SIZE, SMALL = 10.5, 9.5
_WIDTH = 5.8  # inches
_STYLE: Any = {
    **sns.axes_style("ticks"),
    **{"axes.spines.top": False, "axes.spines.right": False},
    **{"figure.facecolor": "none", "axes.facecolor": "none", "legend.facecolor": "none"},
    **{"figure.dpi": 110, "font.family": FONTS, "font.size": SIZE},
    **dict.fromkeys(["axes.labelsize", "axes.titlesize"], SIZE),
    **dict.fromkeys(["xtick.labelsize", "ytick.labelsize", "legend.fontsize"], SMALL),
    **{"legend.frameon": False, "patch.force_edgecolor": False, "savefig.pad_inches": 0.05},
    "axes.prop_cycle": plt.cycler(color=[OURS]),  # who wants another colour says what it means
}
plt.rcParams.update(_STYLE)  # also of what is added to a figure later: texts, legends
_SVG: dict[str, Any] = {"bbox_inches": "tight", "metadata": {"Date": None}}


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
    """Return text that matplotlib shows as it is: a name from user data is no mathematics.

    SVG, which has it in comments, knows no control codes.
    """
    return visible(text).replace("$", r"\$")


def canvas(height: float, columns: int = 1, rows: int = 1) -> tuple[Figure, Any]:
    """Return a figure and its axes, narrow enough to be read on a phone, that pyplot does not keep.

    Parameters
    ----------
    height : float
        Inches; all figures are 5.8 wide.
    columns, rows : int
        Axes. Text is as large in many columns as in one: stand panels above each other.
    """
    size = (_WIDTH, height)
    figure, axes = plt.subplots(rows, columns, figsize=size, layout="constrained")
    plt.close(figure)  # the notebook shows what a cell returns; nothing is shown twice
    return figure, axes
