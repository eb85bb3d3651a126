"""Networks are had once, before any chapter: fetched, found, or done without."""

import pandas as pd
import pytest
from morning.features.visual.weights import NETWORKS
from morning.places import WEIGHTS, fetched_weights_folder, weights_folder
from morning.sources.sample import write_sample
from morning_book.dependencies import record_inputs
from morning_book.execute import _environment
from morning_book.networks import have_networks, network_files
from morning_book.settings import Settings
from toys.cache import own_cache
from toys.weights import serving


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    return own_cache(monkeypatch, tmp_path / "cache")


@pytest.fixture
def server(monkeypatch):
    with serving() as server:
        monkeypatch.setitem(NETWORKS, "network", server.files())
        yield server


@pytest.fixture
def folder(tmp_path):
    write_sample(tmp_path / "mine")
    return tmp_path / "mine"


def settings(folder, **texts):
    return Settings.read({"data": str(folder), **texts}, folder.parent)


def test_ones_own_pictures_have_networks_fetched_once(folder, server, capsys):
    mine = settings(folder)
    assert network_files(mine) == {}
    assert have_networks(mine) is None
    assert capsys.readouterr().out == (
        "Pictures are looked at by ImageNet and Places365 networks (in the cache); "
        "--visual none prevents it.\n"
    )
    assert len(server.asked) == len(network_files(mine)) == 3
    record_inputs("weights", mine, [])
    assert have_networks(mine) is None
    assert capsys.readouterr().out == ""  # said once
    assert len(server.asked) == 3


def test_without_a_network_it_is_said_once_and_the_run_goes_on(folder, server, capsys):
    server.answers = [(404, b"", 0)] * 3
    mine = settings(folder)
    assert have_networks(mine) is None
    assert capsys.readouterr().out.startswith("Pictures are left out: no networks")
    assert network_files(mine) == {}
    first = record_inputs("weights", mine, [])
    assert have_networks(mine) is None  # the next call tries again
    assert record_inputs("weights", mine, []) != first


def test_chapters_take_what_is_at_hand_and_fetch_nothing(monkeypatch):
    with _environment():
        assert weights_folder() == fetched_weights_folder()
    assert weights_folder() is None
    monkeypatch.setenv(WEIGHTS, "/elsewhere")
    with _environment():
        assert str(weights_folder()) == "/elsewhere"


@pytest.mark.parametrize("visual", ["none", "small"])
def test_what_was_not_asked_for_is_not_fetched(folder, server, capsys, visual):
    assert have_networks(settings(folder, visual=visual)) is None
    assert (server.asked, capsys.readouterr().out) == ([], "")


@pytest.mark.parametrize("data", ["demo", "public"])
def test_the_demo_and_the_benchmark_need_none(tmp_path, server, capsys, data):
    assert have_networks(Settings.read({"data": data}, tmp_path)) is None
    assert (server.asked, capsys.readouterr().out) == ([], "")


def test_data_without_pictures_or_beyond_use_need_none(folder, server, capsys):
    posts = pd.read_csv(folder / "posts.csv").drop(columns="image")
    posts.to_csv(folder / "posts.csv", index=False)
    assert have_networks(settings(folder)) is None
    (folder / "accounts.csv").write_text("nothing\n")
    assert have_networks(settings(folder)) is None
    assert (server.asked, capsys.readouterr().out) == ([], "")


def test_vectors_need_none(tiny_features, tmp_path, server):
    tiny_features().save(tmp_path / "vectors")
    assert have_networks(settings(tmp_path / "vectors", visual="network")) is None
    assert network_files(settings(tmp_path / "vectors")) == {}
    assert server.asked == []


def test_networks_that_were_asked_for_by_name_must_come(folder, server):
    server.answers = [(404, b"", 0)] * 3
    failed = have_networks(settings(folder, visual="network"))
    assert "status 404" in failed.message
    assert have_networks(settings(folder, visual="network")) is None
    assert len(network_files(settings(folder, visual="network"))) == 3


def test_a_folder_is_taken_as_it_is(folder, server, tmp_path):
    mine = settings(folder, visual=str(tmp_path))
    assert have_networks(mine) is None
    assert network_files(mine) == {}
    for file in server.files():
        (tmp_path / (file.short or file.name)).touch()
    assert network_files(mine)[server.files()[0].name] == tmp_path / "resnet101.pth"
    assert server.asked == []
