"""The pipeline: parameters, failures, what is out of date, and a whole run on a user's folder."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from morning.dataset import SCHEMAS
from morning.errors import MorningError
from morning.recommend.recommender import Recommender
from morning.run import Run
from morning.sources import demo
from morning_book import RESULTS
from morning_book import execute as execute_module
from morning_book.execute import execute
from morning_book.export import export
from morning_book.settings import Settings
from morning_book.stages import check_parameters, parameters_cell, stages
from morning_book.verify import verify
from toys.gates import FEW_LOOKS, Book, BookGates
from toys.notebooks import executed, notebook

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))


RUN = Run(Path("run"))
PERSON = "somebody.real_"  # how handles of influencers begin


@pytest.mark.parametrize("released", [True, False])
def test_every_notebook_is_a_stage_and_declares_its_parameters(released):
    settings = Settings.read({}, ROOT).recorded()
    found = stages(RUN, released=released)
    others = {"13_benchmark"} if released else set()  # a page for books of other data
    assert sorted(stage.name for stage in found) == [c for c in CHAPTERS if c not in others]
    for stage in found:
        assert set(stage.parameters(settings)) == set(parameters_cell(stage.notebook))


def test_what_a_stage_reads_was_written_by_an_earlier_one():
    written = set()
    for stage in stages(RUN, released=True):
        committed = {place for place in stage.reads if place.is_relative_to(RESULTS)}
        assert all(place.is_file() for place in committed)
        assert set(stage.reads) - committed <= written, stage.name
        written |= set(stage.writes)


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"data": "demo"}, "run is missing"),
        ({"data": "demo", "run": "r", "sedes": 3}, "sedes is not in its parameters cell"),
        ({"data": "demo", "run": 3}, "run must be str, not 3"),
    ],
)
def test_wrong_parameters_are_named_before_a_kernel_starts(tmp_path, values, named):
    with pytest.raises(MorningError, match=named):
        check_parameters(notebook(tmp_path / "01.ipynb"), values)


def test_true_is_no_number_of_seeds(tmp_path):
    cell = "data=run=profile=''\nseeds = 1\nepochs = 0"
    values = {"data": "", "run": "", "profile": "paper", "seeds": True, "epochs": 0}
    with pytest.raises(MorningError, match="seeds must be int, not True"):
        check_parameters(notebook(tmp_path / "05.ipynb", parameters=cell), values)


def test_a_parameter_of_the_notebook_alone_is_named(tmp_path):
    path = notebook(tmp_path / "01.ipynb", parameters="data = ''\nrun = ''\nextra = 1")
    with pytest.raises(MorningError, match="extra is missing"):
        check_parameters(path, {"data": "", "run": ""})


def test_a_failing_notebook_names_the_cell_and_leaves_its_partial_copy(tmp_path):
    source = notebook(tmp_path / "01.ipynb", "print('before')", "\n1 / 0", "print('after')")
    target = tmp_path / "executed" / "01.ipynb"
    result = execute(source, target, {"data": "x", "run": "y"}, [], [])
    assert "1 / 0" in result.message
    assert "ZeroDivisionError" in result.message
    partial = target.with_suffix(".failed.ipynb")
    assert str(partial) in result.message
    texts = [
        o.get("text", "") for c in nbformat.read(partial, 4).cells for o in c.get("outputs", [])
    ]
    assert "before\n" in texts
    assert "after\n" not in texts
    assert not target.exists()


def test_a_file_that_changed_meanwhile_is_named_and_nothing_counts_as_done(tmp_path):
    used = tmp_path / "used.py"
    used.write_text("x = 1")
    state = used.stat()
    edit = f"import os; open({str(used)!r}, 'w').write('x = 2')"
    back = f"os.utime({str(used)!r}, ns=({state.st_atime_ns}, {state.st_mtime_ns}))"
    source, target = notebook(tmp_path / "01.ipynb", edit, back), tmp_path / "executed" / "01.ipynb"
    target.parent.mkdir()
    target.touch()
    result = execute(source, target, {"data": "x", "run": "y"}, [], [str(used)])
    assert result.message == "01: used.py changed while it was executed; call again"
    assert not target.exists()


def test_half_a_notebook_is_one_that_is_being_saved(tmp_path, monkeypatch):
    source = notebook(tmp_path / "01.ipynb", "x = 1")
    run, whole = execute_module._papermill, source.read_text()

    def saved_meanwhile(path, *rest):
        path.write_text(whole[:100])
        run(path, *rest)

    monkeypatch.setattr(execute_module, "_papermill", saved_meanwhile)
    arguments = (source, tmp_path / "done.ipynb", {"data": "x", "run": "y"}, [])
    assert execute(*arguments, [str(source)]).message.endswith("while it was executed; call again")
    with pytest.raises(Exception, match="Notebook"):  # what is broken all the time is said to be so
        execute(*arguments, [])


def test_a_killed_kernel_is_no_kernel_that_did_not_start(tmp_path):
    source = notebook(tmp_path / "01.ipynb", "import os; os.kill(os.getpid(), 9)")
    result = execute(source, tmp_path / "done.ipynb", {"data": "x", "run": "y"}, [], [])
    assert result.message.startswith("01: its kernel was killed")


def test_the_pipeline_can_be_read_without_leaving_a_trace(tmp_path):
    code = "import gc, os; gc.disable(); before = dict(os.environ); import dodo"
    code += "; assert dict(os.environ) == before"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{os.environ.get('PYTHONPATH', '')}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="session")
def own_folder(tmp_path_factory):
    """Return a user's folder: 5 brands, 40 influencers with handles, CSV, PNG and JPEG, gaps."""
    from PIL import Image

    base = tmp_path_factory.mktemp("own")
    world = demo.generate(
        base / "world", brands=5, influencers=40, posts=4, audience=3, seed=11, picture_size=32
    )
    place = base / "folder"
    place.mkdir()
    tables = {name: getattr(world, name).copy() for name in SCHEMAS}
    posts = tables["posts"]
    for i, image in enumerate(posts["image"]):
        target = place / image
        target.parent.mkdir(parents=True, exist_ok=True)
        if i % 7 == 0:  # some are PNG
            Image.open(world.root / image).save(target.with_suffix(".png"))
            posts.loc[i, "image"] = str(Path(image).with_suffix(".png"))
        else:
            shutil.copy(world.root / image, target)
    influencers = tables["accounts"].query("role == 'influencer'")["account_id"]
    posts.loc[posts["account_id"].isin(influencers[:5]), "image"] = None
    posts.loc[posts["account_id"].isin(influencers[3:8]), "caption"] = None
    for name, table in tables.items():
        for column in table.columns.intersection(["account_id", "influencer_id"]):
            table[column] = table[column].str.replace("influencer-", PERSON)
        table.to_csv(place / f"{name}.csv", index=False)
    return place


