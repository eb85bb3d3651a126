"""Where to compute."""

import pytest
import torch
from morning.errors import MorningError
from morning.learning.device import find_device

CPU = torch.device("cpu")


class TestDevice:
    @pytest.mark.parametrize("name", ["gpu", "cuda:99", "", "cpu:x"])
    def test_that_is_not_there(self, name):
        with pytest.raises(MorningError, match=f"device '{name}' cannot be used"):
            find_device(name)

    @pytest.mark.parametrize("there", [True, False])
    def test_auto_takes_a_gpu_where_there_is_one(self, there, monkeypatch):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: there)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
        monkeypatch.setattr(torch, "empty", lambda *size, device: None)  # as if it were there
        assert find_device().type == ("cuda" if there else "cpu")

    def test_by_name(self):
        assert find_device("cpu") == CPU
