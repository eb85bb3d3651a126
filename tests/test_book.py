"""The book: assembled from executed notebooks, opened in a browser without a network."""

import re
import shutil
import subprocess
from pathlib import Path
from pydoc import locate

import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from morning.errors import MorningError
from morning.files import write_json
from morning.report.headings import PAPER_METRICS, headings
from morning.report.tables.style import styled
from morning.run import Run
from morning.sources import load
from morning.sources.sample import write_sample
from morning_book.command import cli
from morning_book.render import render_book, tags_of
from morning_book.repository import REPOSITORY
from morning_book.settings import described
from typer.main import get_command

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
    warning = nbformat.v4.new_output("stream", name="stderr", text=f"{SECRET}/x.py:1: Warning\n")
    columns = ["answer", *headings(PAPER_METRICS).values()]
    table = styled(pd.DataFrame([["42"] * len(columns)], ["deep"], columns)).to_html()
    shown = nbformat.v4.new_output("execute_result", {"text/html": table}, execution_count=2)
    cells = [
        prose("# A chapter\n\nIt cites {cite}`wang2023morning` and knows $F = f + g + h$."),
        code('data: str = "demo"\nrun: str = ""', metadata={"tags": ["parameters"]}),
        code(f"run = '{SECRET}'", metadata={"tags": ["injected-parameters"]}),
        code("print('forty-two')", outputs=[output, warning], execution_count=1),
        code("table", metadata=TABLE, outputs=[shown], execution_count=2),
        prose("So says {numref}`tab-answer`."),
        prose("only with posts", metadata={"tags": ["posts"]}),
        prose("only of the benchmark", metadata={"tags": ["released"]}),
        prose("only of the demo", metadata={"tags": ["demo"]}),
        prose("## What this page found", metadata={"tags": ["findings"]}),
        code(
            "1",
            metadata={"tags": ["findings"]},
            outputs=[nbformat.v4.new_output("stream", text="Found last.\n")],
        ),
        prose("## Takeaways\n\nA rule."),
    ]
    metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "papermill": {"duration": 1.0, "output_path": SECRET},
    }
    (base / "notebooks").mkdir()
    recorded = {"peak_mb": 1234, "hardware": {"processor": "Some Processor", "cores": 2}}
    write_json(Run(base).record("01_dataset"), recorded)
    notebooks = []
    for name in ("01_dataset", "02_content_features"):
        cells[4] = code("table", metadata=TABLE if name[1] == "1" else {}, outputs=[shown])
        path = base / "notebooks" / f"{name}.ipynb"
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
    files = [*html.rglob("*.html"), *html.rglob("*.ipynb")]
    assert all(SECRET not in p.read_text(encoding="utf-8") for p in files)


def test_a_captioned_table_has_a_number_that_can_be_referred_to(html):
    text = page(html, "notebooks/01_dataset.html")
    assert re.search(r'<figure[^>]*id="tab-answer"', text)
    assert re.search(r'<span class="caption-number">Table [\d.]+ </span>', text)
    assert re.search(r'href="#tab-answer"><span class="std std-numref">Table [\d.]+</span>', text)


def head(html, name):
    """Return the title of a page, its icon, and what it says of itself to other sites, by name."""
    found = BeautifulSoup(page(html, name), "html.parser").head
    named = {tag.get("name") or tag.get("property"): tag.get("content") for tag in found("meta")}
    assert str(found).count('name="viewport"') == 1
    return found.title.string.strip(), found.select_one("[rel=icon]")["href"], named


def test_pages_say_what_they_are(html):
    title, icon, named = head(html, "notebooks/01_dataset.html")
    assert title == "1. A chapter — MORNING"
    assert named["og:title"] == "1. A chapter"
    assert named["description"] == named["og:description"]
    assert named["description"].startswith("1. A chapter. A book that ")
    assert (html / "notebooks" / icon).is_file()
    assert (html / "notebooks" / named["og:image"]).is_file()
    title, _, named = head(html, "intro.html")
    assert title == named["og:title"] == "MORNING: which micro-influencer fits which brand?"


def test_whoever_opens_the_folder_is_on_the_first_page(html):
    assert page(html, "index.html") == page(html, "intro.html")


def test_chapters_are_numbered_and_what_they_show_counts_within_them(html):
    second = page(html, "notebooks/02_content_features.html")
    assert '<span class="section-number">2. </span>A chapter' in second
    assert '"caption-number">Table 1.1 ' in page(html, "notebooks/01_dataset.html")
    assert '"std std-numref">Table 1.1<' in second


def test_what_was_found_stands_first_on_the_page_and_last_in_the_notebook(html):
    text = page(html, "notebooks/01_dataset.html")
    main = text[text.index("It cites") :]
    places = [
        main.index(part) for part in ("Found last.", "forty-two", "only with posts", "Takeaways")
    ]
    assert places == sorted(places)
    stored = page(html, "_sources/notebooks/01_dataset.ipynb")
    assert stored.index("only with posts") < stored.index("Found last.") < stored.index("Takeaways")


