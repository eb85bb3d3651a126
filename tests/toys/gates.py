"""What every page of a built book is held to; a gate returns what is wrong, a line for each."""

import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from morning.sources.released import fetch
from morning.sources.unpickle import load_plain

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DESK, PHONE = 1440, 390  # pixels
Looks = Mapping[tuple[int, str], dict[str, Any]]
#: Megabytes of a page and what it alone loads, and of what pages share and a browser keeps.
MOST, MOST_SHARED = 2.0, 5.0
#: The explorer is a program with all rankings in it, not a page to read.
EXPLORER, MOST_EXPLORER = "explorer.html", 5.0
#: Scripts, styles and fonts, mathematics, and what the search needs.
_SHARED = ("_static", "mathjax", "searchindex.js")
#: Tag -> its attribute that names a file.
_NAMING = {"a": "href", "link": "href", "img": "src", "script": "src", "iframe": "src"}
_MACHINE = re.compile(r"(?<![\w./:-])/(?:home|Users|root|tmp|work|mnt|private)/[\w.-]+")
_NO_WORDS = re.compile(r"[0-9a-f]{16}|\.(?:png|svg|jpe?g|gif|webp)\b|^\W*$", re.I)
_CUT = re.compile(r"(?:…|\.\.\.)\s*$")
#: Boxes whose content may be wider than a phone, and must then scroll.
_BOXES = "pre, table, figure, div.math, div.math mjx-container, div.output"
#: Waits until formulas are set, and until the theme has seen how wide the window is.
_SET = "async () => { await window.MathJax?.startup?.promise; }"
_SEEN = "() => new Promise((done) => setTimeout(done, 400))"
_CLIPPED = """(boxes) => [...document.querySelectorAll(boxes)].filter((box) =>
  box.scrollWidth > box.clientWidth + 1 && getComputedStyle(box).overflowX === "hidden"
).map((box) => box.outerHTML.slice(0, 80))"""
_ALL = {"rules": {"label-content-name-mismatch": {"enabled": True}}}
_COLOURS = {"runOnly": ["color-contrast"]}
#: Width and scheme -> what is looked for: colours in every look, all else once for each width.
LOOKS = {
    (DESK, "light"): _ALL,
    (DESK, "dark"): _COLOURS,
    (PHONE, "light"): _COLOURS,
    (PHONE, "dark"): _ALL,
}
#: Two of them, which have each width and each scheme once, and take half as long.
FEW_LOOKS = {look: LOOKS[look] for look in ((DESK, "light"), (PHONE, "dark"))}


@dataclass(frozen=True)
class Book:
    """The pages below a folder of HTML."""

    folder: Path

    @cached_property
    def pages(self) -> dict[Path, BeautifulSoup]:
        """All but those that the theme keeps among its files."""
        paths = sorted(p for p in self.folder.rglob("*.html") if p.parent.name != "_static")
        return {p: BeautifulSoup(p.read_text(encoding="utf-8"), "html.parser") for p in paths}

    @cached_property
    def anchors(self) -> dict[Path, set[str]]:
        """What each page has to point at."""
        return {
            path: {str(tag["id"]) for tag in page.find_all(id=True)}
            for path, page in self.pages.items()
        }

    def named(self) -> Iterator[tuple[Path, Tag, str]]:
        """Every page with a tag in it and the address that the tag names."""
        for path, page in self.pages.items():
            for tag in page.find_all(list(_NAMING)):
                if address := tag.get(_NAMING[tag.name]):
                    yield path, tag, str(address)

    def name(self, path: Path) -> str:
        """Return what a file is called in a sentence."""
        return path.relative_to(self.folder).as_posix()


@dataclass(frozen=True)
class Visit:
    """What happened when a page was opened."""

    errors: list[str]
    """What scripts and the browser complained of."""
    elsewhere: list[str]
    """Addresses that were asked for and are no files of this machine."""
    files: set[Path]
    """Files that were read."""
    width: int
    """Pixels that the page takes on a phone."""
    clipped: list[str]
    """Boxes on a phone whose content cannot be scrolled to."""
    barriers: list[str]
    """Serious and critical violations of accessibility rules, with the look they are seen in."""


def dead_links(book: Book) -> list[str]:
    """Links, pictures, scripts and styles whose file or anchor is missing."""
    wrong = []
    for path, _, address in book.named():
        link = urlsplit(address)
        if link.scheme or link.netloc:
            continue
        target = (path.parent / unquote(link.path)).resolve() if link.path else path
        anchor = unquote(link.fragment)
        if not target.is_file():
            wrong.append(f"{book.name(path)}: {address} is no file")
        elif anchor and target in book.anchors and anchor not in book.anchors[target]:
            wrong.append(f"{book.name(path)}: {address} is no anchor")
    return wrong


