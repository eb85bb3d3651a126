"""Files of weights, untrusted."""

import pytest
import torch
from morning.errors import MorningError
from morning.features.visual.checkpoints import fill, read_state
from morning.features.visual.small import small_resnet


class Harmful:
    def __reduce__(self):
        return (print, ("this must not run",))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (Harmful(), "cannot be read as weights"),
        ([1, 2], "not a state dict"),
        ({"epoch": 3}, "no tensors"),
        (b"", "cannot be read as weights"),
        (b"garbage", "cannot be read as weights"),
    ],
)
def test_a_file_that_holds_no_weights_is_refused(tmp_path, capsys, content, message):
    path = tmp_path / "x.pth"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        torch.save(content, path)
    with pytest.raises(MorningError, match=message):
        read_state(path)
    assert "must not run" not in capsys.readouterr().out


def test_missing_and_misshapen_tensors_are_refused():
    state = small_resnet(3, width=4).state_dict()
    with pytest.raises(MorningError, match=r"fc\.weight has shape \(3, 32\), expected \(5, 32\)"):
        fill(small_resnet(5, width=4), state, "file")
    del state["layer2.0.bn1.running_var"]
    with pytest.raises(MorningError, match=r"1 tensors are missing, the first is layer2"):
        fill(small_resnet(3, width=4), state, "file")
