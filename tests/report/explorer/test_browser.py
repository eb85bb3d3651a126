"""The explorer in a browser: what a marketer does, by mouse and by keyboard, without a network."""

import csv
import io
import shutil
from urllib.parse import quote

import numpy as np
import pandas as pd
import pytest
from morning.report.explorer.page import page as explorer
from toys.boards import board

playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")

MOST = 500  # milliseconds for an action, on a machine that does other things, too
EVIL = "</script><img src=x onerror=alert(1)>"
OPEN, MARK = "#ranking [data-does=open]", "#ranking [data-does=mark]"
#: Run something, and return the milliseconds until it has been painted.
TIMED = """async () => {
  const start = performance.now();
  ACTION;
  await new Promise((done) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = done;
    port2.postMessage(0);
  }));
  return performance.now() - start;
}"""


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield running
        running.close()


@pytest.fixture(scope="module")
def made():
    return board((4, 300))


@pytest.fixture(scope="module")
def file(made, tmp_path_factory):
    return written(made, tmp_path_factory.mktemp("explorer"))


@pytest.fixture
def visit(browser):
    """Return what opens a page; at the end, nothing has been asked for and nothing gone wrong."""
    contexts, wrong = [], []

    def opened(path, brand="", **options):
        context = browser.new_context(**{"viewport": {"width": 1300, "height": 800}} | options)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda r: wrong.append(r.url) if r.url != path.as_uri() else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text))
        page.goto(path.as_uri() + (f"#brand={quote(brand)}" if brand else ""))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


def written(made, folder):
    path = folder / "explorer.html"
    path.write_text(explorer(made, "Who fits whom"), encoding="utf-8")
    return path


def order(made, brand):
    """Return influencers as numpy ranks them, and those that are no partners."""
    best = np.argsort(-sum(made.parts.values())[brand], kind="stable")
    return best, [i for i in best if i not in made.partners[brand]]


def names(page):
    return page.locator(OPEN).all_inner_texts()


def called(made, influencers):
    return list(made.influencers["influencer"].iloc[influencers])


def test_the_ranking_of_a_brand_is_numpys(visit, made, file):
    page = visit(file)
    for brand in (0, 2):
        page.select_option("#brand", label=made.brands[brand])
        best, others = order(made, brand)
        assert names(page)[:15] == called(made, others[:15])
        assert "295 of 300 influencers" in page.inner_text("#status")
        page.check("#partners")
        assert names(page)[:15] == called(made, best[:15])
        assert page.inner_text("#ranking tbody tr:first-child .rank") == "1"
        assert page.locator("#ranking .badge").count() > 0
        page.uncheck("#partners")


def test_the_address_chooses_the_brand(visit, made, file):
    page = visit(file, brand="Brand 3")
    assert page.input_value("#brand") == "2"
    page.select_option("#brand", label="Brand 4")
    assert page.url.endswith("#brand=Brand%204")
    assert page.inner_text("#notes") == made.notes[3][0]
    page.evaluate("location.hash = 'brand=Brand 1'")
    playwright.expect(page.locator("#brand")).to_have_value("0")
    assert page.is_hidden("#notes")


def test_it_sorts_by_columns_and_by_parts(visit, made, file):
    page = visit(file)
    _, others = order(made, 0)
    table = made.influencers.iloc[others]
    head = page.get_by_role("button", name="followers", exact=True)
    head.click()
    most = table.sort_values("followers", ascending=False, kind="stable")["influencer"]
    assert names(page)[:10] == list(most[:10])
    column = page.locator("#ranking thead th", has_text="followers")
    assert column.get_attribute("aria-sort") == "descending"
    head.click()
    least = table.sort_values("followers", kind="stable", na_position="last")["influencer"]
    assert names(page)[:10] == list(least[:10])
    page.select_option("#sort", "h")
    by_part = sorted(others, key=lambda i: -made.parts["h"][0, i])
    assert names(page)[:10] == called(made, by_part[:10])
    assert "by h attributes, highest first" in page.inner_text("#status")


