"""What a run of the benchmark leaves for readers without its files."""

import pytest
from morning.errors import MorningError
from morning.files import read_json, write_json
from morning.models import train_seeds
from morning.run import Run
from morning_book.publish import TABLES, publish
from morning_book.settings import Settings
from toys.vectors import checkerboard, tiny


@pytest.fixture
def run(tmp_path):
    run = Run(tmp_path / "run")
    settings = Settings.read({"data": "public"}, tmp_path).recorded()
    write_json(run.parameters, settings | {"run": "/somewhere"})
    for name in TABLES:
        run.write(name, [{"method": name}])
    train_seeds(checkerboard(), tiny(epochs=1), run.model(), seeds=1, workers=1, progress=False)
    return run


def test_tables_curves_and_where_they_come_from(run, tmp_path):
    publish(run, tmp_path / "public.json")
    found = read_json(tmp_path / "public.json")
    assert found["made"]["settings"]["data"] == "public"
    assert set(found["tables"]) == set(TABLES)
    assert [(curve["seed"], len(curve["history"])) for curve in found["curves"]] == [(0, 1)]
    assert "/somewhere" not in (tmp_path / "public.json").read_text()


@pytest.mark.parametrize("given", [{"data": "demo"}, {"data": "public", "profile": "quick"}])
def test_other_data_and_settings_are_nobodys_business(run, tmp_path, given):
    write_json(run.parameters, Settings.read(given, tmp_path).recorded())
    with pytest.raises(MorningError, match="only a run of `make book DATA=public` is published"):
        publish(run, tmp_path / "public.json")


def test_an_unfinished_run_is_refused(run, tmp_path):
    run.results("audit").unlink()
    with pytest.raises(MorningError, match="not finished, audit missing"):
        publish(run, tmp_path / "public.json")
