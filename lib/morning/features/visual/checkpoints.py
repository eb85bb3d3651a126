"""Weights from files, without running any code that they may hold."""

from __future__ import annotations

import io
import logging
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from morning import guard
from morning.errors import MorningError
from morning.guard.zips import require_sane

log = logging.getLogger(__name__)


def read_state(path: str | Path) -> dict[str, Tensor]:
    """Read a state dict saved by `torch.save`, bare or under the key `state_dict`.

    Returns
    -------
    dict of str to Tensor
        On the CPU; a `module.` in front of every key (a parallel wrapper's) is taken off.

    Raises
    ------
    MorningError
        If the file cannot be read without running code, or holds no tensors.
    """
    with guard.readable(path, "weights"):
        if zipfile.is_zipfile(path):
            require_sane(path)
        announced = sum(tensor.nbytes for tensor in _tensors(path, "meta").values())
        if announced > 2 * Path(path).stat().st_size:  # some are there under two names
            raise ValueError(f"its tensors are of {announced:,} bytes, more than the file")
        state = _tensors(path, "cpu")
    if all(key.startswith("module.") for key in state):
        state = {key.removeprefix("module."): value for key, value in state.items()}
    return state


def _tensors(path: str | Path, device: str) -> dict[str, Tensor]:
    """Return the tensors of a file on a device; on "meta" they take no memory."""
    raw = io.BytesIO(guard.content(path))  # of which no more is read than is there
    try:
        content: Any = torch.load(raw, map_location=device, weights_only=True)
    except AssertionError as error:  # torch's own, of a file that contradicts itself
        raise ValueError(str(error)) from error
    if isinstance(content, Mapping) and isinstance(content.get("state_dict"), Mapping):
        content = content["state_dict"]
    if not isinstance(content, Mapping):
        raise MorningError(f"{path}: holds a {type(content).__name__}, not a state dict")
    state = {str(k): v for k, v in content.items() if isinstance(v, Tensor)}
    if not state:
        raise MorningError(f"{path}: holds no tensors")
    return state


def fill(module: nn.Module, state: dict[str, Tensor], source: str | Path) -> None:
    """Give a network the tensors of a state dict, ignoring those that it does not know.

    Raises what `require_fitting` raises.
    """
    require_fitting(module, state, source)
    wanted = module.state_dict()
    if unknown := len(state.keys() - wanted.keys()):
        log.info("%s: %d tensors of other parts ignored", source, unknown)
    module.load_state_dict({k: v for k, v in state.items() if k in wanted}, strict=False)


def require_fitting(module: nn.Module, state: dict[str, Tensor], source: str | Path) -> None:
    """Refuse a state dict that is not of a network, which may be without memory, on "meta".

    Raises
    ------
    MorningError
        If a tensor is missing, not finite or has another shape; counters of batch norm may be
        missing.
    """
    wanted = module.state_dict()
    missing = [k for k in wanted if k not in state and not k.endswith("num_batches_tracked")]
    if missing:
        raise MorningError(
            f"{source}: {len(missing)} tensors are missing, the first is {missing[0]}; "
            "is it a checkpoint of this architecture?"
        )
    for key, tensor in wanted.items():
        if key in state and state[key].shape != tensor.shape:
            found, expected = tuple(state[key].shape), tuple(tensor.shape)
            raise MorningError(f"{source}: {key} has shape {found}, expected {expected}")
        if key in state and not (state[key].isreal() & state[key].isfinite()).all():
            raise MorningError(f"{source}: {key} holds what is no finite number")