def test_the_first_page_begins_with_what_was_found_on_the_benchmark(html):
    text = page(html, "intro.html")
    found = text.index("What we found")
    assert found < text.index("falls short", found) < text.index("perspectives.svg", found)
    assert "the paper prints 0.884" in text
    assert (html / "_images" / "headline.svg").is_file()


def test_heads_of_metrics_lead_to_what_they_mean(html):
    links = re.findall(
        r'<th[^>]*><a class="metric" href="../(reading.html)#([\w-]+)">',
        page(html, "notebooks/01_dataset.html"),
    )
    assert len(links) == len(PAPER_METRICS)
    for target, anchor in links:
        assert f'id="{anchor}"' in page(html, target)
    source = page(html, "_sources/notebooks/01_dataset.ipynb")
    assert "reading.html" not in source  # which JupyterLab opens, where there is no such page


def test_the_bibliography_is_labelled_as_it_is_cited(html):
    entries = page(html, "bibliography.html").split('<div class="citation"')[1:]
    labels = [re.search(r'class="label"><span[^>]*>\[</span>(.*?)<', e)[1] for e in entries]
    assert len(labels) == len(set(labels)) > 10
    assert "Demšar, 2006" in labels
    cited = re.search(r">(Wang <em>et al.</em>, 2023)<", page(html, "notebooks/01_dataset.html"))
    assert re.sub("<.*?>", "", cited[1]) in labels
    assert all('reference external" href="https://' in entry for entry in entries)


def test_every_page_is_filled(html):
    for path in (html.parent / "source").glob("*.md"):
        assert "<!-- " not in path.read_text(encoding="utf-8"), path.name


def test_a_notebook_that_is_downloaded_sets_what_it_uses(html):
    content = nbformat.read(html / "_sources" / "notebooks" / "01_dataset.ipynb", 4)
    code = "\n".join(cell.source for cell in content.cells if cell.cell_type == "code")
    assert 'data: str = "demo"\nrun: str = ""' in code
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
    assert "1,234" in text
    assert "Some Processor" in text
    assert text.count("<table") == 5


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
            assert edited == f"book/{path.stem.replace('index', 'intro')}.md"
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
    chapter = (ROOT / "notebooks" / "12_recommend.ipynb").read_text(encoding="utf-8")
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


def written():
    """Return the text of every page of the book, and of the first one of the checkout."""
    pages = [ROOT / "README.md", *(ROOT / "book").glob("*.md"), *(ROOT / "book/about").glob("*.md")]
    return {page.name: page.read_text(encoding="utf-8") for page in pages}


def said_as_code(text):
    """Return what is set as code: spans, and the lines of blocks, without their comments."""
    blocks = re.findall(r"^```(?:bash|console|sh)\n(.*?)^```", text, re.M | re.S)
    lines = [line.split("  #")[0] for block in blocks for line in block.splitlines()]
    return [*re.findall(r"`([^`\n]+)`", text), *lines]


def test_tests_that_a_page_names_are_there():
    named = {
        path for text in written().values() for path in re.findall(r"`(tests/[\w/]+\.py)`", text)
    }
    assert len(named) > 10
    assert all((ROOT / path).is_file() for path in named)


def test_commands_that_a_page_names_are_there():
    commands = get_command(cli.app).commands
    options = {
        name: {option for parameter in command.params for option in parameter.opts}
        for name, command in commands.items()
    }
    targets = set(re.findall(r"^(\w[\w-]*):", (ROOT / "Makefile").read_text(), re.M))
    settings = {setting.name.upper() for setting in described()} | {"ONLY"}
    named = set()
    for page, text in written().items():
        for code in said_as_code(text):
            for command, rest in re.findall(r"(?:^|/)morning ([a-z]+)\b([^|]*)", code):
                assert command in commands, (page, code)
                given = set(re.findall(r"(?<!\S)--[a-z-]+", rest))
                assert given <= options[command], (page, code)
                named.add(command)
            for target in re.findall(r"^make ([a-z][\w-]*)", code):
                assert target in targets, (page, code)
            for name in re.findall(r"\b(?<!MORNING_)([A-Z_]+)=", code):
                assert name in settings or name.startswith("MORNING_"), (page, code)
    assert len(named) > 8


def test_places_of_the_library_that_a_page_names_are_there():
    named = {
        path
        for text in written().values()
        for code in said_as_code(text)
        for path in re.findall(r"^(morning(?:\.\w+)+)", code)
    }
    assert len(named) > 5
    assert all(locate(path) is not None for path in named)


def test_chapters_that_a_page_leads_to_are_there():
    led = {
        link
        for text in written().values()
        for link in re.findall(r'href="notebooks/(\w+)\.html(?:#([\w-]+))?"', text)
    }
    assert len(led) > 10
    for chapter, anchor in led:
        notebook = (ROOT / "notebooks" / f"{chapter}.ipynb").read_text(encoding="utf-8")
        assert f"({anchor})=" in notebook if anchor else notebook, (chapter, anchor)
