"""MIR: history pooling, bilinear fusion of text and pictures, and a listwise competence loss."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from torch import nn

from morning.errors import MorningError
from morning.evaluation import Task
from morning.features import FeatureSet
from morning.learning.losses import add_l1_gradient
from morning.rankers.contract import Training, register
from morning.rankers.neural import NOTHING, encoders, weight_matrices
from morning.rankers.towers import BRANCHES, TowerOptions, TwoSidedRanker, TwoSides


@dataclass(frozen=True)
class MirOptions(TowerOptions):
    """Options of MIR."""

    k: int = 4
    """Length of a list: k - 1 levels of competence and one influencer who is no partner."""
    lists: int = 10
    """Lists per positive in an epoch."""
    batch_size: int = 64
    """Lists in a step."""
    epochs: int = 30
    """Passes."""
    learning_rate: float | None = None
    """Of plain gradient descent; by default 0.06 for k = 3 and 0.03 otherwise: 30 times the
    released rates, which belong to inputs of another scale."""
    l1: float | None = None
    """Weight of the L1 norm; by default none for k = 4 and 0.001 otherwise."""
    device: str = "auto"
    """Where it is trained."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.k < 2:
            raise MorningError("k must be at least 2")
        if min(self.lists, self.batch_size, self.epochs) < 1:
            raise MorningError("lists, batch_size and epochs must be at least 1")


@register(
    rows=[MirOptions(k=k) for k in (2, 3, 4)],
    quick={"lists": 5},
    tiny={"embedding_size": 16, "epochs": 12, "lists": 5},
)
class Mir(TwoSidedRanker):
    """Gan et al. 2019: lists of k influencers of different competence for one brand.

    A brand's partners are ordered by competence and cut into k - 1 groups; a list takes one of
    each and one candidate who is no partner. The loss is the cross entropy of the softmax over
    the list with the competences, normalised to sum 1. Label file, weights of the pooling and
    image set could not be had.
    """

    kind = "MIR"
    options_type = MirOptions
    options: MirOptions
    note = (
        "listwise; buckets, labels and pooling weights are assumed, word and picture vectors ours"
    )

    @property
    def name(self) -> str:
        """MIR-<k>, with what differs from the model of the paper."""
        parts = ["MIR", str(self.options.k)]
        parts += [] if self.options.branches == BRANCHES else list(self.options.branches)
        parts += [] if self.options.fusion == "product" else ["concat"]
        parts += [] if self.options.pooling == "weighted" else ["plain"]
        return "-".join(parts)

    @property
    def paper_row(self) -> str | None:
        """MIR, for k = 4."""
        return "MIR" if self.name == "MIR-4" else None

    @property
    def needs(self) -> tuple[str, ...]:
        """Histories, and competences where lists have levels of them."""
        return (*super().needs, *(["competence"] if self.options.k > 2 else []))

    def optimiser(self, module: nn.Module) -> torch.optim.Optimizer:
        """Return plain gradient descent."""
        rate = self.options.learning_rate
        if rate is None:
            rate = 0.06 if self.options.k == 3 else 0.03
        return torch.optim.SGD(module.parameters(), rate)

    def run_epoch(
        self,
        module: TwoSides,
        optimiser: torch.optim.Optimizer,
        training: Training,
        epoch: int,
        rng: np.random.Generator,
    ) -> float:
        """Draw lists and go through them once."""
        options = self.options
        # Two levels need no competence: a partner, and one who is none.
        known = training.inputs.competence if options.k > 2 else None
        competence = competence_matrix(training.inputs.features, known, training.fit)
        brand, influencer, label = draw_lists(
            competence, training.fit.positives, options.k, options.lists, rng
        )
        if len(brand) == 0:
            raise MorningError(NOTHING)
        order = rng.permutation(len(brand))
        device = next(module.parameters()).device
        brands = torch.from_numpy(training.fit.brands[brand[order]]).to(device)
        lists = torch.from_numpy(training.fit.influencers[influencer[order]]).to(device)
        labels = torch.from_numpy(label[order].astype(np.float32)).to(device)
        l1 = options.l1 if options.l1 is not None else (0.0 if options.k == 4 else 0.001)
        total = 0.0
        for b, m, y in zip(
            *(part.split(options.batch_size) for part in (brands, lists, labels)), strict=True
        ):
            for encoder in encoders(module):
                encoder.draw()
            # Accounts occur several times in a batch; each is encoded once.
            rows, which = torch.unique(m, return_inverse=True)
            left = module.vectors("brand", b)  # (n, d)
            right = module.vectors("influencer", rows)[which]  # (n, k, d)
            scores = (left[:, None] * right).mean(dim=2)  # (n, k)
            p = torch.softmax(scores, dim=1)
            loss = -(y * torch.log(p + 1e-8)).sum()
            optimiser.zero_grad()
            loss.backward()
            if l1:
                add_l1_gradient(weight_matrices(module), l1)
            optimiser.step()
            total += float(loss.detach())
        return total / len(brand)


