"""torchvision where its compiled operators do not load."""

import importlib
import subprocess
import sys
from types import SimpleNamespace

import pytest
import torch
from morning.features.visual import vision


@pytest.fixture
def declared(monkeypatch):
    """Pretend that torchvision was not imported yet; record what would be declared."""
    made = []

    class Library:
        def __init__(self, name, kind):
            made.append((name, kind))

        def define(self, schema):
            made.append(schema.split("(")[0])

    monkeypatch.delitem(sys.modules, "torchvision")
    monkeypatch.setattr(vision, "_KEPT", [])
    monkeypatch.setattr(torch.library, "Library", Library)
    monkeypatch.setattr(importlib, "import_module", lambda name: SimpleNamespace(name=name))
    return made


def test_operators_are_declared_where_the_library_does_not_load(declared, monkeypatch):
    def fail(path):
        raise OSError("undefined symbol")

    monkeypatch.setattr(torch.ops, "load_library", fail)
    assert vision.import_torchvision().name == "torchvision"
    assert declared == [("torchvision", "FRAGMENT"), "nms", "qnms"]
    assert len(vision._KEPT) == 1
    vision.import_torchvision()
    assert len(declared) == 3  # once is enough, and twice would fail


def test_nothing_is_declared_where_the_library_loads(declared, monkeypatch):
    loaded = []
    monkeypatch.setattr(torch.ops, "load_library", loaded.append)
    assert vision.import_torchvision().name == "torchvision"
    assert declared == []
    assert len(loaded) == 1
    assert "_C" in loaded[0]


def test_a_torchvision_without_a_library_counts_as_not_loading(monkeypatch):
    monkeypatch.setattr(importlib.machinery.PathFinder, "find_spec", lambda *_: None)
    assert not vision.library_loads()


def test_the_compiler_is_not_loaded_and_can_be_later():
    """In a fresh interpreter: importing torchvision spares it, compiling and training get it."""
    code = """
import sys, torch
from morning.features.visual.vision import import_torchvision
models = import_torchvision().models
assert not any(name.startswith("torch._dynamo") for name in sys.modules)
network = models.resnet18()
optimiser = torch.optim.Adam(network.parameters())
network(torch.zeros(2, 3, 32, 32)).sum().backward()
optimiser.step()
import torch._dynamo
assert torch._dynamo.utils.is_compile_supported is not None
assert torch._dynamo.__file__
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
