"""What becomes of a user's pictures where nothing is said of networks."""

import logging
from dataclasses import replace

import pytest
from morning.features.visual.weights import NETWORKS
from morning.prepare.looks import prospect, provide
from toys.cache import own_cache
from toys.weights import PAGE, serving


@pytest.fixture
def cache(monkeypatch, tmp_path):
    return own_cache(monkeypatch, tmp_path / "cache")


@pytest.fixture
def server(monkeypatch, cache):
    with serving() as server:
        monkeypatch.setitem(NETWORKS, "network", server.files())
        yield server


def test_what_can_be_fetched_is_fetched_once(server, caplog):
    fetched = "looked at by ImageNet and Places365 networks, fetched first (about 276 MB); "
    assert prospect() == fetched + "--visual none to prevent it"
    assert server.asked == []
    assert provide() == ""
    assert len(server.asked) == 3
    assert prospect() == "looked at by ImageNet and Places365 networks (in the cache)"
    caplog.clear()
    with caplog.at_level(logging.INFO):
        assert provide() == ""
    assert len(server.asked) == 3
    assert "(in the cache); --visual none prevents it" in caplog.text


def test_a_named_folder_is_enough(server, monkeypatch, tmp_path):
    for file in server.files():
        (tmp_path / (file.short or file.name)).write_bytes(b"mine")
    monkeypatch.setenv("MORNING_WEIGHTS", str(tmp_path))
    expected = "looked at by ImageNet and Places365 networks (in the folder of MORNING_WEIGHTS)"
    assert prospect() == expected
    assert provide() == ""
    assert server.asked == []


def test_where_a_folder_is_named_nothing_is_fetched(server, monkeypatch, tmp_path):
    (tmp_path / "resnet101.pth").write_bytes(b"mine")
    monkeypatch.setenv("MORNING_WEIGHTS", str(tmp_path))
    lacking = "resnet50_places365.pth.tar, categories_places365.txt"
    with pytest.raises(Exception, match=f"MORNING_WEIGHTS names a folder without {lacking}"):
        prospect()
    assert provide() == (
        f"Pictures are left out: no networks to look at them. Put {lacking} into a folder and "
        "name it with MORNING_WEIGHTS."
    )
    assert server.asked == []


def test_without_a_network_the_run_goes_on(cache, monkeypatch, caplog):
    nowhere = [replace(f, url="http://127.0.0.1:9/x") for f in NETWORKS["network"]]
    monkeypatch.setitem(NETWORKS, "network", tuple(nowhere))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    said = provide()
    assert "Put resnet101.pth, resnet50_places365.pth.tar, categories_places365.txt into" in said
    assert "\n" not in said
    assert str(cache) not in said  # it stands on a page
    assert "cannot fetch http://127.0.0.1:9/x" in caplog.text


@pytest.mark.parametrize(
    "answer", [(200, PAGE, len(PAGE)), (200, b"PK", 4000), (404, b"", 0), (500, b"", 0)]
)
def test_a_server_that_fails_costs_the_pictures_and_not_the_run(server, answer):
    server.answers = [answer] * 3
    assert provide().startswith("Pictures are left out")
    server.answers.clear()
    assert provide() == ""  # the next run has them


def test_a_damaged_file_costs_the_pictures_and_not_the_run(server, cache, caplog):
    provide()
    damaged = next(cache.glob("resnet101-*.pth"))
    damaged.write_bytes(b"PK")
    assert provide().startswith("Pictures are left out")
    assert "delete it to fetch it again" in caplog.text
