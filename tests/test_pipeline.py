"""The pipeline: parameters, failures, what is out of date, and a whole run on a user's folder."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from morning.dataset import SCHEMAS
from morning.errors import MorningError
from morning.run import Run
from morning.sources import demo
from morning.sources.sample import write_sample
from morning_book.execute import execute
from morning_book.settings import Settings
from morning_book.stages import check_parameters, parameters_cell, stages

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))


RUN = Run(Path("run"))


def notebook(path, *code, parameters="data = 'x'\nrun = 'y'"):
    cells = [nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})]
    cells += [nbformat.v4.new_code_cell(source) for source in code]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), path)
    return path


@pytest.mark.parametrize("released", [True, False])
def test_every_notebook_is_a_stage_and_declares_its_parameters(released):
    settings = Settings.read({}, ROOT).recorded()
    found = stages(RUN, released=released)
    assert [stage.name for stage in found] == CHAPTERS
    for stage in found:
        assert set(stage.parameters(settings)) == set(parameters_cell(stage.notebook))


def test_what_a_stage_reads_was_written_by_an_earlier_one():
    written = set()
    for stage in stages(RUN, released=True):
        assert set(stage.reads) <= written, stage.name
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
    result = execute(source, target, {"data": "x", "run": "y"}, [])
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


def test_the_pipeline_can_be_read_without_leaving_a_trace(tmp_path):
    code = "import os; before = dict(os.environ); import dodo; assert dict(os.environ) == before"
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


@pytest.fixture
def checkout(tmp_path):
    """Return a checkout whose notebooks only write what their stage writes."""
    root = tmp_path / "checkout"
    ignored = shutil.ignore_patterns("__pycache__", "_build", "*.egg-info")
    for name in ("lib", "book"):
        shutil.copytree(ROOT / name, root / name, ignore=ignored)
    shutil.copy(ROOT / "dodo.py", root)
    (root / "notebooks").mkdir()
    imports = {
        "01_dataset": "morning.sources.folder",
        "04_attribute_graph": "morning.attributes.concepts",
    }
    for stage in stages(RUN, released=False):
        places = [place.relative_to(RUN.folder).as_posix() for place in stage.writes]
        path = root / "notebooks" / f"{stage.name}.ipynb"
        cells = [
            f"if False:\n    import {imports.get(stage.name, 'morning')}",
            f"from pathlib import Path\nfor place in {places}:\n    path = Path(run, place)\n"
            "    path.parent.mkdir(parents=True, exist_ok=True)\n    path.write_text('{}')",
        ]
        values = parameters_cell(stage.notebook)
        parameters = "\n".join(f"{name} = {value!r}" for name, value in values.items())
        notebook(path, *cells, parameters=parameters)
        content = nbformat.read(path, 4)
        content.cells.insert(0, nbformat.v4.new_markdown_cell(f"# Chapter {stage.name[:2]}"))
        tagged = nbformat.v4.new_markdown_cell("only with posts", metadata={"tags": ["posts"]})
        content.cells.append(tagged)
        nbformat.write(content, path)
    return root


def test_each_run_has_a_book_of_its_own_that_follows_its_sources(checkout, tmp_path):
    for name in ("posts", "tables"):
        write_sample(tmp_path / name)
    (tmp_path / "tables" / "posts.csv").unlink()

    def build(data):
        """Build a book; return its first chapter, the executed notebooks, whether rendered."""
        index = tmp_path / "runs" / data / "book" / "html" / "index.html"
        before = index.stat().st_mtime_ns if index.exists() else None
        done = subprocess.run(
            [sys.executable, "-m", "morning_book.command", "run", f"DATA={data}", "PROCESSES=1"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(checkout / "lib")},
            capture_output=True,
            text=True,
            check=False,
        )
        names = executed(done)
        assert done.stdout.splitlines()[-1] == str(index)
        chapter = index.parent / "notebooks" / "01_dataset.html"
        return chapter.read_text(), names, index.stat().st_mtime_ns != before

    text, names, rendered = build("posts")
    assert "only with posts" in text
    assert names == set(CHAPTERS)
    text, names, rendered = build("tables")
    assert "only with posts" not in text
    text, names, rendered = build("posts")
    assert "only with posts" in text
    assert (names, rendered) == (set(), False)

    accounts = tmp_path / "posts" / "accounts.csv"
    accounts.write_text(accounts.read_text() + "\n")
    opening = {stage.name for stage in stages(RUN, released=False) if stage.opens_data}
    assert build("posts")[1:] == (opening, True)
    assert build("tables")[1:] == (set(), False)

    concepts = checkout / "lib" / "morning" / "attributes" / "isa.tsv"
    concepts.write_text(concepts.read_text() + "\n")
    assert build("posts")[1:] == ({"04_attribute_graph"}, True)

    (checkout / "book" / "_static" / "sub").mkdir()
    (checkout / "book" / "_static" / "sub" / "a.css").write_text("p {}")
    assert build("posts")[1:] == (set(), True)
    (checkout / "book" / "_static" / "sub" / "a.css").write_text("p {color: red}")
    assert build("posts")[1:] == (set(), True)
    assert build("posts")[1:] == (set(), False)


@pytest.fixture(scope="session")
def own_folder(tmp_path_factory):
    """Return a user's folder: 5 brands, 40 influencers, CSV, PNG and JPEG, with gaps."""
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
        table.to_csv(place / f"{name}.csv", index=False)
    return place


