"""The gates of a book: each fails on a page that is broken on purpose, and runs on any book.

``MORNING_BOOK=runs/demo/book/html pytest tests/test_gates.py`` holds the book of a run to them;
`tests/test_pipeline.py` does so with a small one.
"""

import os
from pathlib import Path

import pytest
from toys.gates import (
    FEW_LOOKS,
    PHONE,
    Book,
    BookGates,
    cut_texts,
    dead_links,
    leaks,
    loads_from_elsewhere,
    poor_alternatives,
    telling_handles,
    unnumbered,
    visited,
    weights,
)

GOOD = """<!DOCTYPE html><html lang="en"><head><meta name="viewport" content="width=device-width">
<title>A page</title></head><body><main id="here"><h1>A page</h1>BODY</main></body></html>"""
SVG = '<svg xmlns="http://www.w3.org/2000/svg"/>'
OUTPUT = '<div class="cell_output">{}</div>'
PICTURE = '<img alt="A bar" src="picture.svg">'
NUMBERED = '<figure>{}<figcaption><span class="caption-number">Table 1</span></figcaption></figure>'
WIDE = "<p>" + "wide" * 99 + "</p>"


@pytest.fixture
def page(tmp_path):
    """Return what writes a page, with another one and a picture beside it, and opens the book."""

    def written(body):
        (tmp_path / "other.html").write_text(GOOD.replace("BODY", "<p>Another.</p>"))
        (tmp_path / "picture.svg").write_text(SVG)
        (tmp_path / "page.html").write_text(GOOD.replace("BODY", body), encoding="utf-8")
        return Book(tmp_path)

    return written


@pytest.mark.parametrize(
    ("gate", "right", "wrong"),
    [
        (dead_links, '<a href="other.html#here">x</a>', '<a href="other.html#there">x</a>'),
        (dead_links, '<a href="#here">x</a>', '<a href="#there">x</a>'),
        (dead_links, '<a href="https://doi.org/1">x</a>', OUTPUT.format('<a href="other">x</a>')),
        (dead_links, '<img alt="a" src="picture.svg">', '<img alt="a" src="pictures.svg">'),
        (
            loads_from_elsewhere,
            '<a href="https://doi.org/1">x</a>',
            '<script src="https://doi.org/1"></script>',
        ),
        (loads_from_elsewhere, "<p>x</p>", '<link rel="stylesheet" href="//fonts.org/a.css">'),
        (cut_texts, OUTPUT.format("<p>… of which 3</p>"), OUTPUT.format("<p>a long te…</p>")),
        (cut_texts, OUTPUT.format('<p dir="auto">Oh...</p>'), OUTPUT.format("<td>a lo...</td>")),
        (unnumbered, NUMBERED.format(OUTPUT.format("<table></table>")), OUTPUT.format(PICTURE)),
        (poor_alternatives, '<img alt="A bar" src="a.svg">', '<img src="a.svg">'),
        (
            poor_alternatives,
            "<p>x</p>",
            '<img alt="../_images/f12407b5f12407b5.png" src="picture.svg">',
        ),
    ],
)
def test_a_page_that_is_broken_is_found(page, gate, right, wrong):
    assert gate(page(right)) == []
    (found,) = gate(page(wrong))
    assert found.startswith("page.html: ")


@pytest.mark.parametrize(
    "wrong", ["Traceback (most recent call last)", "at /tmp/anna/x.py", "by Jane.D_1 and others"]
)
def test_what_names_somebody_is_found(page, wrong):
    assert leaks(page("<p>https://host/tmp/x is fine</p>"), {"jane.d_1"}) == []
    (found,) = leaks(page(f"<p>{wrong}</p>"), {"jane.d_1"})
    assert "Jane" not in found


def test_a_page_weighs_what_its_pictures_weigh_and_not_what_all_share(page, tmp_path):
    book = page('<img alt="A bar" src="picture.svg"><img alt="x" src="_static/a.svg">')
    (tmp_path / "_static").mkdir()
    (tmp_path / "_static" / "a.svg").write_text(SVG * 1000)
    (tmp_path / "picture.svg").write_text(SVG * 100)
    found = weights(book)
    assert found["page.html"] == pytest.approx((len(SVG) * 100 + 300) / 1e6, abs=2e-4)


BROKEN = {
    "errors": [
        "<script>const a = 1;</script><script>const a = 2;</script>",
        '<img alt="A bar" src="nowhere.svg">',
    ],
    "elsewhere": ["<script>fetch('http://127.0.0.1:9/x').catch(() => 0)</script>"],
    "clipped": [f'<pre style="overflow: hidden">{WIDE}</pre>'],
    "barriers": [
        '<p style="color: #ccc">Pale.</p>',
        '<button aria-label="Find">Search</button>',
    ],
}


@pytest.fixture(scope="module")
def visits(tmp_path_factory):
    """Open a good page, a wide one, and one for each body that is broken."""
    folder = tmp_path_factory.mktemp("pages")
    bodies = {"good": "<p>Fine.</p>", "wide": WIDE}
    bodies |= {f"{kind}{i}": body for kind in BROKEN for i, body in enumerate(BROKEN[kind])}
    for name, body in bodies.items():
        (folder / f"{name}.html").write_text(GOOD.replace("BODY", body), encoding="utf-8")
    return visited(Book(folder), FEW_LOOKS)


@pytest.mark.parametrize("kind", BROKEN)
def test_a_page_that_fails_in_a_browser_is_found(visits, kind):
    assert not getattr(visits["good.html"], kind)
    for i in range(len(BROKEN[kind])):
        assert getattr(visits[f"{kind}{i}.html"], kind)


def test_a_page_that_is_wider_than_a_phone_is_found(visits):
    assert visits["wide.html"].width > visits["good.html"].width == PHONE


if "MORNING_BOOK" in os.environ:

    class TestAnyBook(BookGates):
        @pytest.fixture(scope="class")
        @classmethod
        def book(cls):
            return Book(Path(os.environ["MORNING_BOOK"]).resolve())

        @pytest.fixture(scope="class")
        @classmethod
        def people(cls):
            mirror = os.environ.get("MORNING_MIRROR")
            return telling_handles(Path(mirror)) if mirror else set()
