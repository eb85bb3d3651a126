"""A world in which every text is an attack: what is shown of it is text, wherever it is shown."""

import base64
import csv
import io
import os
import re
import subprocess
import sys
from html import escape
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from markdown_it import MarkdownIt
from morning.attributes.graph import AttributeGraph
from morning.evaluation import official_task
from morning.features import FeatureSet
from morning.features.documents import Documents, Tokens
from morning.features.featureset import account_table
from morning.features.topic_view import topic_frame
from morning.features.topics import TopicModel, TopicOptions
from morning.plain import on_one_line
from morning.report import cards, sentences
from morning.report.accounts import Accounts
from morning.report.explorer.page import page as explorer
from morning.report.figures import data as data_figures
from morning.report.figures import graphs, recommend, vectors
from morning.report.figures.posts import gallery
from morning.report.names import Names
from morning.report.sentences.attributes import heaviest_pairs
from morning.report.sentences.cases import ranks_of_cases
from morning.report.sentences.categories import best_and_worst
from morning.report.sentences.recommend import first_three
from morning.report.sentences.vectors import most_posted
from morning.report.tables import attributes as attribute_tables
from morning.report.tables import data as data_tables
from morning.report.tables import recommend as tables
from morning.report.tables.style import written
from morning.run import Run
from morning.sources import load
from morning.studies.campaigns import announcement
from morning.studies.cases import find_cases
from morning_book import command as book_command
from scipy.sparse import csr_array
from toys.attacks import EVERY, PAYLOADS, became, write_attacked
from toys.audited import Known
from toys.boards import board
from toys.gates import browser
from toys.rows import row

OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
FORMULA = re.compile(r"[=+\-@](?!\d+(\.\d+)?(e[+-]\d+)?$)")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("attacked") / "data"
    write_attacked(place)
    return place


@pytest.fixture(scope="module")
def source(folder):
    return load(folder)


@pytest.fixture(scope="module")
def model():
    """Topics whose words are attacks, as those of a run of somebody else may be."""
    words = list(EVERY)
    numbers = np.random.default_rng(0).integers(0, len(words), 400).astype(np.int32)
    tokens = Tokens(words, numbers, np.arange(0, 401, 10))
    documents = Documents(tokens, np.arange(40), np.arange(41))
    options = TopicOptions(topics=3, passes=1, min_count=1, max_share=1)
    return TopicModel.fit(documents, options), documents


@pytest.fixture(scope="module")
def accounts(source, tmp_path_factory):
    data, rng = source.dataset, np.random.default_rng(0)
    table = account_table(data)
    blocks = {"content_topics": rng.dirichlet(np.ones(3), len(table)).astype(np.float32)}
    features = FeatureSet(table, data.collaborations, blocks).validate()
    return Accounts.of(source, features, Run(tmp_path_factory.mktemp("run")))


def ranking_of(accounts):
    ids = accounts.features.accounts["account_id"].iloc[accounts.features.influencers()]
    table = {"influencer_id": ids, "rank": range(1, len(ids) + 1), "score": 0.5, "f": 0.5}
    return pd.DataFrame(table | {"language": [p for p, _ in zip(EVERY * 2, ids, strict=False)]})


def shown(source, accounts, model):
    """Return what chapters show of the data, as HTML, Markdown and figures."""
    data, features, task = source.dataset, accounts.features, official_task(accounts.features)
    scores = np.random.default_rng(0).random((len(features.accounts),) * 2)
    brands = features.accounts["account_id"].iloc[task.brands]
    study = find_cases(features, task, [Known(scores)], brands.iloc[0])
    ranking, plain = ranking_of(accounts), Names.of_ids(features, hide=False)
    n = len(EVERY)
    weights = np.random.default_rng(0).random((n, n))
    graph = AttributeGraph(EVERY, csr_array(np.triu(weights, 1) + np.triu(weights, 1).T))
    lists = dict.fromkeys(data.accounts["account_id"], EVERY)
    rows = [row(payload, auc=k / n) for k, payload in enumerate(EVERY)]
    html = [
        data_tables.brand_examples(data, n).to_html(),
        attribute_tables.attribute_examples(data, lists, n).to_html(),
        attribute_tables.heaviest_edges(graph, n).to_html(),
        tables.ranking(ranking, plain).to_html(),
        written(pd.DataFrame({p: [0.5] for p in EVERY}, index=[EVERY[0]]), "{:.2f}").to_html(),
        *(cards.brand_card(accounts, brand, 1, 2).data for brand in brands),
        cards.case_cards(study, accounts).data,
        cards.campaign_cards(announcement(data, study.brand), accounts).data,
        cards.ranked_cards(accounts, ranking, set(ranking["influencer_id"])).data,
        topic_frame(*model),
    ]
    said = [
        *first_three(ranking.assign(chance=0.5), EVERY[0], plain.shown),
        *(found for p in EVERY for found in first_three(ranking, p, plain.shown)),
        *best_and_worst(rows, "So."),
        *most_posted(features, "content_topics", EVERY[:3]),
        *heaviest_pairs(graph),
        *ranks_of_cases(study),
    ]
    figures = [
        data_figures.partners_across_categories(features),
        gallery(data),
        vectors.topics_by_category(features, words=list(EVERY[:3])),
        recommend.parts_of_scores(ranking, set(), plain.shown),
        graphs.neighbourhood(graph, [EVERY[0]], n),
        graphs.overview(graph, set()),
    ]
    return html, sentences.listed(said), figures


@pytest.fixture(scope="module")
def chapters(source, accounts, model):
    html, markdown, figures = shown(source, accounts, model)
    return html, markdown, [svg(figure) for figure in figures]


def svg(figure):
    drawn = io.BytesIO()
    figure.savefig(drawn, format="svg")
    return drawn.getvalue()