@pytest.fixture(scope="session")
def own_run(own_folder, tmp_path_factory):
    """Return the folder of a whole run on `own_folder`, executed by the pipeline."""
    run = tmp_path_factory.mktemp("runs") / "own"
    done = pipeline(own_folder, run)
    assert done.returncode == 0, done.stdout[-4000:]
    return run


def command(data, run, *more):
    arguments = [f"data={data}", f"run={run}", "profile=quick", "epochs=1", "seeds=1", "topics=3"]
    return [sys.executable, "-m", "morning_book.command", "run", *arguments, *more]


def environment(run):
    return {**os.environ, "MORNING_DATA": str(run.parent / "data")}


def pipeline(data, run, *more):
    return subprocess.run(
        command(data, run, *more, "--no-book"),
        cwd=run.parent,
        env=environment(run),
        capture_output=True,
        text=True,
        check=False,
    )


def executed(done):
    """Return the notebooks that a call executed."""
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return {line.split(":")[0] for line in done.stdout.splitlines() if ": executing" in line}


def test_a_folder_of_ones_own_goes_through_every_chapter(own_run):
    for name in CHAPTERS:
        copy = nbformat.read(own_run / "notebooks" / f"{name}.ipynb", 4)
        codes = [c for c in copy.cells if c.cell_type == "code"]
        assert all(c.execution_count for c in codes if c.source.strip()), name
    manifest = json.loads((own_run / "features" / "manifest.json").read_text())
    assert {"content_topics", "audience_topics", "attribute"} <= set(manifest["made"])
    assert not list(own_run.rglob("*.partial"))


def test_results_keep_their_contract(own_run):
    for table in ("table3_baselines", "table4_ablations", "table5_categories"):
        document = Run(own_run).read(table)
        assert document["table"] == table
        assert {"brands", "candidates", "positives"} <= set(document["protocol"])
        for row in document["rows"]:
            assert {"method", "auc", "medr", "seeds", "sd", "ci95", "paper"} <= set(row)
            assert row["paper"] is None  # these data are not the paper's


def test_a_second_call_does_nothing_and_a_changed_setting_what_follows(own_folder, own_run):
    assert executed(pipeline(own_folder, own_run)) == set()
    assert executed(pipeline(own_folder, own_run, "processes=1")) == set()
    done = executed(pipeline(own_folder, own_run, "topic_seed=5"))
    assert {"02_content_features", "05_model"} <= done
    assert not {"01_dataset", "04_attribute_graph"} & done


def test_edited_data_are_read_again(own_folder, own_run):
    accounts = own_folder / "accounts.csv"
    before = accounts.read_text()
    executed(pipeline(own_folder, own_run))
    table = pd.read_csv(accounts)
    table.assign(biography="coffee and travel").to_csv(accounts, index=False)
    edited = pipeline(own_folder, own_run)
    accounts.write_text(before)
    assert {"01_dataset", "02_content_features", "08_baselines"} <= executed(edited)
    assert "accounts.csv changed: redoing 01_dataset, 02_content_features" in edited.stdout


def test_an_interrupted_call_goes_on_when_called_again(own_folder, tmp_path):
    run = tmp_path / "run"
    started = subprocess.Popen(
        command(own_folder, run, "--no-book"),
        cwd=tmp_path,
        env=environment(run),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    for line in started.stdout:
        if "02_content_features: executing" in line:
            break
    os.killpg(started.pid, signal.SIGINT)
    out, err = started.communicate(timeout=60)
    assert started.returncode == 130
    assert err.splitlines()[-1] == "interrupted; call again to go on"
    assert "Traceback" not in out + err
    assert "01_dataset" not in executed(pipeline(own_folder, run))


def test_a_missing_source_fails_with_one_sentence(tmp_path):
    done = pipeline(tmp_path / "nowhere", tmp_path / "run")
    assert done.returncode == 2
    assert "neither demo, public nor an existing folder" in done.stderr
    assert not (tmp_path / "run").exists()
