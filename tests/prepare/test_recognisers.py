"""Which networks look at pictures, and when small ones are trained anew."""

from dataclasses import replace

import pandas as pd
import pytest
from morning.dataset import Dataset
from morning.errors import MorningError
from morning.features.visual.small import SmallOptions
from morning.features.visual.weights import NETWORKS
from morning.prepare import recognisers as module
from morning.prepare.recognisers import choice, keep, kept, recognisers, small_recognisers
from morning.sources import Source
from toys.cache import own_cache
from toys.pictures import colours
from toys.weights import serving


@pytest.fixture
def cache(monkeypatch, tmp_path):
    return own_cache(monkeypatch, tmp_path / "cache")


@pytest.fixture
def server(monkeypatch, cache):
    """A server that has small files, and knows them under the names of `NETWORKS`."""
    with serving() as server:
        files = server.files()
        monkeypatch.setitem(NETWORKS, "network", files)
        monkeypatch.setattr(module, "IMAGENET", files[0])
        yield server


@pytest.fixture
def asked(monkeypatch, server):
    """Record what each network would be read from."""
    calls = []

    def record(name):
        return lambda **kwargs: calls.append((name, *kwargs.values())) or name

    for name in ("imagenet_resnet", "places365_resnet", "upernet_scenes"):
        monkeypatch.setattr(module, name, record(name))
    monkeypatch.setattr(module, "small_recognisers", lambda: "small_recognisers")
    return calls


PRETRAINED = ("imagenet_resnet", "places365_resnet")


def source(planted=False, image="a.jpg"):
    posts = pd.DataFrame({"post_id": ["p"], "image": [image]})
    dataset = Dataset(accounts=None, collaborations=None, posts=posts)
    return Source("here", dataset, planted=planted)


def test_pictures_of_ones_own_are_looked_at_by_pretrained_networks(asked, server, cache, caplog):
    assert recognisers("auto", source()) == PRETRAINED
    assert len(server.asked) == 3
    assert asked == [
        ("imagenet_resnet", cache / server.files()[0].name),
        ("places365_resnet", None),
    ]
    assert "about 276 MB" in caplog.text
    assert "--visual none prevents it" in caplog.text
    assert recognisers("auto", source()) == recognisers("network", source()) == PRETRAINED
    assert len(server.asked) == 3


@pytest.mark.parametrize("image", [None, ""])
def test_without_pictures_nothing_is_fetched(asked, server, image):
    assert recognisers("auto", source(image=image)) == "Pictures are left out: no post has one."
    assert (server.asked, asked) == ([], [])


def test_none_asks_nobody(asked, server):
    assert recognisers("none", source()) == "Pictures are left out, as asked."
    assert (server.asked, asked) == ([], [])


def test_without_a_network_auto_goes_on_and_network_fails(asked, server):
    server.answers = [(404, b"", 0)] * 6
    assert "Put resnet101.pth, " in recognisers("auto", source())
    with pytest.raises(MorningError, match=r"status 404.*MORNING_WEIGHTS"):
        recognisers("network", source())
    assert asked == []


def test_networks_from_a_folder(asked, server, tmp_path, monkeypatch):
    for file in server.files():
        (tmp_path / (file.short or file.name)).touch()
    expected = [("imagenet_resnet", tmp_path / "resnet101.pth"), ("places365_resnet", tmp_path)]
    recognisers(str(tmp_path), source())
    assert asked == expected
    asked.clear()
    monkeypatch.setenv("MORNING_WEIGHTS", str(tmp_path))
    recognisers("auto", source())
    assert asked == [expected[0], ("places365_resnet", None)]  # which looks in the same places
    assert server.asked == []


def test_upernet_for_scenes(asked, server, monkeypatch, tmp_path):
    monkeypatch.setitem(NETWORKS, "upernet", (server.files()[0],))
    assert recognisers("upernet", source()) == ("imagenet_resnet", "upernet_scenes")
    assert [call[0] for call in asked] == ["imagenet_resnet", "upernet_scenes"]