def test_it_filters_and_searches(visit, made, file):
    page = visit(file)
    _, others = order(made, 0)
    table = made.influencers.iloc[others]
    page.click("#filters summary")
    page.fill("#filter-0-min", "20000")
    page.fill("#filter-0-max", "60000")
    page.get_by_label("fr", exact=True).check()
    page.get_by_label("de", exact=True).check()
    page.select_option("#filter-4", "no")
    page.fill("#filter-5", "town 1")
    passing = table[
        table["followers"].between(20000, 60000)
        & table["language"].isin(["fr", "de"])
        & ~table["suspicious"]
        & table["city"].str.contains("Town 1")
    ]
    assert 0 < len(passing) < 30
    assert names(page) == list(passing["influencer"])
    assert page.inner_text("#active") == "(4 set)"
    page.click("#clear")
    page.fill("#search", "GRETA")
    found = table.loc[table["influencer"].str.contains("Greta"), "influencer"]
    assert names(page)[:10] == list(found[:10])
    assert f"{len(found)} of 300" in page.inner_text("#status")
    page.fill("#search", "nobody")
    assert page.is_visible("#none")


def test_a_card_says_how_the_score_came_about(visit, made, file):
    page = visit(file)
    _, others = order(made, 0)
    first = others[0]
    page.locator(OPEN).first.click()
    text = page.inner_text("#card")
    assert made.influencers["influencer"][first] in text
    for scores in made.parts.values():
        assert f"{scores[0, first]:.2f}".replace("-", "−") in text
    good, bad = made.reasons[0, first]
    assert all(sentence in text for sentence in (*good, *bad))
    assert "49 (37 to 61)" in text
    assert f"{made.influencers['followers'][first]:,.0f}" in text
    page.click("#card [data-does=after]")
    assert made.influencers["influencer"][others[1]] in page.inner_text("#card-title")
    page.keyboard.press("Escape")
    assert page.is_hidden("#card")
    page.fill("#search", made.influencers["influencer"][others[-1]])
    page.locator(OPEN).first.click()
    assert "morning explain gives them" in page.inner_text("#card")


def test_two_are_compared_side_by_side(visit, made, file):
    page = visit(file)
    _, others = order(made, 0)
    page.locator(OPEN).nth(0).click()
    page.click("#card [data-does=compare]")
    assert "Comparing with" in page.inner_text("#comparing")
    page.locator(OPEN).nth(3).click()
    heads = page.locator("#details thead th").all_inner_texts()
    assert heads == called(made, [others[0], others[3]])
    page.click("#card [data-does=compare]")
    assert page.inner_text("#card-title").startswith(heads[1])
    page.click("#card [data-does=close]")
    assert page.is_hidden("#comparing")


def test_a_shortlist_is_marked_and_saved(visit, made, file):
    page = visit(file)
    _, others = order(made, 0)
    assert page.is_disabled("#save")
    for place in (4, 1):
        page.locator(MARK).nth(place).click()
    assert "is on the shortlist" in page.inner_text("#status")
    page.check("#marked")
    assert names(page) == called(made, [others[1], others[4]])
    with page.expect_download() as download:
        page.click("#save")
    assert download.value.suggested_filename == "shortlist-Brand-1.csv"
    text = download.value.path().read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["influencer"] for row in rows] == called(made, [others[1], others[4]])
    assert float(rows[0]["f"]) == pytest.approx(made.parts["f"][0, others[1]], abs=2e-4)
    assert rows[0]["brand"] == "Brand 1"
    page.locator(MARK).first.click()
    assert names(page) == called(made, [others[4]])
    page.select_option("#brand", label="Brand 2")
    assert page.is_disabled("#save")


def test_no_cell_of_a_csv_is_a_formula(visit, tmp_path):
    formulas = ["=1+1", "+41 44", "-x", "@now", "\tx", "\rx", "\nx", "＝1", "=5"]
    texts = [*formulas, "-5.5", "+3", 'plain, "quoted"']
    table = pd.DataFrame({"influencer": texts, "number": np.arange(12) - 5.0})
    made = board((1, 12), influencers=table, partners=[[]], reasons={}, brands=["=B"])
    page = visit(written(made, tmp_path))
    for place in range(12):
        page.locator(MARK).nth(place).click()
    with page.expect_download() as download:
        page.click("#save")
    text = download.value.path().read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    found = {row["influencer"] for row in rows}
    assert found == {f"'{text}" for text in formulas} | set(texts[9:])
    assert {row["brand"] for row in rows} == {"'=B"}
    assert {float(row["number"]) for row in rows} == set(table["number"])