@pytest.fixture(scope="session")
def own_run(own_folder, tmp_path_factory):
    """Return the folder of a whole run on `own_folder`, executed by the pipeline."""
    run = tmp_path_factory.mktemp("runs") / "own"
    done = pipeline(own_folder, run, "--no-book")
    assert done.returncode == 0, done.stdout[-4000:]
    return run


def command(data, run, *more):
    quick = ["profile=quick", "epochs=1", "seeds=1", "topics=3", "visual=none"]
    arguments = [f"data={data}", f"run={run}", *quick, *more]
    return [sys.executable, "-m", "morning_book.command", "run", *arguments]


def environment(run):
    return {**os.environ, "MORNING_DATA": str(run.parent / "data")}


def pipeline(data, run, *more):
    return subprocess.run(
        command(data, run, *more),
        cwd=run.parent,
        env=environment(run),
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_folder_of_ones_own_goes_through_every_chapter(own_run):
    for name in CHAPTERS:
        copy = nbformat.read(own_run / "notebooks" / f"{name}.ipynb", 4)
        codes = [c for c in copy.cells if c.cell_type == "code"]
        assert all(c.execution_count for c in codes if c.source.strip()), name
        solutions = [c for c in codes if "solution" in c.metadata.get("tags", [])]
        assert len(solutions) >= 2, name
        assert all(c.outputs for c in solutions), name
    manifest = json.loads((own_run / "features" / "manifest.json").read_text())
    assert {"content_topics", "audience_topics", "attribute"} <= set(manifest["made"])
    assert not list(own_run.rglob("*.partial"))


@pytest.mark.parametrize("name", ["11_case_study", "12_recommend"])
def test_chapters_that_show_posts_do_without_them(own_run, tmp_path, name):
    """Of vectors alone, nobody has posts to show behind a reason, or followers to choose by."""
    run, vectors = tmp_path / "run", tmp_path / "vectors"
    shutil.copytree(own_run, run, ignore=shutil.ignore_patterns("prepared"))
    shutil.copytree(own_run / "features", vectors)
    parameters = {"data": str(vectors), "run": str(run)}
    if name == "11_case_study":
        parameters |= {"profile": "quick", "label_posts": "keep"}
    assert (
        execute(ROOT / "notebooks" / f"{name}.ipynb", tmp_path / "done.ipynb", parameters, [], [])
        is None
    )


def test_results_keep_their_contract(own_run):
    for table in ("table3_baselines", "table4_ablations", "table5_categories"):
        document = Run(own_run).read(table)
        assert document["table"] == table
        assert {"brands", "candidates", "positives"} <= set(document["protocol"])
        for row in document["rows"]:
            assert {"method", "auc", "medr", "seeds", "sd", "ci95", "paper"} <= set(row)
            assert row["paper"] is None  # these data are not the paper's


def test_a_second_call_does_nothing(own_folder, own_run):
    assert executed(pipeline(own_folder, own_run, "--no-book")) == set()


def test_the_run_is_as_recorded(own_run):
    found = verify(Run(own_run))
    assert [str(change) for change in found.changes] == []
    assert found.checked["notebooks"] == len(CHAPTERS)
    for name in CHAPTERS:
        assert 50 < json.loads(Run(own_run).record(name).read_text())["peak_mb"] < 20_000


def test_an_export_names_nobody_and_no_folder(own_run, tmp_path):
    export(Run(own_run), tmp_path / "run.zip")
    with zipfile.ZipFile(tmp_path / "run.zip") as archive:
        archive.extractall(tmp_path / "there")
    files = [path for path in (tmp_path / "there").rglob("*") if path.is_file()]
    forbidden = [each.encode() for each in (PERSON, str(own_run.parent), str(ROOT))]
    assert [p for p in files if any(each in p.read_bytes() for each in forbidden)] == []
    there = Run(tmp_path / "there")
    ids = there.features().accounts["account_id"]
    assert not ids.str.startswith(PERSON).any()
    assert len(Recommender.load(there).rank(ids.iloc[0], 5)) == 5
    assert there.explorer.read_text() == Run(own_run).explorer.read_text()


def test_a_missing_source_fails_with_one_sentence(tmp_path):
    done = pipeline(tmp_path / "nowhere", tmp_path / "run", "--no-book")
    assert done.returncode == 2
    assert "neither demo, public nor an existing folder" in done.stderr
    assert not (tmp_path / "run").exists()


class TestTheBook(BookGates):
    """The book of `own_run`: chapters of these data, and the pages of every book."""

    looks = FEW_LOOKS

    @pytest.fixture(scope="class")
    @classmethod
    def book(cls, own_folder, own_run):
        done = pipeline(own_folder, own_run)
        assert done.returncode == 0, done.stdout[-4000:]
        assert executed(done) == set()
        return Book(Run(own_run).index.parent)

    @pytest.fixture(scope="class")
    @classmethod
    def people(cls, own_folder):
        ids = pd.read_csv(own_folder / "accounts.csv")["account_id"]
        found = {each for each in ids if each.startswith(PERSON)}
        assert len(found) == 40
        return found
