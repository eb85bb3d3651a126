"""The book: assembled from executed notebooks, opened in a browser without a network."""

import re
import shutil
import subprocess
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from morning.errors import MorningError
from morning.report.tables.style import styled
from morning.sources import load
from morning.sources.sample import write_sample
from morning_book.render import render_book, tags_of
from morning_book.repository import REPOSITORY

ROOT = Path(__file__).resolve().parents[1]
REPO = "https://github.com/owner/name"
SECRET = "/some/machine/path"
TABLE = {
    "mystnb": {
        "figure": {
            "caption": "An answer.",
            "caption_before": True,
            "classes": "table",
            "name": "tab-answer",
        }
    }
}
DEMO = {"posts": True, "released": False, "demo": True}


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    """Return the HTML folder of a small book with one cell of every kind, and all buttons."""
    base = tmp_path_factory.mktemp("book")
    code, prose = nbformat.v4.new_code_cell, nbformat.v4.new_markdown_cell
    output = nbformat.v4.new_output("stream", text="forty-two\n")
    table = styled(pd.DataFrame({"answer": ["42"]}, index=["deep"])).to_html()
    shown = nbformat.v4.new_output("execute_result", {"text/html": table}, execution_count=2)
    cells = [
        prose("# A chapter\n\nIt cites {cite}`wang2023morning` and knows $F = f + g + h$."),
        code('data = "demo"\nrun = "../runs/demo"', metadata={"tags": ["parameters"]}),
        code(f"run = '{SECRET}'", metadata={"tags": ["injected-parameters"]}),
        code("print('forty-two')", outputs=[output], execution_count=1),
        code("table", metadata=TABLE, outputs=[shown], execution_count=2),
        prose("So says {numref}`tab-answer`."),
        prose("only with posts", metadata={"tags": ["posts"]}),
        prose("only of the benchmark", metadata={"tags": ["released"]}),
        prose("only of the demo", metadata={"tags": ["demo"]}),
    ]
    metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "papermill": {"duration": 1.0},
    }
    notebooks = []
    for name in ("01_dataset", "02_content_features"):
        cells[4] = code("table", metadata=TABLE if name[1] == "1" else {}, outputs=[shown])
        path = base / f"{name}.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), path)
        notebooks.append(path)
    settings = {"data": "demo", "run": SECRET, "profile": "quick"}
    explorer = base / "explorer.html"
    explorer.write_text("<title>An explorer</title>", encoding="utf-8")
    said = "With 2 test brands, look."
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(REPOSITORY, REPO)
        out = base / "book"
        render_book(ROOT / "book", notebooks, settings, DEMO, out, said, beside=[explorer])
    return base / "book" / "html"


def page(html, name):
    return (html / name).read_text(encoding="utf-8")


def test_chapters_carry_outputs_and_no_paths(html):
    text = page(html, "notebooks/01_dataset.html")
    assert "forty-two" in text
    assert all(SECRET not in p.read_text(encoding="utf-8") for p in html.rglob("*.html"))


def test_a_captioned_table_has_a_number_that_can_be_referred_to(html):
    text = page(html, "notebooks/01_dataset.html")
    assert re.search(r'<figure[^>]*id="tab-answer"', text)
    assert re.search(r'<span class="caption-number">Table \d+ </span>', text)
    assert re.search(r'href="#tab-answer"><span class="std std-numref">Table \d+</span>', text)


def test_the_first_page_begins_with_what_was_found_on_the_benchmark(html):
    text = page(html, "intro.html")
    found = text.index("What we found")
    assert found < text.index("falls short", found) < text.index("perspectives.svg", found)
    assert "the paper prints 0.884" in text
    assert (html / "_images" / "headline.svg").is_file()
    assert "<!-- " not in (html.parent / "source" / "intro.md").read_text(encoding="utf-8")


def test_a_notebook_that_is_downloaded_sets_what_it_uses(html):
    content = nbformat.read(html / "_sources" / "notebooks" / "01_dataset.ipynb", 4)
    code = "\n".join(cell.source for cell in content.cells if cell.cell_type == "code")
    assert 'data = "demo"\nrun = "../runs/demo"' in code
    assert SECRET not in code


def test_formulas_need_one_file_and_no_font(html):
    assert [path.name for path in (html / "mathjax").iterdir()] == ["tex-svg.js"]


def test_every_chapter_says_how_little_few_brands_say(html):
    for name in ("01_dataset", "02_content_features"):
        text = page(html, f"notebooks/{name}.html")
        assert text.index("A chapter") < text.index("With 2 test brands, look.")
        assert text.index("With 2 test brands, look.") < text.index("forty-two")


def test_cells_about_other_data_are_left_out(html):
    text = page(html, "notebooks/01_dataset.html")
    assert "only with posts" in text
    assert "only of the demo" in text
    assert "only of the benchmark" not in text


def test_the_first_page_says_which_data_it_is_about(html):
    assert "generated demo world" in page(html, "intro.html")


