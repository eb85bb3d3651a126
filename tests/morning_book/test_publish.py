"""What a run of the benchmark leaves for readers without its files."""

import pytest
from morning.errors import MorningError
from morning.files import read_json, write_json
from morning.models import train_seeds
from morning.run import Run
from morning_book.publish import TABLES, publish
from toys.vectors import checkerboard, tiny


@pytest.fixture
def run(tmp_path):
    run = Run(tmp_path / "run")
    write_json(run.parameters, {"data": "public", "run": "/somewhere", "seeds": 1})
    for name in TABLES:
        run.write(name, [{"method": name}])
    train_seeds(checkerboard(), tiny(epochs=1), run.model(), seeds=1, workers=1, progress=False)
    return run


def test_tables_curves_and_where_they_come_from(run, tmp_path):
    publish(run, tmp_path / "public.json")
    found = read_json(tmp_path / "public.json")
    assert found["made"]["settings"] == {"data": "public", "seeds": 1}
    assert set(found["tables"]) == set(TABLES)
    assert [(curve["seed"], len(curve["history"])) for curve in found["curves"]] == [(0, 1)]
    assert "/somewhere" not in (tmp_path / "public.json").read_text()


def test_other_data_are_nobodys_business(run, tmp_path):
    write_json(run.parameters, {"data": "demo"})
    with pytest.raises(MorningError, match="only a run with DATA=public is published"):
        publish(run, tmp_path / "public.json")


def test_an_unfinished_run_is_refused(run, tmp_path):
    run.results("audit").unlink()
    with pytest.raises(MorningError, match="not finished, audit missing"):
        publish(run, tmp_path / "public.json")
