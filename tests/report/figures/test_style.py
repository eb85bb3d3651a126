"""How figures look."""

import logging
import warnings

import matplotlib.pyplot as plt
from matplotlib import font_manager
from morning.report.figures import style
from morning.report.figures.style import FONTS, SMALL, canvas, drawable, literal
from toys.figures import MATHS


def test_a_figure_of_its_size_that_pyplot_does_not_keep():
    figure, axes = canvas(3, columns=2, rows=3)
    width, height = figure.get_size_inches()
    assert height == 3
    assert SMALL / 72 * 358 / width >= 7.5  # pixels, as wide as a phone of 390 pixels shows it
    assert axes.shape == (3, 2)
    assert plt.get_fignums() == []


def test_text_is_drawn_as_it_is():
    figure, axis = canvas(2)
    shown = axis.set_title(literal(MATHS))
    figure.canvas.draw()
    assert shown._preprocess_math(shown.get_text()) == (MATHS, False)
    assert literal(3) == "3"


def test_families_that_are_installed_stand_in_for_the_first(monkeypatch):
    monkeypatch.setattr(font_manager, "get_font_names", lambda: ["Noto Emoji", "Noto Sans CJK JP"])
    assert style._fonts() == ["sans-serif", "Noto Sans CJK JP", "Noto Emoji"]
    monkeypatch.setattr(font_manager, "get_font_names", lambda: ["Times"])
    assert style._fonts() == ["sans-serif"]


def test_all_text_of_a_figure_is_drawn_in_them():
    _, axis = canvas(2)
    texts = [
        axis.set_title("a"),
        axis.text(0, 0, "b"),
        axis.set_xlabel("c"),
        axis.annotate("d", (0, 0)),
    ]
    texts += axis.get_xticklabels()
    assert all(text.get_fontfamily() == FONTS for text in texts)


def test_characters_without_a_font_are_boxes_and_no_warnings(caplog):
    rare = "\U0001f9ff\u1b85"
    assert not drawable().intersection("\u1b85")
    assert {"a", "é", "ж"} <= drawable()
    figure, axis = canvas(2)
    axis.set_title(rare)
    with warnings.catch_warnings(record=True) as seen, caplog.at_level(logging.WARNING):
        style.be_quiet_about_glyphs()
        figure.canvas.draw()
    assert seen == []
    assert caplog.text == ""