def test_figures_are_drawings_that_can_be_read(chapters):
    for drawn in chapters[2]:
        ElementTree.fromstring(drawn)


def test_in_a_browser_it_is_text(chapters, tmp_path, record_property):
    html, markdown, figures = chapters
    coded = (base64.b64encode(drawn).decode() for drawn in figures)
    pictures = [f'<img alt="" src="data:image/svg+xml;base64,{each}">' for each in coded]
    said = MarkdownIt("commonmark").render(markdown)
    page = "\n".join(["<!doctype html><meta charset=utf-8>", *html, said, *pictures])
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    named = pd.DataFrame({"influencer": EVERY, EVERY[0]: EVERY, "cost": 1.0})
    made = board(
        (len(EVERY), len(EVERY)),
        brands=EVERY,
        categories=EVERY,
        influencers=named,
        reasons={(b, i): (EVERY, EVERY) for b in range(2) for i in range(2)},
        notes=[EVERY] * len(EVERY),
        about=EVERY[0],
    )
    (tmp_path / "explorer.html").write_text(explorer(made, EVERY[0]), encoding="utf-8")
    places = {"chapters": tmp_path / "page.html", "explorer": tmp_path / "explorer.html"}
    with browser() as running:
        for place, file in places.items():
            opened = running.new_page()
            opened.goto(file.as_uri())
            for folded in opened.locator("details").all():
                folded.evaluate("each => each.open = true")
            if place == "explorer":
                opened.locator("#ranking [data-does=open]").first.click()
            executed = became(opened)
            record_property("text", {"place": place, "payloads": len(EVERY), "executed": executed})
            assert executed == 0
            text = on_one_line(opened.locator("body").text_content())
            for payload in PAYLOADS:
                assert on_one_line(payload) in text


@pytest.fixture(scope="module")
def run(folder, tmp_path_factory):
    """Return a whole run on the world, with its book, and what it printed."""
    place = tmp_path_factory.mktemp("runs") / "attacked"
    quick = ["profile=quick", "epochs=1", "seeds=1", "topics=3", "visual=none"]
    quick += [f"data={folder}", f"run={place}"]
    done = subprocess.run(
        [sys.executable, "-m", "morning_book.command", "run", *quick],
        env={**os.environ, "MORNING_DATA": str(place.parent / "data"), "TQDM_DISABLE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    return Run(place), done.stdout + done.stderr


@pytest.mark.long
@pytest.mark.timeout(1500)
def test_a_whole_book_is_text(run, record_property):
    found, printed = run
    assert not OBEYED.search(printed)
    pages = sorted(found.index.parent.rglob("*.html"))
    asked, executed = [], {}
    with browser() as running:
        opened = running.new_page()
        opened.on("request", lambda request: asked.append(request.url))
        for path in (path for path in pages if "_static" not in path.parts):
            opened.goto(path.as_uri())
            opened.evaluate("async () => { await window.MathJax?.startup?.promise; }")
            opened.evaluate("document.querySelectorAll('details').forEach((x) => (x.open = true))")
            executed[path.relative_to(found.index.parent).as_posix()] = became(opened)
    total = sum(executed.values())
    record_property("text", {"place": "book", "payloads": len(EVERY), "executed": total})
    assert {page: n for page, n in executed.items() if n} == {}
    assert len(executed) > 20
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:", "about:"))] == []
    text = "".join(path.read_text(encoding="utf-8") for path in pages)
    assert escape(PAYLOADS[0], quote=False) in text
    passwords = Path("/etc/passwd").read_text(encoding="utf-8").splitlines()[0]
    assert passwords not in text


@pytest.mark.long
@pytest.mark.timeout(600)
def test_what_commands_print_is_text(run, folder, tmp_path, monkeypatch, capsys, record_property):
    place, features = run[0].folder, run[0].features()
    brand = features.accounts["account_id"].iloc[features.brands("test")[0]]
    one = features.accounts["account_id"].iloc[features.influencers()[0]]

    def morning(*arguments):
        monkeypatch.setattr(sys, "argv", ["morning", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            book_command.main()
        done = capsys.readouterr()
        assert stop.value.code in (0, None), done.err
        assert not OBEYED.search(done.err.replace("\r", ""))  # of progress bars
        return done.out

    asked = {
        "rank": ("rank", f"--brand={brand}", "--run", place),
        "rank with what is known": (
            *("rank", f"--brand={brand}", "--run", place),
            *("--where", "followers > 0", "--diversity", 0.1),
        ),
        "explain": ("explain", f"--brand={brand}", f"--influencer={one}", "--run", place),
        "similar": ("similar", "--run", place, "--", one),
        "compare": ("compare", "--features", run[0].vectors, "--methods", "RAND,cosine"),
    }
    for command, arguments in asked.items():
        forms = ("table", "csv", "latex" if command == "compare" else "json")
        for form in forms:
            words = [arguments[0], "--format", form, *arguments[1:]]
            shown = morning(*words)
            assert not OBEYED.search(shown)
            if form == "csv":
                cells = [cell for line in csv.reader(io.StringIO(shown)) for cell in line]
                assert [cell for cell in cells if FORMULA.match(cell)] == []
        record_property("text", {"place": command, "payloads": len(EVERY), "executed": 0})
    assert not OBEYED.search(morning("check", folder))
    html = tmp_path / "page.html"
    html.write_text(morning(*asked["rank"], "--format", "html", "--ids"), encoding="utf-8")
    with browser() as running:
        opened = running.new_page()
        opened.goto(html.as_uri())
        executed = became(opened)
        record_property("text", {"place": "html", "payloads": len(EVERY), "executed": executed})
        assert executed == 0
        assert on_one_line(brand) in on_one_line(opened.locator("h1").text_content())
