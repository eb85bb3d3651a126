"""Precise RoI pooling over a whole map: exact means of the bilinear surface.

Source: Jiang, Luo, Mao, Xiao, Jiang, "Acquisition of Localization Confidence for Accurate Object
Detection", ECCV 2018 (PrRoI pooling), as UPerNet's release applies it, with the region
[0, width] × [0, height].
"""

from __future__ import annotations

import torch
from torch import Tensor


def precise_pool(x: Tensor, bins: int) -> Tensor:
    """Average the bilinear surface of a map over bins × bins equal rectangles.

    Parameters
    ----------
    x : Tensor, shape (n, channels, height, width)
        Cell (i, j) is the value at the point (i, j); between the points the surface is bilinear,
        and one step outside it has fallen to zero.
    bins : int
        Rectangles a side.

    Returns
    -------
    Tensor, shape (n, channels, bins, bins)
        The integral over each rectangle divided by its area.

    Notes
    -----
    The region ends at `height` and `width`, one step beyond the last point, so the last bins are
    averages of a surface that falls to zero there. That is what the release computes; adaptive
    average pooling, which its first version used, differs.
    """
    rows = bin_weights(x.shape[2], bins).to(x)  # (bins, height)
    columns = bin_weights(x.shape[3], bins).to(x)  # (bins, width)
    return torch.einsum("ih,nchw,jw->ncij", rows, x, columns)


def bin_weights(length: int, bins: int) -> Tensor:
    """Return the mean over each of `bins` intervals of [0, length] of the hat at each point.

    Parameters
    ----------
    length : int
        Number of points, at 0, 1, …, length - 1.
    bins : int
        Number of equal intervals.

    Returns
    -------
    float64 tensor, shape (bins, length)
        The bilinear surface is a product of hats in both directions, so its integral over a
        rectangle is a product of these.
    """
    edges = torch.arange(bins + 1, dtype=torch.float64) * length / bins
    points = torch.arange(length, dtype=torch.float64)
    areas = _hat_area(edges[:, None] - points[None, :])  # (bins + 1, length)
    return areas.diff(dim=0) * bins / length


def _hat_area(t: Tensor) -> Tensor:
    """Return the integral from -∞ to t of max(0, 1 - |u|)."""
    t = t.clamp(-1, 1)
    return torch.where(t < 0, (1 + t) ** 2 / 2, 1 - (1 - t) ** 2 / 2)
