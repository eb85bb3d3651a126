import json
import zipfile

import pandas as pd
import pytest
from morning.errors import MorningError
from morning.files import write_json
from morning.models import Best
from morning.recommend.recommender import Recommender
from morning.run import Run
from morning.studies.trained import evaluate_run, fit_run
from morning_book.command import cli
from morning_book.crate import METADATA
from morning_book.export import export
from morning_book.verify import verify
from toys import story
from typer.testing import CliRunner


def opened(run, place, **options):
    """Export a run, and unpack it elsewhere."""
    export(run, place / "run.zip", **options)
    with zipfile.ZipFile(place / "run.zip") as archive:
        archive.extractall(place / "elsewhere")
    return Run(place / "elsewhere")


def contents(run):
    return {p.relative_to(run.folder).as_posix(): p.read_bytes() for p in run.folder.rglob("*.*")}


def test_it_ranks_evaluates_and_verifies_elsewhere(told, tmp_path):
    there = opened(told, tmp_path)
    assert not verify(there).changes
    assert verify(there).unseen == ["the data, not here"]
    assert evaluate_run(there, variant="best") == evaluate_run(told, variant="best")
    ours, theirs = (Recommender.load(r).rank(story.BRANDS[0]) for r in (told, there))
    assert ours["score"].tolist() == theirs["score"].tolist()
    assert Best.load(there.best).weights == Best.load(told.best).weights


def test_a_change_elsewhere_is_named(told, tmp_path):
    there = opened(told, tmp_path)
    there.candidates.write_bytes(b"")
    changes = [(change.part, change.name) for change in verify(there).changes]
    assert changes == [("inputs", "candidates.parquet"), ("outputs", "candidates.parquet")]


def test_a_change_before_the_export_is_named_elsewhere(told, tmp_path):
    told.chances.write_text("{}")
    assert [change.name for change in verify(opened(told, tmp_path)).changes] == ["chances.json"]


def test_nobody_is_named_unless_asked_for(told, tmp_path):
    there = opened(told, tmp_path)
    assert not set(there.features().accounts["account_id"]) & {*story.PEOPLE}
    assert not set(there.features().collaborations["influencer_id"]) & {*story.PEOPLE}
    known = pd.read_parquet(there.candidates)
    assert known.columns.tolist() == ["influencer_id", "followers"]
    assert known["followers"].tolist() == list(range(30))
    found = contents(there)
    named = [n for n, content in found.items() if any(p.encode() in content for p in story.PEOPLE)]
    assert named == []
    assert "notebooks/01_dataset.ipynb" not in found  # it opens posts
    assert "notebooks/05_model.ipynb" in found
    assert "figures/curve.png" in found


def test_with_ids_it_is_the_run_itself(told, tmp_path):
    there = opened(told, tmp_path, ids=True)
    assert there.features().accounts.equals(told.features().accounts)
    assert "notebooks/01_dataset.ipynb" in contents(there)
    assert not verify(there).changes


def test_generated_data_name_nobody(told, tmp_path):
    write_json(told.parameters, told.settings() | {"data": "demo"})
    assert "pseudonyms of the data" in export(told, tmp_path / "run.zip")


@pytest.mark.parametrize("ids", [False, True])
def test_no_folder_of_this_machine_is_named(told, tmp_path, ids):
    there = opened(told, tmp_path, ids=ids)
    assert "run" not in there.settings()
    assert there.settings()["data"] == "folder"
    told = [name for name, content in contents(there).items() if str(tmp_path).encode() in content]
    assert told == []


def test_a_result_that_names_a_folder_is_refused(told, tmp_path):
    told.write("other", [{"where": f"read from {told.folder}/x"}])
    with pytest.raises(MorningError, match=r"results/other\.json: names folders of this machine"):
        export(told, tmp_path / "run.zip")
    assert not (tmp_path / "run.zip").exists()


def test_an_edited_notebook_is_refused(told, tmp_path):
    path = tmp_path / "notebooks" / "05_model.ipynb"
    path.write_text(path.read_text().replace("morning.places", "morning.errors"))
    with pytest.raises(MorningError, match=r"05_model\.ipynb was edited since"):
        export(told, tmp_path / "run.zip")


def test_the_same_run_gives_the_same_file(told, tmp_path):
    export(told, tmp_path / "a.zip")
    export(told, tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_what_was_opened_can_be_handed_on(told, tmp_path):
    there = opened(told, tmp_path)
    (tmp_path / "on").mkdir()
    again = opened(there, tmp_path / "on")
    assert not verify(again).changes
    assert again.features().accounts.equals(there.features().accounts)


def test_a_run_of_train_can_be_exported(tmp_path):
    there = opened(fit_run(story.vectors(0), tmp_path / "trained"), tmp_path)
    assert evaluate_run(there)["method"] == "best"
    assert (there.folder / METADATA).is_file()


def test_the_command_says_whom_it_names(told, tmp_path):
    words = ["export", str(told.folder), "--out", str(tmp_path / "run.zip")]
    done = CliRunner().invoke(cli.app, words)
    assert done.exit_code == 0, done.output
    assert "Influencers have pseudonyms" in done.output
    assert json.loads(zipfile.ZipFile(tmp_path / "run.zip").read(METADATA))


def test_no_run_is_refused(tmp_path):
    with pytest.raises(MorningError, match="no run is here"):
        export(Run(tmp_path), tmp_path / "run.zip")
