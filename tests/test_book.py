"""The book: assembled from executed notebooks, opened in a browser without a network."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "book"))

from build import build_book  # noqa: E402

SECRET = "/some/machine/path"


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    """Return the HTML folder of a small book with one cell of every kind."""
    base = tmp_path_factory.mktemp("book")
    run = base / "run"
    (run / "results").mkdir(parents=True)
    table = {"rows": [{"role": "brand", "posts": 3}]}
    (run / "results" / "table2_dataset.json").write_text(json.dumps(table))
    code, prose = nbformat.v4.new_code_cell, nbformat.v4.new_markdown_cell
    output = nbformat.v4.new_output("stream", text="forty-two\n")
    cells = [
        prose("# A chapter\n\nIt cites {cite}`wang2023morning` and knows $F = f + g + h$."),
        code(f"run = '{SECRET}'", metadata={"tags": ["injected-parameters"]}),
        code("print('forty-two')", outputs=[output], execution_count=1),
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
        path = run / f"{name}.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), path)
        notebooks.append(path)
    settings = {"data": "demo", "run": str(run), "profile": "quick"}
    build_book(ROOT / "book", notebooks, settings, output=base)
    return base / "_build" / "html"


def page(html, name):
    return (html / name).read_text(encoding="utf-8")


def test_chapters_carry_outputs_and_no_paths(html):
    text = page(html, "notebooks/01_dataset.html")
    assert "forty-two" in text
    assert all(SECRET not in p.read_text(encoding="utf-8") for p in html.rglob("*.html"))


def test_cells_about_other_data_are_left_out(html):
    text = page(html, "notebooks/01_dataset.html")
    assert "only with posts" in text
    assert "only of the demo" in text
    assert "only of the benchmark" not in text


def test_the_first_page_says_which_data_it_is_about(html):
    assert "generated demo world" in page(html, "intro.html")


def test_no_page_loads_anything_from_elsewhere(html):
    loads = re.compile(r'<(?:script|link|img|iframe)[^>]+(?:src|href)="(https?:)?//', re.I)
    for path in html.rglob("*.html"):
        if "mathjax" not in path.parts:
            assert not loads.search(path.read_text(encoding="utf-8")), path


def test_every_page_of_the_contents_exists(html):
    targets = re.findall(
        r'class="reference internal" href="([^"#]+\.html)', page(html, "intro.html")
    )
    assert len(set(targets)) >= 6
    for target in set(targets):
        assert (html / target).is_file(), target


def test_a_broken_page_stops_the_build_with_its_reason(tmp_path):
    book = tmp_path / "book"
    shutil.copytree(ROOT / "book", book, ignore=shutil.ignore_patterns("_build"))
    (book / "glossary.md").write_text("# Glossary\n\n[nowhere](no-such-page.md)\n")
    run = tmp_path / "run"
    (run / "results").mkdir(parents=True)
    (run / "results" / "table2_dataset.json").write_text('{"rows": []}')
    notebook = run / "01_dataset.ipynb"
    content = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_markdown_cell("# A chapter")],
        metadata={"papermill": {"duration": 1.0}},
    )
    nbformat.write(content, notebook)
    with pytest.raises(RuntimeError, match="no-such-page"):
        build_book(book, [notebook], {"data": "public", "run": str(run)}, output=tmp_path / "out")


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
    assert 'class="MathJax' in done.stdout
    assert "Math Processing Error" not in done.stdout
    assert "File failed to load" not in done.stdout