def test_the_demo_has_small_ones(asked, server):
    assert recognisers("auto", source(planted=True)) == "small_recognisers"
    assert recognisers("small", source()) == "small_recognisers"
    assert server.asked == []


def test_there_is_no_such_choice(asked):
    with pytest.raises(MorningError, match="upernet"):
        recognisers("abacus", source())


class _Here:
    """A pool that works in this process."""

    def __init__(self, *_, **__):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False

    def submit(self, work, *args):
        work(*args)
        return self

    def result(self):
        return None


@pytest.fixture
def trained(monkeypatch, tmp_path):
    """Record which networks are trained, of a few pictures and in one pass."""
    kinds, train = [], module._train_small
    quick = {kind: SmallOptions(epochs=1, batch_size=128) for kind in ("objects", "scenes")}
    monkeypatch.setenv("MORNING_DATA", str(tmp_path))
    monkeypatch.setattr(module, "_SMALL", quick)
    monkeypatch.setattr(module, "_DRAWN", {"pictures": 64, "seed": 1, "size": 32})
    monkeypatch.setattr(module, "pool", _Here)
    monkeypatch.setattr(module, "_train_small", lambda *a: kinds.append(a[0]) or train(*a))
    return kinds


def test_small_networks_are_trained_once(trained):
    first = small_recognisers()
    assert trained == ["objects", "scenes"]
    again = small_recognisers()
    assert trained == ["objects", "scenes"]
    assert [network.digest for network in again] == [network.digest for network in first]


def test_other_options_drawings_or_code_train_anew(trained, monkeypatch):
    small_recognisers()
    trained.clear()
    changed = module._SMALL | {"scenes": replace(module._SMALL["scenes"], seed=1)}
    monkeypatch.setattr(module, "_SMALL", changed)
    small_recognisers()
    assert trained == ["scenes"]
    trained.clear()
    monkeypatch.setattr(module, "_DRAWN", module._DRAWN | {"pictures": 65})
    small_recognisers()
    assert trained == ["objects", "scenes"]
    trained.clear()
    monkeypatch.setattr(module, "code_of", lambda *_: "another")
    small_recognisers()
    assert trained == ["objects", "scenes"]


class TestKept:
    def test_small_networks_travel_with_the_run(self, trained, tmp_path, monkeypatch):
        found = small_recognisers()
        keep(found, "small", tmp_path / "prepared")
        monkeypatch.setenv("MORNING_DATA", str(tmp_path / "elsewhere"))
        trained.clear()
        again = kept(tmp_path / "prepared")
        assert [network.digest for network in again] == [network.digest for network in found]
        assert trained == []

    def test_of_others_the_choice_is_kept(self, tmp_path, monkeypatch):
        found = (colours(3), colours(2, size=4))
        keep(found, "network", tmp_path)
        monkeypatch.setattr(module, "_pretrained", lambda visual: {"network": found}[visual])
        assert kept(tmp_path) == found

    def test_other_networks_are_not_taken_for_them(self, tmp_path, monkeypatch):
        keep((colours(3), colours(2)), "network", tmp_path)
        monkeypatch.setattr(module, "_pretrained", lambda _: (colours(3), colours(2, size=4)))
        assert "are not those of the run" in kept(tmp_path)

    def test_networks_that_cannot_be_had_are_a_sentence(self, tmp_path, cache):
        keep((colours(3), colours(2)), "network", tmp_path)
        assert kept(tmp_path).startswith("Pictures are left out: ")

    def test_a_run_without_pictures(self, tmp_path):
        assert kept(tmp_path) == "Pictures are left out: the run looked at none."

    @pytest.mark.parametrize("text", ["", "[]", '{"visual": 3}', '{"visual": "small"}'])
    def test_a_damaged_record_is_a_sentence(self, text, tmp_path):
        (tmp_path / "networks").mkdir()
        (tmp_path / "networks" / "networks.json").write_text(text)
        assert kept(tmp_path).startswith("Pictures are left out: ")

    def test_what_auto_stands_for(self):
        assert choice("auto", source(planted=True)) == "small"
        assert choice("auto", source()) == "network"
        assert choice("upernet", source()) == "upernet"
