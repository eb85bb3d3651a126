"""A story of two chapters without kernels: a run in a folder, with records of how it came about."""

import json
import shutil
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from morning.evaluation import official_task, result_row
from morning.features import FeatureSet
from morning.files import write_json
from morning.models import Best
from morning.recommend.chance import Chances
from morning.run import Run
from morning.studies.trained import statistics
from morning_book import provenance
from morning_book.dependencies import record_inputs
from morning_book.settings import Settings
from morning_book.stages import Stage

from toys.notebooks import notebook

#: Handles of influencers, as users bring them.
PEOPLE = [f"some.body_{k}" for k in range(30)]
BRANDS = [f"brand-{k}" for k in range(45)]


def chapters(run, *, released=False):
    """Return the chapters: one opens the data, one makes the model and a table of it."""
    return [
        Stage("01_dataset", ("data", "run"), (), (run.candidates,), opens_data=True),
        Stage(
            "05_model",
            ("data", "run", "epochs"),
            (run.candidates,),
            (run.manifest, run.results("model"), run.chances),
            fills=(run.vectors, run.best),
        ),
    ]


def write(root):
    """Write the notebooks of the chapters, a folder of data, and a run on it, `run`."""
    (root / "notebooks").mkdir()
    notebook(root / "notebooks" / "01_dataset.ipynb", "import morning.errors")
    drawn = 'import morning.places\nrun.figure("curve", None)'
    parameters = "data = 'x'\nrun = 'y'\nepochs = 1"
    notebook(root / "notebooks" / "05_model.ipynb", drawn, parameters=parameters)
    (root / "data").mkdir()
    for name in ("accounts", "posts"):
        (root / "data" / f"{name}.csv").write_text(name)
    with pytest.MonkeyPatch.context() as patch:
        tell(root, patch)
        make(root / "run", root / "data")


def copy(root, place):
    """Copy what `write` wrote; what names the folder names the new one."""
    shutil.copytree(root, place, dirs_exist_ok=True)
    for path in place.rglob("*.[ij]*[bn]"):  # notebooks and JSON
        path.write_text(path.read_text().replace(str(root), str(place)))


def tell(root, monkeypatch):
    """Let the pipeline find the chapters of a folder in place of its own."""
    monkeypatch.setattr("morning_book.stages.ROOT", root)
    for module in ("verify", "export"):
        monkeypatch.setattr(f"morning_book.{module}.stages", chapters)


def vectors(seed):
    """Return vectors of brands, of which half are tested, and influencers with handles."""
    rng = np.random.default_rng(0)
    splits = ["train" if k % 2 else "test" for k in range(len(BRANDS))]
    accounts = {
        "account_id": [*BRANDS, *PEOPLE],
        "role": ["brand"] * len(BRANDS) + ["influencer"] * len(PEOPLE),
        "category": [*(f"c{k % 3}" for k in range(len(BRANDS))), *[None] * len(PEOPLE)],
        "split": [*splits, *[None] * len(PEOPLE)],
    }
    pairs = [(b, p) for b in BRANDS for p in rng.choice(PEOPLE, 3, replace=False)]
    size = (len(BRANDS) + len(PEOPLE), 4)
    block = np.random.default_rng(seed).random(size, dtype=np.float32)
    return FeatureSet(
        pd.DataFrame(accounts),
        pd.DataFrame(pairs, columns=["brand_id", "influencer_id"]),
        {"content_topics": block},
        source="folder",
    )


def make(folder, data, *, seed=0, epochs=1):
    """Make a run on a folder of data, as the pipeline would leave it, and return it."""
    run, features = Run(folder), vectors(seed)
    settings = {"data": str(data), "run": str(folder), "epochs": epochs, "profile": "quick"}
    write_json(run.parameters, settings)
    record_inputs("data", Settings(str(data), str(folder)), [])
    first, second = chapters(run)
    before = provenance.went_in(first, run, settings)
    known = {"influencer_id": PEOPLE, "followers": range(30), "contact": [p[::-1] for p in PEOPLE]}
    pd.DataFrame(known).to_parquet(run.candidates, index=False)
    record(first, run, before, "a post of " + PEOPLE[0])
    before = provenance.went_in(second, run, settings)
    features.save(run.vectors)
    best = Best.fit(features)
    best.save(run.best)
    Chances({}).save(run.chances)
    task = official_task(features)
    row = result_row("best", statistics([best], features, task), seconds=time.time())
    run.write("model", [row], task)
    run.figure("curve", Figure())
    record(second, run, before, f"an object at 0x{id(run):x}")
    return run


def record(stage, run, before, shown):
    """Write an executed notebook with an output, and its record."""
    content = json.loads(stage.notebook.read_text())
    path = Path(run.notebooks, f"{stage.name}.ipynb")
    injected = {"cell_type": "code", "metadata": {"tags": ["injected-parameters"]}, "outputs": []}
    injected |= {"source": f"run = '{run.folder}'", "execution_count": 1}
    content["cells"].insert(1, injected)
    texts = {"stdout": shown, "stderr": f"warning: {run.folder}"}
    content["cells"][-1]["outputs"] = [
        {"output_type": "stream", "name": name, "text": text} for name, text in texts.items()
    ]
    content["metadata"]["papermill"] = {"output_path": str(path)}
    write_json(path, content)
    with provenance.Cost() as cost:
        pass
    provenance.write_record(stage, run, before, cost)
