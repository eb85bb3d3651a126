"""MORNING: account representations from three perspectives and their ranking function.

Equations 7 to 12 and 18 to 27 of Wang et al., IEEE TMM 25 (2023). Paper and released code differ
in places; every difference is an option of `MorningConfig`, and the two readings are the
configurations `PAPER` and `CODE`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from itertools import pairwise
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from morning.errors import MorningError
from morning.features import PERSPECTIVES

#: A side of the pair: co-attention may have weights of its own for each.
SIDES = ("brand", "influencer")
#: Perspective -> name of its ranking sub-function (eq 25-27).
SUBSCORES = {"content": "f", "audience": "g", "attribute": "h"}

Embeddings = dict[str, Tensor]


@dataclass(frozen=True)
class MorningConfig:
    """Architecture of MORNING.

    Attributes
    ----------
    perspectives : tuple of str
        Which sub-scores F sums (eq 19); the ablations of Table IV leave some out.
    layers : mapping of str to tuple of int
        Widths of the multilayer perceptron of each block; the last is the embedding size.
    co_attention : bool
        Weight content and audience embeddings by one another (eq 20-24), where both are there.
    projections : bool
        The linear maps of eq 9 and 12 after the perceptrons. The released code has none.
    sigmoid_in_softmax : bool
        Softmax of sigmoid(e) * e_f (released code) instead of e * e_f (eq 21, 22).
    shared_attention : bool
        One set of co-attention weights for brands and influencers. The released code has two.
    initialisation : "uniform" or "normal"
        U(-0.1, 0.1) for all parameters (paper), or N(0, 0.1²) with co-attention biases N(0, 1)
        (released code).
    dropout : "activations" or "weights"
        Drop hidden activations (paper), or entries of the first weight matrix of the four
        content and audience perceptrons (released code).
    dropout_rate : float
        Probability of dropping.
    negative_slope : float
        Slope of the leaky ReLU; not in the paper, 0.01 in the released code.
    """

    perspectives: tuple[str, ...] = tuple(PERSPECTIVES)
    layers: Mapping[str, tuple[int, ...]] = field(
        default_factory=lambda: {
            "content_visual": (1024, 1024, 1024, 512),
            "content_topics": (128, 512),
            "audience_visual": (1024, 1024, 1024, 512),
            "audience_topics": (128, 512),
            "attribute": (1024, 512),
        }
    )
    co_attention: bool = True
    projections: bool = True
    sigmoid_in_softmax: bool = False
    shared_attention: bool = True
    initialisation: str = "uniform"
    dropout: str = "activations"
    dropout_rate: float = 0.5
    negative_slope: float = 0.01

    def __post_init__(self) -> None:
        if unknown := set(self.perspectives) - set(PERSPECTIVES):
            raise MorningError(f"unknown perspective: {', '.join(sorted(unknown))}")
        if not self.perspectives:
            raise MorningError("at least one perspective is needed")
        if self.initialisation not in ("uniform", "normal"):
            raise MorningError(f"unknown initialisation {self.initialisation!r}")
        if self.dropout not in ("activations", "weights"):
            raise MorningError(f"unknown dropout {self.dropout!r}")
        if not 0 <= self.dropout_rate < 1:
            raise MorningError(f"dropout_rate must be in [0, 1), not {self.dropout_rate}")
        if len({widths[-1] for widths in self.layers.values()}) != 1:
            raise MorningError("the last layer of every perceptron must have the same width")

    @property
    def embedding_size(self) -> int:
        """Length of every account embedding, d_a."""
        return next(iter(self.layers.values()))[-1]


class Perceptron(nn.Module):
    """Multilayer perceptron with leaky ReLU between layers and a linear last layer (eq 7, 8)."""

    def __init__(
        self,
        input_size: int,
        widths: tuple[int, ...],
        config: MorningConfig,
        *,
        drop_weights: bool,
    ) -> None:
        super().__init__()
        sizes = [input_size, *widths]
        self.layers = nn.ModuleList(nn.Linear(n, m) for n, m in pairwise(sizes))
        self.slope = config.negative_slope
        self.weight_rate = config.dropout_rate if drop_weights else 0.0
        self.activation_rate = config.dropout_rate if config.dropout == "activations" else 0.0
        self._first: Tensor | None = None

    def draw(self) -> None:
        """Draw the mask of dropped weight entries: one per step, the same for both sides."""
        weight = cast(nn.Linear, self.layers[0]).weight
        dropped = self.training and self.weight_rate > 0
        self._first = F.dropout(weight, self.weight_rate) if dropped else None

    def forward(self, x: Tensor) -> Tensor:
        """Map (n, input size) to (n, last width)."""
        first, *rest = cast(list[nn.Linear], self.layers)
        weight = first.weight if self._first is None else self._first
        x = F.linear(x, weight, first.bias)
        for layer in rest:
            x = F.leaky_relu(x, self.slope)
            x = F.dropout(x, self.activation_rate, self.training)
            x = layer(x)
        return x


class CoAttention(nn.Module):
    """Weights of the content and audience embeddings from their affinity (eq 20-24)."""

    def __init__(self, size: int, *, sigmoid_in_softmax: bool) -> None:
        super().__init__()
        self.content = nn.Linear(size, size)  # W_f^1, b_f^1
        self.audience = nn.Linear(size, size)  # W_f^2, b_f^2
        self.sigmoid_in_softmax = sigmoid_in_softmax

    def weights(self, content: Tensor, audience: Tensor) -> tuple[Tensor, Tensor]:
        """Return w_c and w_u, each (n, d) with a mean of 1 in every row."""
        affinity = torch.sigmoid(self.content(content)) * torch.sigmoid(self.audience(audience))
        if self.sigmoid_in_softmax:
            content, audience = torch.sigmoid(content), torch.sigmoid(audience)
        d = affinity.shape[1]
        return (
            torch.softmax(content * affinity, dim=1) * d,  # (n, d)
            torch.softmax(audience * affinity, dim=1) * d,  # (n, d)
        )

    def forward(self, content: Tensor, audience: Tensor) -> tuple[Tensor, Tensor]:
        """Return the weighted embeddings (eq 23, 24), each (n, d)."""
        w_c, w_u = self.weights(content, audience)
        return content * w_c, audience * w_u


class Morning(nn.Module):
    """The whole model: blocks of an account -> embeddings -> scores.

    Parameters
    ----------
    input_sizes : mapping of str to int
        Columns of each block at hand. A block that is absent drops out of its Hadamard product
        (eq 9, 12); a perspective without blocks drops out of F (eq 19).
    config : MorningConfig

    Raises
    ------
    MorningError
        If no perspective of the configuration has a block.
    """

    def __init__(self, input_sizes: Mapping[str, int], config: MorningConfig) -> None:
        super().__init__()
        self.config = config
        self.blocks = {
            perspective: tuple(b for b in PERSPECTIVES[perspective] if b in input_sizes)
            for perspective in PERSPECTIVES
            if perspective in config.perspectives
        }
        self.blocks = {p: blocks for p, blocks in self.blocks.items() if blocks}
        if not self.blocks:
            raise MorningError(
                f"{', '.join(config.perspectives)}: this FeatureSet has no block for it, only "
                f"{', '.join(input_sizes)}"
            )
        d = config.embedding_size
        used = [block for blocks in self.blocks.values() for block in blocks]
        self.input_sizes = {block: input_sizes[block] for block in used}
        self.perceptrons = nn.ModuleDict(
            {
                block: Perceptron(
                    input_sizes[block],
                    tuple(config.layers[block]),
                    config,
                    drop_weights=config.dropout == "weights" and block != "attribute",
                )
                for block in used
            }
        )
        fused = [b for b in used if b != "attribute"] if config.projections else []
        self.projections = nn.ModuleDict({block: nn.Linear(d, d) for block in fused})
        self.attention = nn.ModuleDict()
        if config.co_attention and {"content", "audience"} <= set(self.blocks):
            sides = ("shared",) if config.shared_attention else SIDES
            for side in sides:
                self.attention[side] = CoAttention(d, sigmoid_in_softmax=config.sigmoid_in_softmax)
        self.initialise()

    @torch.no_grad()
    def initialise(self) -> None:
        """Draw every parameter anew, from torch's global generator."""
        for name, parameter in self.named_parameters():
            if self.config.initialisation == "uniform":
                nn.init.uniform_(parameter, -0.1, 0.1)
            else:
                attention_bias = name.startswith("attention") and name.endswith("bias")
                nn.init.normal_(parameter, 0.0, 1.0 if attention_bias else 0.1)

    def weight_matrices(self) -> Iterator[Tensor]:
        """Yield the weight matrices (no biases): what the L1 penalty covers."""
        for name, parameter in self.named_parameters():
            if name.endswith("weight"):
                yield parameter

    def draw_dropout(self) -> None:
        """Draw the weight-dropout masks of this step; call once before encoding both sides."""
        for perceptron in self.perceptrons.values():
            cast(Perceptron, perceptron).draw()

    def represent(self, inputs: Mapping[str, Tensor]) -> Embeddings:
        """Return e_c, e_u, e_s of each account before co-attention (eq 7-12, 18).

        Parameters
        ----------
        inputs : mapping of block name to float tensor (n, size)

        Returns
        -------
        dict of perspective to tensor (n, d)
        """
        embeddings: Embeddings = {}
        for perspective, blocks in self.blocks.items():
            modalities = [self._modality(block, inputs[block]) for block in blocks]  # each (n, d)
            embeddings[perspective] = reduce(torch.mul, modalities)  # Hadamard product, eq 9, 12
        return embeddings

    def _modality(self, block: str, x: Tensor) -> Tensor:
        e = self.perceptrons[block](x)  # (n, d)
        return self.projections[block](e) if block in self.projections else e  # (n, d)

    def attend(self, embeddings: Embeddings, side: str) -> Embeddings:
        """Return the embeddings after co-attention on one side (eq 20-24)."""
        if not self.attention:
            return embeddings
        attend = self.attention["shared" if self.config.shared_attention else side]
        content, audience = attend(embeddings["content"], embeddings["audience"])
        return {**embeddings, "content": content, "audience": audience}

    def encode(self, inputs: Mapping[str, Tensor], side: str) -> Embeddings:
        """Return the final embeddings of accounts on one side, "brand" or "influencer" (eq 7-24).

        They depend on the account alone, so each account is encoded once for all pairs.
        """
        return self.attend(self.represent(inputs), side)


def pair_scores(brands: Embeddings, influencers: Embeddings) -> dict[str, Tensor]:
    """Return f, g, h of aligned pairs (eq 25-27): perspective -> tensor (n,)."""
    return {p: (brands[p] * influencers[p]).sum(dim=-1) for p in brands}


def score_matrix(brands: Embeddings, influencers: Embeddings) -> dict[str, Tensor]:
    """Return f, g, h of every brand with every influencer: perspective -> tensor (B, M)."""
    return {p: brands[p] @ influencers[p].T for p in brands}


def total_score(scores: Mapping[str, Tensor]) -> Tensor:
    """Return F = f + g + h over the perspectives at hand (eq 19)."""
    return torch.stack(list(scores.values())).sum(dim=0)


#: The paper as printed.
PAPER = MorningConfig()
#: The released code.
CODE = MorningConfig(
    projections=False,
    sigmoid_in_softmax=True,
    shared_attention=False,
    initialisation="normal",
    dropout="weights",
)
