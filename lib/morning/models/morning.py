"""MORNING: account representations from three perspectives and their ranking function.

Equations 7 to 12 and 18 to 27 of Wang et al., IEEE TMM 25 (2023). Paper and released code differ
in places; every difference is an option of `ModelOptions`, and the two readings are `PAPER` and
`CODE`. Read `Morning.forward` first: the other methods are its steps, in the order of the paper.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from morning.errors import MorningError
from morning.features.block import KINDS, PERSPECTIVES
from morning.learning.dropout import dropped

#: What dropout may drop.
DROPOUTS = ("activations", "first activations", "weights")
#: A side of the pair: co-attention may have weights of its own for each.
SIDES = ("brand", "influencer")
_MOST_LAYERS, _WIDEST, _MOST_COLUMNS = 64, 100_000, 10_000_000
_ROWS = 4096  # accounts encoded at a time: bounds memory whatever the number of accounts

Blocks = Mapping[str, Tensor]
Embeddings = dict[str, Tensor]


@dataclass(frozen=True)
class ModelOptions:
    """Architecture of MORNING."""

    perspectives: tuple[str, ...] = tuple(PERSPECTIVES)
    """Which sub-scores F sums (eq 19); the ablations of Table IV leave some out."""
    layers: Mapping[str, tuple[int, ...]] = field(
        default_factory=lambda: {
            "content_visual": (1024, 1024, 1024, 512),
            "content_topics": (128, 512),
            "audience_visual": (1024, 1024, 1024, 512),
            "audience_topics": (128, 512),
            "attribute": (1024, 512),
        }
    )
    """Widths of the multilayer perceptron of each block; the last is the embedding size. A block
    that is not named here has two layers of that size."""
    co_attention: bool = True
    """Weight content and audience embeddings by one another (eq 20-24), where both are there."""
    projections: bool = True
    """The linear maps of eq 9 and 12 after the perceptrons. The released code has none."""
    sigmoid_in_softmax: bool = False
    """Softmax of sigmoid(e) * e_f (released code) instead of e * e_f (eq 21, 22)."""
    shared_attention: bool = True
    """One set of co-attention weights for brands and influencers. The released code has two."""
    initialisation: str = "uniform"
    """"uniform": U(-0.1, 0.1) for all parameters (paper). "normal": N(0, 0.1²), with co-attention
    biases from N(0, 1) (released code)."""
    dropout: str = "activations"
    """Drop hidden "activations" (paper); of content and audiences, "first activations" alone
    (BAMIR), or entries of the first matrix, "weights" (released code)."""
    dropout_rate: float = 0.5
    """Probability of dropping."""
    negative_slope: float = 0.01
    """Slope of the leaky ReLU; not in the paper, 0.01 in the released code."""

    def __post_init__(self) -> None:
        if unknown := set(self.perspectives) - set(PERSPECTIVES):
            raise MorningError(f"unknown perspective: {', '.join(sorted(unknown))}")
        if not self.perspectives:
            raise MorningError("at least one perspective is needed")
        if self.initialisation not in ("uniform", "normal"):
            raise MorningError(f"unknown initialisation {self.initialisation!r}")
        if self.dropout not in DROPOUTS:
            raise MorningError(f"unknown dropout {self.dropout!r}")
        if not 0 <= self.dropout_rate < 1:
            raise MorningError(f"dropout_rate must be in [0, 1), not {self.dropout_rate}")
        sizes = [size for widths in self.layers.values() for size in widths]
        deepest = max(map(len, self.layers.values()), default=0)
        if deepest > _MOST_LAYERS or any(not 1 <= size <= _WIDEST for size in sizes):
            raise MorningError(
                f"a perceptron has 1 to {_MOST_LAYERS} layers of 1 to {_WIDEST:,} numbers each"
            )
        if len({widths[-1] for widths in self.layers.values() if widths}) != 1 or not all(
            self.layers.values()
        ):
            raise MorningError("the last layer of every perceptron must have the same width")

    @property
    def embedding_size(self) -> int:
        """Length of every account embedding, d."""
        return next(iter(self.layers.values()))[-1]

    def widths(self, block: str) -> tuple[int, ...]:
        """Return the widths of the perceptron of a block."""
        return self.layers.get(block, (self.embedding_size, self.embedding_size))


class Scores(dict[str, Tensor]):
    """Sub-scores f, g, h of pairs by perspective: content, audience, attribute."""

    @property
    def total(self) -> Tensor:
        """F = f + g + h over the perspectives at hand (eq 19)."""
        return torch.stack(list(self.values())).sum(dim=0)


class Perceptron(nn.Module):
    """Multilayer perceptron with leaky ReLU between layers and a linear last layer (eq 7, 8)."""

    layers: list[nn.Linear]

    def __init__(
        self, input_size: int, widths: tuple[int, ...], options: ModelOptions, *, fused: bool
    ) -> None:
        super().__init__()
        sizes = pairwise([input_size, *widths])
        self.layers = nn.ModuleList(nn.Linear(n, m) for n, m in sizes)  # type: ignore[assignment]
        self.slope = options.negative_slope
        rates = dict.fromkeys(DROPOUTS, 0.0) | {options.dropout: options.dropout_rate}
        everywhere, first = rates["activations"], rates["first activations"] * fused
        self.weight_rate = rates["weights"] * fused
        #: Of the activations before each layer but the first.
        self.activation_rates = [everywhere + first, *[everywhere] * len(widths)][: len(widths) - 1]

    def first(self) -> Tensor:
        """Return the first weight matrix, while training with entries dropped (released code)."""
        weight = self.layers[0].weight  # (width, size)
        return dropped(weight, self.weight_rate) if self.training and self.weight_rate else weight

    def forward(self, x: Tensor, first: Tensor) -> Tensor:
        """Map (…, input size) to (…, last width); `first` takes the place of the first matrix."""
        head, *rest = self.layers
        x = F.linear(x, first, head.bias)  # (…, width)
        for layer, rate in zip(rest, self.activation_rates, strict=True):
            x = F.leaky_relu(x, self.slope)
            x = F.dropout(x, rate, self.training)
            x = layer(x)  # (…, next width)
        return x


class CoAttention(nn.Module):
    """Weights of the content and audience embeddings from their affinity (eq 20-24)."""

    def __init__(self, size: int, *, sigmoid_in_softmax: bool) -> None:
        super().__init__()
        self.content = nn.Linear(size, size)  # W_f^1, b_f^1
        self.audience = nn.Linear(size, size)  # W_f^2, b_f^2
        self.sigmoid_in_softmax = sigmoid_in_softmax

    def weights(self, content: Tensor, audience: Tensor) -> tuple[Tensor, Tensor]:
        """Return w_c and w_u, each (…, d) with a mean of 1 in every row."""
        affinity = torch.sigmoid(self.content(content)) * torch.sigmoid(self.audience(audience))
        if self.sigmoid_in_softmax:
            content, audience = torch.sigmoid(content), torch.sigmoid(audience)
        d = affinity.shape[-1]
        return (
            torch.softmax(content * affinity, dim=-1) * d,  # (…, d)
            torch.softmax(audience * affinity, dim=-1) * d,  # (…, d)
        )

    def forward(self, content: Tensor, audience: Tensor) -> tuple[Tensor, Tensor]:
        """Return the weighted embeddings (eq 23, 24), each (…, d)."""
        w_c, w_u = self.weights(content, audience)
        return content * w_c, audience * w_u


class Morning(nn.Module):
    """The whole model: blocks of accounts -> embeddings -> scores.

    Parameters
    ----------
    input_sizes : mapping of str to int
        Columns of each block at hand. A block that is absent drops out of its Hadamard product
        (eq 9, 12); a perspective without blocks drops out of F (eq 19).
    options : ModelOptions

    Raises
    ------
    MorningError
        If no perspective of the options has a block.
    """

    perceptrons: Mapping[str, Perceptron]

    def __init__(self, input_sizes: Mapping[str, int], options: ModelOptions) -> None:
        super().__init__()
        self.options = options
        at_hand = {
            perspective: tuple(block for block in blocks if block in input_sizes)
            for perspective, blocks in PERSPECTIVES.items()
            if perspective in options.perspectives
        }
        self.blocks = {perspective: blocks for perspective, blocks in at_hand.items() if blocks}
        if not self.blocks:
            raise MorningError(
                f"{', '.join(options.perspectives)}: this FeatureSet has no block for it, only "
                f"{', '.join(input_sizes)}"
            )
        used = [block for blocks in self.blocks.values() for block in blocks]
        if wrong := [b for b in used if not 1 <= input_sizes[b] <= _MOST_COLUMNS]:
            raise MorningError(f"{', '.join(wrong)}: 1 to {_MOST_COLUMNS:,} columns are possible")
        self.input_sizes = {block: input_sizes[block] for block in used}
        self.perceptrons = nn.ModuleDict(  # type: ignore[assignment]
            {
                block: Perceptron(size, options.widths(block), options, fused=KINDS[block].fused)
                for block, size in self.input_sizes.items()
            }
        )
        d = options.embedding_size
        projected = [block for block in used if options.projections and KINDS[block].fused]
        self.projections = nn.ModuleDict({block: nn.Linear(d, d) for block in projected})
        sides: tuple[str, ...] = ()
        if options.co_attention and {"content", "audience"} <= set(self.blocks):
            sides = ("shared",) if options.shared_attention else SIDES
        inside = options.sigmoid_in_softmax
        self.attention = nn.ModuleDict(
            {side: CoAttention(d, sigmoid_in_softmax=inside) for side in sides}
        )
        self.initialise()

    @torch.no_grad()
    def initialise(self) -> None:
        """Draw every parameter anew, from torch's global generator."""
        for name, parameter in self.named_parameters():
            if self.options.initialisation == "uniform":
                nn.init.uniform_(parameter, -0.1, 0.1)
            else:
                attention_bias = name.startswith("attention") and name.endswith("bias")
                nn.init.normal_(parameter, 0.0, 1.0 if attention_bias else 0.1)

    def weight_matrices(self) -> Iterator[Tensor]:
        """Yield the weight matrices (no biases): what the L1 penalty covers."""
        for name, parameter in self.named_parameters():
            if name.endswith("weight"):
                yield parameter

    def first_matrices(self) -> dict[str, Tensor]:
        """Return each block's first weight matrix, while training with entries dropped.

        One draw serves all accounts of a step, on both sides.
        """
        return {block: perceptron.first() for block, perceptron in self.perceptrons.items()}

    def represent(self, inputs: Blocks, first: Blocks) -> Embeddings:
        """Return e_c, e_u, e_s of accounts before co-attention (eq 7-12, 18), each (…, d)."""
        embeddings: Embeddings = {}
        for perspective, blocks in self.blocks.items():
            factors = [self.modality(b, inputs[b], first[b]) for b in blocks]  # each (…, d)
            embeddings[perspective] = reduce(torch.mul, factors)  # (…, d), Hadamard: eq 9, 12
        return embeddings

    def modality(self, block: str, x: Tensor, first: Tensor) -> Tensor:
        """Return one factor of a Hadamard product (eq 7-12): (…, size) -> (…, d)."""
        e = self.perceptrons[block](x, first)  # (…, d)
        return self.projections[block](e) if block in self.projections else e  # (…, d)

    def attend(self, embeddings: Embeddings, side: str) -> Embeddings:
        """Return the embeddings after co-attention on one side (eq 20-24), each (…, d)."""
        if not self.attention:
            return embeddings
        attend = self.attention["shared" if self.options.shared_attention else side]
        content, audience = attend(embeddings["content"], embeddings["audience"])  # (…, d) each
        return {**embeddings, "content": content, "audience": audience}

    def encode(self, inputs: Blocks, side: str, first: Blocks | None = None) -> Embeddings:
        """Return the final embeddings of accounts on one side (eq 7-24).

        They depend on the account alone, so each account is encoded once for all of its pairs.

        Parameters
        ----------
        inputs : mapping of block to float tensor (n, size)
        side : "brand" or "influencer"
        first : mapping of block to float tensor (width, size), optional
            From `first_matrices`, where the other side is to be encoded with the same.

        Returns
        -------
        dict of perspective to tensor (n, d)
        """
        first = first or self.first_matrices()
        portions = zip(*(inputs[block].split(_ROWS) for block in self.input_sizes), strict=True)
        parts = [
            self.attend(self.represent(dict(zip(self.input_sizes, x, strict=True)), first), side)
            for x in portions
        ]
        return {p: torch.cat([part[p] for part in parts]) for p in self.blocks}  # (n, d) each

    def forward(self, brands: Blocks, influencers: Blocks) -> Scores:
        """Return the scores of brands with influencers (eq 7-27).

        Parameters
        ----------
        brands : mapping of block to float tensor (n, size)
        influencers : mapping of block to float tensor (m, size) or (c, n, size)
            m influencers for every brand, or c candidates for each.

        Returns
        -------
        Scores
            Perspective -> tensor (n, m) or (c, n).
        """
        first = self.first_matrices()
        if all(x.ndim == 2 for x in influencers.values()):
            brand = self.encode(brands, "brand", first)  # (n, d) each
            influencer = self.encode(influencers, "influencer", first)  # (m, d) each
            return Scores({p: e @ influencer[p].T for p, e in brand.items()})  # (n, m), eq 25-27
        together = {b: torch.cat([brands[b][None], x]) for b, x in influencers.items()}
        accounts = self.represent(together, first)  # (1 + c, n, d) each
        brand = self.attend({p: e[0] for p, e in accounts.items()}, "brand")  # (n, d) each
        influencer = self.attend({p: e[1:] for p, e in accounts.items()}, "influencer")
        return Scores({p: (e * influencer[p]).sum(-1) for p, e in brand.items()})  # (c, n)


#: The paper as printed.
PAPER = ModelOptions()
#: The released code.
CODE = ModelOptions(
    projections=False,
    sigmoid_in_softmax=True,
    shared_attention=False,
    initialisation="normal",
    dropout="weights",
)