def test_the_execution_page_says_settings_times_and_versions(html):
    text = page(html, "execution.html")
    assert "quick" in text
    assert "torch" in text
    assert text.count("<table") == 3
    assert "<!-- " not in (html.parent / "source" / "execution.md").read_text(encoding="utf-8")


def test_which_cells_stay_follows_from_the_data(tmp_path):
    write_sample(tmp_path / "posts")
    mine = {"posts": True, "released": False, "demo": False}
    assert tags_of(load(str(tmp_path / "posts"))) == mine
    (tmp_path / "posts" / "posts.csv").unlink()
    assert tags_of(load(str(tmp_path / "posts"))) == mine | {"posts": False}


def test_no_page_loads_anything_from_elsewhere(html):
    loads = re.compile(r'<(?:script|link|img|iframe)[^>]+(?:src|href)="(https?:)?//', re.I)
    for path in html.rglob("*.html"):
        if "mathjax" not in path.parts:
            assert not loads.search(path.read_text(encoding="utf-8")), path


def test_buttons_lead_to_files_of_the_repository(html):
    """The book is rendered from one folder; chapters and pages lie in two."""
    text = page(html, "notebooks/01_dataset.html")
    binder = "https://mybinder.org/v2/gh/owner/name/main?urlpath=lab/tree/"
    colab = "https://colab.research.google.com/github/owner/name/blob/main/"
    for start in (binder, colab, f"{REPO}/edit/main/"):
        (path,) = set(re.findall(f'href="{re.escape(start)}([^"]+)"', text))
        assert path == "notebooks/01_dataset.ipynb"
    assert f'href="{REPO}"' in text
    assert f'href="{REPO}/issues/new?' in text
    for path in html.glob("*.html"):
        for edited in re.findall(f'href="{REPO}/edit/main/([^"]+)"', path.read_text("utf-8")):
            assert edited == f"book/{path.stem}.md"
            assert (ROOT / edited).is_file()
    assert f"{REPO}/edit/main/book/intro.md" in page(html, "intro.html")
    assert f"%pip install --quiet git+{REPO}" in page(html, "execution.html")


def test_every_page_of_the_contents_exists(html):
    targets = re.findall(
        r'class="reference internal" href="([^"#]+\.html)', page(html, "intro.html")
    )
    assert len(set(targets)) >= 6
    for target in set(targets):
        assert (html / target).is_file(), target


def test_a_page_that_is_whole_already_lies_beside_the_first(html):
    """Where chapters link to it."""
    assert page(html, "explorer.html") == "<title>An explorer</title>"
    chapter = (ROOT / "notebooks" / "14_recommend.ipynb").read_text(encoding="utf-8")
    assert 'href=\\"../explorer.html\\"' in chapter


def test_a_broken_page_stops_the_build_with_its_reason(tmp_path):
    book = tmp_path / "book"
    shutil.copytree(ROOT / "book", book, ignore=shutil.ignore_patterns("_build"))
    (book / "glossary.md").write_text("# Glossary\n\n[nowhere](no-such-page.md)\n")
    notebook = tmp_path / "01_dataset.ipynb"
    content = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_markdown_cell("# A chapter")],
        metadata={"papermill": {"duration": 1.0}},
    )
    nbformat.write(content, notebook)
    (tmp_path / "out" / "html").mkdir(parents=True)
    (tmp_path / "out" / "html" / "index.html").write_text("the book of before")
    with pytest.raises(MorningError, match="no-such-page"):
        render_book(book, [notebook], {"data": "public"}, DEMO, tmp_path / "out")
    assert (tmp_path / "out" / "html" / "index.html").read_text() == "the book of before"


def test_a_browser_opens_it_offline_with_mathematics(html, tmp_path):
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        pytest.skip("needs chromium to open the book")
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"]
    command += ["--no-first-run", "--disable-background-networking", "--disable-component-update"]
    command += ["--disable-sync", f"--user-data-dir={tmp_path}", "--virtual-time-budget=20000"]
    command += ["--host-resolver-rules=MAP * ~NOTFOUND", "--dump-dom"]
    address = (html / "notebooks" / "01_dataset.html").as_uri()
    done = subprocess.run(
        [*command, address], capture_output=True, text=True, timeout=120, check=False
    )
    assert "A chapter" in done.stdout
    assert '<mjx-container class="MathJax' in done.stdout
    assert 'data-mml-node="merror"' not in done.stdout.split("</head>")[1]
    assert "Math Processing Error" not in done.stdout
    assert "File failed to load" not in done.stdout


def test_tests_that_a_page_names_are_there():
    named = {
        path
        for page in (ROOT / "book").glob("*.md")
        for path in re.findall(r"`(tests/[\w/]+\.py)`", page.read_text(encoding="utf-8"))
    }
    assert len(named) > 10
    assert all((ROOT / path).is_file() for path in named)
