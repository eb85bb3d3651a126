"""Which networks look at pictures, and when small ones are trained anew."""

from dataclasses import replace

import pytest
from morning.dataset import Dataset
from morning.errors import MorningError
from morning.features.visual.small import SmallOptions
from morning.prepare import recognisers as module
from morning.prepare.recognisers import recognisers, small_recognisers
from morning.sources import Source


@pytest.fixture
def asked(monkeypatch):
    """Record what each network would be read from."""
    calls = []

    def record(name):
        return lambda *args, **kwargs: calls.append((name, *args, *kwargs.values())) or name

    for name in ("imagenet_resnet", "places365_resnet", "upernet_scenes", "small_recognisers"):
        monkeypatch.setattr(module, name, record(name))
    monkeypatch.delenv("MORNING_WEIGHTS", raising=False)
    return calls


def source(planted=False):
    return Source("here", Dataset(accounts=None, collaborations=None), planted=planted)


def test_upernet_for_scenes(asked, tmp_path, monkeypatch):
    assert recognisers("upernet", source()) == ("imagenet_resnet", "upernet_scenes")
    assert asked == [("imagenet_resnet", None), ("upernet_scenes", None)]
    asked.clear()
    monkeypatch.setenv("MORNING_WEIGHTS", str(tmp_path))
    recognisers("upernet", source())
    weights = tmp_path / "resnet101.pth"
    assert asked == [("imagenet_resnet", weights), ("upernet_scenes", str(tmp_path))]


def test_pretrained_networks(asked, tmp_path, monkeypatch):
    assert recognisers("network", source()) == ("imagenet_resnet", "places365_resnet")
    expected = [("imagenet_resnet", tmp_path / "resnet101.pth"), ("places365_resnet", tmp_path)]
    asked.clear()
    recognisers(str(tmp_path), source())
    assert asked == expected
    asked.clear()
    monkeypatch.setenv("MORNING_WEIGHTS", str(tmp_path))
    recognisers("auto", source())
    assert asked == expected


def test_the_demo_has_small_ones(asked):
    assert recognisers("auto", source(planted=True)) == "small_recognisers"
    assert recognisers("small", source()) == "small_recognisers"


def test_why_there_are_none(asked):
    assert "MORNING_WEIGHTS" in recognisers("auto", source())
    assert recognisers("none", source(planted=True)) == "Pictures are left out, as asked."
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
    monkeypatch.setattr(module, "ProcessPoolExecutor", _Here)
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