def test_all_of_it_goes_by_keyboard(visit, made, file):
    page = visit(file)
    _, others = order(made, 0)
    press = page.keyboard.press

    def focused():
        return page.evaluate("document.activeElement.innerText")

    page.focus("#brand")
    for _ in range(40):
        press("Tab")
        if page.evaluate("document.activeElement.closest('tbody') !== null"):
            break
    # Into the table with one stop, then cell by cell.
    press("Home")
    assert page.evaluate("document.activeElement.dataset.does") == "mark"
    press("Space")
    assert page.evaluate("document.activeElement.getAttribute('aria-pressed')") == "true"
    press("ArrowRight")
    press("ArrowRight")
    assert focused() == called(made, others[:1])[0]
    press("ArrowDown")
    press("PageDown")
    press("PageDown")
    press("PageDown")
    assert focused() == called(made, others[31:32])[0]
    box = page.evaluate_handle("document.activeElement").bounding_box()
    assert 0 < box["y"] < 800
    press("Enter")
    assert page.evaluate("document.activeElement.id") == "card-title"
    press("Escape")
    assert focused() == called(made, others[31:32])[0]
    press("Control+End")
    assert focused() == called(made, others[-1:])[0]
    press("Control+Home")
    assert focused() == called(made, others[:1])[0]
    row = page.evaluate("document.activeElement.closest('tr').getAttribute('aria-rowindex')")
    assert row == "2"
    press("Shift+Tab")  # the region that scrolls, or a heading that sorts
    assert page.evaluate("document.activeElement.closest('tbody')") is None


def test_the_row_of_the_keyboard_stays_however_far_it_is_scrolled_away(visit, file):
    page = visit(file)
    page.locator(OPEN).nth(2).focus()
    name = page.evaluate("document.activeElement.innerText")
    page.evaluate("document.getElementById('scroller').scrollTop = 8000")
    page.locator(".gap").nth(2).wait_for(state="attached")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.innerText") == name


def test_hostile_text_stays_text(visit, tmp_path):
    table = pd.DataFrame({"influencer": [EVIL, "\u202eevil", "b"], EVIL: [EVIL, "x", None]})
    made = board(
        (1, 3),
        influencers=table,
        brands=[EVIL],
        categories=[EVIL],
        partners=[[0]],
        reasons={(0, 0): ([EVIL], [EVIL])},
        notes=[[EVIL]],
        about=EVIL,
    )
    page = visit(written(made, tmp_path))
    page.check("#partners")
    page.click("#filters summary")
    page.click("[data-sort=column-0]")
    page.locator(OPEN, has_text="img").click()
    assert page.inner_text("#card-title").startswith(EVIL)
    assert page.inner_text("#notes") == page.inner_text("#about") == EVIL
    assert page.locator("img").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1300, 390])
def test_nobody_is_shut_out(visit, file, scheme, width):
    page = visit(file, "Brand 2", color_scheme=scheme, viewport={"width": width, "height": 800})

    def check():
        found = axe.Axe().run(page).response["violations"]
        grave = [each for each in found if each["impact"] in ("serious", "critical")]
        assert [(each["id"], each["nodes"][0]["html"]) for each in grave] == []

    page.check("#partners")
    page.locator(MARK).first.click()
    page.click("#filters summary")
    check()
    page.click("#filters summary")
    page.locator(OPEN).first.click()
    check()
    page.click("#card [data-does=compare]")
    page.locator(OPEN).nth(1).click()
    check()
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width


def test_the_best_hundred_are_printed(visit, file):
    page = visit(file)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator(OPEN).count() == 100
    assert page.is_hidden("#controls")
    assert page.inner_text("#printed") == "100 influencers printed."
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator(OPEN).count() < 60


def test_five_thousand_influencers_and_five_hundred_brands_are_no_wait(visit, tmp_path):
    made = board((500, 5000))
    page = visit(written(made, tmp_path))
    field = "const field = document.querySelector('{}'); field.value = '{}'; "
    field += "field.dispatchEvent(new Event('{}', {{ bubbles: true }}))"
    actions = {
        "brand": field.format("#brand", "321", "change"),
        "sort by a number": "document.querySelectorAll('[data-sort]')[2].click()",
        "sort by name": "document.querySelectorAll('[data-sort]')[1].click()",
        "search": field.format("#search", "a", "input"),
        "filter": field.format("#filter-0-min", "5000", "input"),
        "mark": f"document.querySelector('{MARK}').click()",
        "card": f"document.querySelector('{OPEN}').click()",
        "next card": "document.querySelector('#card [data-does=after]').click()",
    }
    timed = {name: TIMED.replace("ACTION", action) for name, action in actions.items()}
    took = {name: page.evaluate(each) for name, each in timed.items()}
    print({name: round(each) for name, each in took.items()})
    assert max(took.values()) < MOST, took
    assert page.locator("#ranking tbody tr").count() < 60
