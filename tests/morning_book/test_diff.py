import base64

import pytest
from bs4 import BeautifulSoup
from morning.errors import MorningError
from morning.files import read_json, write_json
from morning.run import Run
from morning_book.command import cli
from morning_book.diff import compare_runs, pairs_of_figures
from toys import story
from typer.testing import CliRunner


@pytest.fixture
def runs(told, tmp_path):
    """Return two runs of one story on other vectors and with other settings."""
    one = Run(told.folder.rename(tmp_path / "one"))
    (tmp_path / "data" / "posts.csv").write_text("new")
    return one, story.make(tmp_path / "other", tmp_path / "data", seed=1, epochs=2)


def test_a_run_does_not_differ_from_itself(runs):
    found = compare_runs(runs[0], runs[0])
    assert found.names == ("first", "second")
    assert found.said.empty
    assert found.moved.empty
    assert found.overlap == 1
    assert "what went in: the same" in list(found.lines())


def test_a_run_may_be_called_as_a_column_is(runs, tmp_path):
    run = Run(runs[0].folder.rename(tmp_path / "method"))
    assert compare_runs(run, runs[1]).names == ("first", "second")


def test_what_went_in_is_named(runs):
    found = compare_runs(*runs).said
    rows = {(part, name): (one, other) for part, name, one, other in found.to_numpy()}
    assert rows["parameters", "epochs"] == ("1", "2")
    assert len(rows["inputs", "data"][0]) == 12  # of a digest
    assert ("parameters", "data") not in rows
    assert ("parameters", "run") not in rows


def test_metrics_have_the_paired_interval_over_the_brands(runs):
    found = compare_runs(*runs).metrics.set_index("metric")
    row = found.loc["auc"]
    tables = [run.read("model")["rows"][0]["auc"] for run in runs]
    assert (row["one"], row["other"]) == tuple(tables)
    assert row["difference"] == pytest.approx(tables[1] - tables[0])
    low, high = map(float, row["ci95"].split(" to "))
    assert low < row["difference"] < high
    assert found.loc["medr", "ci95"] == ""  # a median has none


def test_a_row_that_its_models_do_not_give_has_no_interval(runs):
    document = runs[0].read("model")
    document["rows"][0]["auc"] += 0.1
    write_json(runs[0].results("model"), document)
    assert set(compare_runs(*runs).metrics["ci95"]) == {""}


def test_the_first_influencers_are_counted_not_named(runs):
    found = compare_runs(*runs)
    assert 0 < found.overlap < 1
    text = "\n".join(found.lines()) + found.page(pairs_of_figures(*runs))
    assert not [person for person in story.PEOPLE if person in text]


def test_what_has_no_metrics_is_the_same_or_not(runs):
    for run, share in zip(runs, (1, 2), strict=True):
        run.write("claims", [{"number": 1, "ours": share}])
        run.write("table2_dataset", [{"role": "brand", "accounts": 5}])
    found = compare_runs(*runs)
    assert found.others == {"claims": False, "table2_dataset": True}
    assert "claims: differs" in list(found.lines())


def test_the_page_is_one_file_and_text_stays_text(runs, tmp_path):
    document = runs[0].read("model")
    for run in runs:
        write_json(run.results("<b>bold"), document)
    page = tmp_path / "page.html"
    words = ["diff", *(str(run.folder) for run in runs), "--html", str(page)]
    done = CliRunner().invoke(cli.app, words)
    assert done.exit_code == 0, done.output
    soup = BeautifulSoup(page.read_text(), "html.parser")
    assert not soup.find_all(["b", "script", "link"])
    assert "<b>bold" in soup.get_text()
    sources = [image["src"].partition("base64,")[2] for image in soup.find_all("img")]
    pictures = [run.figures / "curve.png" for run in runs]
    assert [base64.b64decode(each) for each in sources] == [p.read_bytes() for p in pictures]


def test_no_run_is_refused(runs, tmp_path):
    with pytest.raises(MorningError, match="no run is here"):
        compare_runs(runs[0], Run(tmp_path / "nowhere"))


def test_only_brands_that_both_tested_are_paired(runs):
    accounts = runs[1].features().accounts
    split = accounts["split"].where(accounts["account_id"] != story.BRANDS[0], "train")
    features = runs[1].features()
    features.accounts = accounts.assign(split=split)
    features.save(runs[1].vectors)
    row = read_json(runs[1].results("model"))
    from morning.evaluation import official_task, result_row
    from morning.models import Best
    from morning.studies.trained import statistics

    task = official_task(features)
    row = result_row("best", statistics([Best.load(runs[1].best)], features, task))
    runs[1].write("model", [row], task)
    found = compare_runs(*runs).metrics.set_index("metric")
    assert found.loc["map", "ci95"]