def loads_from_elsewhere(book: Book) -> list[str]:
    """Scripts, styles, icons, frames and pictures of other machines."""
    return [
        f"{book.name(path)}: {address}"
        for path, tag, address in book.named()
        if tag.name != "a" and urlsplit(address).netloc
    ]


def leaks(book: Book, people: Iterable[str]) -> list[str]:
    """Tracebacks, paths of a machine and handles, in pages and in what is downloaded from them."""
    handles, wrong = {each.lower().strip("._") for each in people}, []
    for path in sorted(book.folder.rglob("*")):
        if path.suffix not in (".html", ".ipynb", ".md", ".csv") or "_static" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        found = sorted(set(_MACHINE.findall(text)))
        if "Traceback (most recent call last)" in text:
            found.append("a traceback")
        words = re.findall(r"[a-z0-9._]+", text.lower())
        if handles & {word.strip("._") for word in words}:
            found.append("somebody's handle")  # not which: this may be printed
        wrong += [f"{book.name(path)}: {each}" for each in found]
    return wrong


def cut_texts(book: Book) -> list[str]:
    """Texts in outputs that end in dots, but for what people wrote: their direction is `auto`."""
    return [
        f"{book.name(path)}: {text.strip()[-60:]}"
        for path, page in book.pages.items()
        for output in page.select(".cell_output")
        for text in output.find_all(string=_CUT)
        if not text.find_parent(["script", "style"]) and not text.find_parent(dir="auto")
    ]


def poor_alternatives(book: Book) -> list[str]:
    """Pictures whose text for those who do not see them is missing, a path or a hash."""
    return [
        f"{book.name(path)}: {str(tag.get('src'))[:60]} is called {tag.get('alt')!r}"
        for path, page in book.pages.items()
        for tag in page.find_all("img")
        if _NO_WORDS.search(str(tag.get("alt", "")))
    ]


def unnumbered(book: Book) -> list[str]:
    """Figures and tables of chapters without a number, cards of accounts and solutions apart."""
    return [
        f"{book.name(path)}: {tag.name} {tag.get('alt') or tag.get_text()[:40]!r}"
        for path, page in book.pages.items()
        for tag in page.select(".cell_output :is(img, table)")
        if not tag.find_parent(class_=["morning-cards", "tag_solution"])
        and not any(each.select(".caption-number") for each in tag.find_parents("figure"))
    ]


def weights(book: Book) -> dict[str, float]:
    """Return the megabytes of each page with its pictures and frames, without what is shared."""
    files: dict[Path, set[Path]] = {path: {path} for path in book.pages}
    for path, tag, address in book.named():
        if tag.name in ("img", "iframe") and not urlsplit(address).scheme:
            files[path].add((path.parent / unquote(urlsplit(address).path)).resolve())
    return {
        book.name(path): megabytes(each for each in found if not shared(book, each))
        for path, found in files.items()
    }


def shared(book: Book, path: Path) -> bool:
    """Return whether a file is one that a browser keeps for all pages."""
    return path.relative_to(book.folder).parts[0] in _SHARED


def megabytes(files: Iterable[Path]) -> float:
    """Return what files take, in megabytes."""
    return sum(path.stat().st_size for path in files if path.is_file()) / 1e6


