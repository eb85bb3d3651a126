"""The pipeline: parameters, failures, what is out of date, and a whole run on a user's folder."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from morning.dataset import SCHEMAS
from morning.sources import demo

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture
def dodo(tmp_path, monkeypatch):
    """Return the pipeline's module, with a run folder of its own."""
    monkeypatch.chdir(tmp_path)
    spec = importlib.util.spec_from_file_location("dodo_under_test", ROOT / "dodo.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "dodo_under_test", module)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "NOTEBOOKS", tmp_path)
    return module


def notebook(path, *code, parameters="data = 'x'\nrun = 'y'"):
    cells = [nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})]
    cells += [nbformat.v4.new_code_cell(source) for source in code]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), path)


def test_every_notebook_is_a_stage_and_declares_its_parameters(dodo):
    assert sorted(dodo.STAGES) == CHAPTERS
    for name, stage in dodo.STAGES.items():
        values = {key: dodo.SETTINGS[key] for key in stage.parameters.__dataclass_fields__}
        dodo.check_parameters(ROOT / "notebooks" / f"{name}.ipynb", stage.parameters, values)


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"data": "demo"}, "run is missing"),
        ({"data": "demo", "run": "r", "sedes": 3}, "sedes is unknown"),
        ({"data": "demo", "run": 3}, "run must be str, not 3"),
    ],
)
def test_wrong_parameters_are_named_before_a_kernel_starts(dodo, tmp_path, values, named):
    notebook(tmp_path / "01.ipynb")
    with pytest.raises(ValueError, match=named):
        dodo.check_parameters(tmp_path / "01.ipynb", dodo.Read, values)


def test_true_is_no_number_of_seeds(dodo, tmp_path):
    notebook(tmp_path / "05.ipynb", parameters="data=run=profile=''\nseeds = 1\nepochs = 0")
    values = {"data": "", "run": "", "profile": "paper", "seeds": True, "epochs": 0}
    with pytest.raises(ValueError, match="seeds must be int, not True"):
        dodo.check_parameters(tmp_path / "05.ipynb", dodo.Train, values)


def test_a_parameter_of_the_notebook_alone_is_named(dodo, tmp_path):
    notebook(tmp_path / "01.ipynb", parameters="data = ''\nrun = ''\nextra = 1")
    with pytest.raises(ValueError, match="extra is in the notebook's cell only"):
        dodo.check_parameters(tmp_path / "01.ipynb", dodo.Read, {"data": "", "run": ""})


def test_a_failing_notebook_names_the_cell_and_leaves_its_partial_copy(dodo, tmp_path):
    notebook(tmp_path / "01_dataset.ipynb", "print('before')", "\n1 / 0", "print('after')")
    result = dodo.execute("01_dataset", {"data": "x", "run": "y"})
    assert "1 / 0" in result.message
    assert "ZeroDivisionError" in result.message
    partial = dodo.RUN / "notebooks" / "01_dataset.failed.ipynb"
    assert str(partial) in result.message
    texts = [
        o.get("text", "") for c in nbformat.read(partial, 4).cells for o in c.get("outputs", [])
    ]
    assert "before\n" in texts
    assert "after\n" not in texts
    assert not (dodo.RUN / "notebooks" / "01_dataset.ipynb").exists()


def test_a_notebook_depends_on_what_it_imports_and_on_nothing_else(dodo):
    def sources(name):
        found = dodo.lib_sources(ROOT / "notebooks" / f"{name}.ipynb")
        return {path.relative_to(ROOT / "lib" / "morning").as_posix() for path in found}

    assert "models/training.py" in sources("05_model")
    assert "models/objectives.py" in sources("06_ablations")
    assert "models/training.py" not in sources("01_dataset")
    assert "attributes/embedding.py" in sources("04_attribute_graph")
    assert "cli.py" not in sources("05_model")


@pytest.fixture(scope="session")
def own_folder(tmp_path_factory):
    """Return a user's folder: 5 brands, 40 influencers, CSV, PNG and JPEG, with gaps."""
    from PIL import Image

    base = tmp_path_factory.mktemp("own")
    world = demo.generate(
        base / "world", brands=5, influencers=40, posts=4, audience=3, seed=11, picture_size=32
    )
    folder = base / "folder"
    folder.mkdir()
    tables = {name: getattr(world, name).copy() for name in SCHEMAS}
    posts = tables["posts"]
    for i, image in enumerate(posts["image"]):
        target = folder / image
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
        table.to_csv(folder / f"{name}.csv", index=False)
    return folder


@pytest.fixture(scope="session")
def own_run(own_folder, tmp_path_factory):
    """Return the folder of a whole run on `own_folder`, executed by the pipeline."""
    run = tmp_path_factory.mktemp("runs") / "own"
    done = pipeline(own_folder, run)
    assert done.returncode == 0, done.stdout[-4000:]
    return run


def pipeline(data, run, *more):
    settings = [f"data={data}", f"run={run}", "profile=quick", "epochs=1", "seeds=1", "topics=3"]
    command = [sys.executable, "-m", "doit", "-f", str(ROOT / "dodo.py"), "-n", "2", *settings]
    environment = {**os.environ, "MORNING_DATA": str(run.parent / "data")}
    return subprocess.run(
        [*command, *more, "notebook", "parameters"],
        cwd=run.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_folder_of_ones_own_goes_through_every_chapter(own_run):
    for name in CHAPTERS:
        executed = nbformat.read(own_run / "notebooks" / f"{name}.ipynb", 4)
        codes = [c for c in executed.cells if c.cell_type == "code"]
        assert all(c.execution_count for c in codes if c.source.strip()), name
    manifest = json.loads((own_run / "features" / "manifest.json").read_text())
    assert {"content_topics", "audience_topics", "attribute"} <= set(manifest["made"])
    assert not list(own_run.rglob("*.partial"))


def test_results_keep_their_contract(own_run):
    for table in ("table3_baselines", "table4_ablations", "table5_categories"):
        document = json.loads((own_run / "results" / f"{table}.json").read_text())
        assert document["table"] == table
        assert {"brands", "candidates", "positives"} <= set(document["protocol"])
        for row in document["rows"]:
            assert {"method", "auc", "medr", "seeds", "sd", "ci95", "paper"} <= set(row)
            assert row["paper"] is None  # these data are not the paper's


def test_a_second_call_does_nothing_and_a_changed_setting_what_follows(own_folder, own_run):
    again = pipeline(own_folder, own_run)
    assert again.returncode == 0
    assert "executing" not in again.stdout
    changed = pipeline(own_folder, own_run, "topic_seed=5")
    assert changed.returncode == 0, changed.stderr[-3000:]
    done = {line.split(":")[0] for line in changed.stdout.splitlines() if "executing" in line}
    assert {"02_content_features", "05_model"} <= done
    assert not {"01_dataset", "04_attribute_graph"} & done


def test_a_missing_source_fails_with_one_sentence(tmp_path):
    done = pipeline(tmp_path / "nowhere", tmp_path / "run")
    assert done.returncode != 0
    assert "no data source" in done.stdout + done.stderr