def draw_lists(
    competence: np.ndarray,
    positives: np.ndarray,
    k: int,
    lists: int,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw lists of influencers of falling competence, the last of whom is no partner.

    Parameters
    ----------
    competence : float array, shape (B, M)
        Positive where `positives` is, otherwise of no matter.
    positives : bool array, shape (B, M)
    k : int
        Length of a list.
    lists : int
        Lists per positive.
    rng : Generator

    Returns
    -------
    brand : int array, shape (n,)
    influencer : int array, shape (n, k)
        Column numbers. A brand with fewer than k - 1 partners repeats some; one that worked with
        every candidate has no list.
    label : float array, shape (n, k)
        Competence, normalised to sum 1 within the list; 0 for the last.
    """
    brands, members = [], []
    for b in np.flatnonzero(~positives.all(axis=1) & positives.any(axis=1)):
        partners = np.flatnonzero(positives[b])
        partners = partners[np.argsort(-competence[b, partners], kind="stable")]
        others = np.flatnonzero(~positives[b])
        n = lists * len(partners)
        # Group j holds the positions [j, j + 1) · P / (k - 1) of the ordered partners.
        position = (np.arange(k - 1) + rng.random((n, k - 1))) * len(partners) / (k - 1)
        chosen = partners[np.minimum(position.astype(int), len(partners) - 1)]
        last = others[rng.integers(len(others), size=n)]
        brands.append(np.full(n, b))
        members.append(np.concatenate([chosen, last[:, None]], axis=1))
    if not brands:
        return np.zeros(0, int), np.zeros((0, k), int), np.zeros((0, k))
    brand, influencer = np.concatenate(brands), np.concatenate(members)
    label = np.where(
        positives[brand[:, None], influencer], competence[brand[:, None], influencer], 0.0
    )
    return brand, influencer, label / label.sum(axis=1, keepdims=True)


def competence_matrix(features: FeatureSet, table: pd.DataFrame | None, fit: Task) -> np.ndarray:
    """Return the competence of each training collaboration, 1 where none is known, (B, M)."""
    matrix = np.ones(fit.positives.shape)
    if table is None:
        return matrix
    ids = features.accounts["account_id"]
    row = pd.Series(np.arange(len(fit.brands)), ids.iloc[fit.brands].to_numpy())
    column = pd.Series(np.arange(len(fit.influencers)), ids.iloc[fit.influencers].to_numpy())
    b = table["brand_id"].map(row).to_numpy(dtype=float, na_value=np.nan)
    m = table["influencer_id"].map(column).to_numpy(dtype=float, na_value=np.nan)
    score = table["score"].to_numpy(dtype=float)
    known = ~np.isnan(b) & ~np.isnan(m) & np.isfinite(score)
    smallest = 1e-8  # a collaboration that engaged nobody still counts as one
    matrix[b[known].astype(int), m[known].astype(int)] = np.maximum(score[known], smallest)
    return matrix