@contextmanager
def browser():
    """Give a browser; skip the test where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    if CHROMIUM is None:
        pytest.skip("needs chromium")
    with playwright.sync_playwright() as driver:
        options = ["--no-sandbox", "--disable-gpu"]
        running = driver.chromium.launch(executable_path=CHROMIUM, args=options)
        yield running
        running.close()


def visited(book: Book, looks: Looks) -> dict[str, Visit]:
    """Open every page, and look at it in several ways."""
    axe = pytest.importorskip("axe_playwright_python.base", reason="needs axe")
    with browser() as running:
        context = running.new_context(reduced_motion="reduce")
        context.add_init_script(axe.AXE_SCRIPT)
        page, found = context.new_page(), {}
        for path in book.pages:
            if path != book.folder / "index.html":  # a copy of the first page
                found[book.name(path)] = _visited(page, path, looks)
        return found


def _visited(page, path: Path, looks: Looks) -> Visit:
    """Open one page; it stays open."""
    errors, asked, barriers = [], [], []
    watched = {
        "pageerror": lambda error: errors.append(str(error)),
        "console": lambda said: errors.append(said.text) if said.type == "error" else None,
        "request": lambda request: asked.append(urlsplit(request.url)),
    }
    for event, hear in watched.items():
        page.on(event, hear)
    page.set_viewport_size({"width": DESK, "height": 900})
    page.goto(path.as_uri())
    page.evaluate(_SET)
    for (width, scheme), wanted in looks.items():
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        page.evaluate(_SEEN)
        settings = {"preload": False, "iframes": False, "resultTypes": ["violations"]}
        barriers += [
            f"{each['id']} ({width} px, {scheme}): {node['html'][:120]}"
            for each in page.evaluate("axe.run", settings | wanted)["violations"]
            if each["impact"] in ("serious", "critical")
            for node in each["nodes"]
        ]
    visit = Visit(
        errors,
        [each.geturl() for each in asked if each.scheme not in ("file", "data", "blob")],
        {Path(unquote(each.path)) for each in asked if each.scheme == "file"},
        page.evaluate("document.documentElement.scrollWidth"),
        page.evaluate(_CLIPPED, _BOXES),
        barriers,
    )
    for event, hear in watched.items():
        page.remove_listener(event, hear)
    return visit


def telling_handles(mirror: Path) -> set[str]:
    """Return handles of the benchmark that cannot be words: with a dot, underscore or digit."""
    files = fetch("sorted_3748_inf_list.pkl", "sorted_360_brand_list.pkl", mirror=mirror)
    influencers = set(load_plain(files["sorted_3748_inf_list.pkl"]))
    brands = set(load_plain(files["sorted_360_brand_list.pkl"]))
    return {h for h in influencers - brands if len(h) > 7 and re.search(r"[._\d]", h)}


class BookGates:
    """What a reader relies on; a subclass has a fixture `book`, and `people` where it knows any.

    Attributes
    ----------
    looks : mapping
        In which ways pages are looked at; see `LOOKS`.
    """

    looks = LOOKS

    @pytest.fixture(scope="class")
    @classmethod
    def book(cls) -> Book:
        """Return the book that is looked at."""
        raise NotImplementedError("give your test class a fixture `book`")

    @pytest.fixture(scope="class")
    @classmethod
    def people(cls) -> set[str]:
        """Return handles that no page may show."""
        return set()

    @pytest.fixture(scope="class")
    @classmethod
    def visits(cls, book: Book) -> dict[str, Visit]:
        """Open every page."""
        return visited(book, cls.looks)

    def test_every_link_and_picture_is_there(self, book):
        assert len(book.pages) > 9
        _none(dead_links(book))

    def test_nothing_is_taken_from_elsewhere(self, book):
        _none(loads_from_elsewhere(book))

    def test_nobody_and_no_machine_is_named(self, book, people):
        _none(leaks(book, people))

    def test_no_output_is_cut(self, book):
        _none(cut_texts(book))

    def test_pictures_are_described(self, book):
        _none(poor_alternatives(book))

    def test_figures_and_tables_are_numbered(self, book):
        _none(unnumbered(book))

    def test_no_page_is_heavy(self, book):
        found = weights(book)
        print(*(f"{weight:6.2f} MB {name}" for name, weight in found.items()), sep="\n")
        limits = {EXPLORER: MOST_EXPLORER}
        _none(f"{n}: {mb:.2f} MB" for n, mb in found.items() if mb > limits.get(n, MOST))

    def test_what_pages_share_is_no_burden(self, book, visits):
        files = set.union(*(visit.files for visit in visits.values()))
        weight = megabytes(path for path in files if shared(book, path))
        print(f"{weight:.2f} MB")
        assert weight < MOST_SHARED

    def test_no_script_fails_and_nothing_leaves_the_machine(self, visits):
        _none(f"{name}: {each}" for name, v in visits.items() for each in v.errors + v.elsewhere)

    def test_nothing_is_wider_than_a_phone(self, visits):
        wide = [f"{name}: {v.width} px" for name, v in visits.items() if v.width > PHONE]
        _none(wide + [f"{name}: {each}" for name, v in visits.items() for each in v.clipped])

    def test_nobody_is_shut_out(self, visits):
        _none(f"{name}: {each}" for name, visit in visits.items() for each in visit.barriers)


def _none(wrong: Iterable[str]) -> None:
    """Fail with all that is wrong."""
    found = list(wrong)
    assert not found, "\n".join([f"{len(found)} found", *found])
