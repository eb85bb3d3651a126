"""The encoders that MIR and HPTR share: a tower per side over post histories."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from morning.errors import MorningError
from morning.evaluation import Task
from morning.features.rivals.inputs import Inputs
from morning.models.morning import SIDES
from morning.rankers.contract import Arrays, Training, VectorRanker
from morning.rankers.neural import Encoder, NeuralRanker

BRANCHES = ("text", "image")
_CHANNELS = 512  # of the picture map that the released code normalises
_WIDEST = 4096  # of the hidden layer over 25,088 picture entries


@dataclass(frozen=True)
class TowerOptions:
    """Options of the encoder that MIR and HPTR share."""

    branches: tuple[str, ...] = BRANCHES
    """text, image or both."""
    fusion: str = "product"
    """`product` of the branches' vectors, or one encoder of the `concat`-enated inputs."""
    pooling: str = "weighted"
    """`weighted` by engagement, or `plain`: how posts are averaged."""
    embedding_size: int = 512
    """Length of an account's vector."""
    keep: float = 0.5
    """Probability that an entry of the first weight matrix is kept in training."""
    normalise_image: bool = False
    """Local response normalisation of the picture vector; the released code has it for its VGG
    maps, whose neighbouring channels it mixes; ours are other vectors."""
    length: float | None = 8.0
    """Mean length that the vectors of a branch get; None leaves it as it is. The released
    inputs could not be had; scores are a product of four linear maps of ours, which vanish or
    explode where their length does not suit the initial weights."""
    common: float = 0.5
    """Share of the mean of all accounts' vectors that is left in each. With all of it accounts
    hardly differ; with none of it the product of two branches has no term of one branch alone,
    and both have to match."""

    def __post_init__(self) -> None:
        if not self.branches or set(self.branches) - set(BRANCHES):
            raise MorningError(f"branches must be some of {', '.join(BRANCHES)}")
        if self.fusion not in ("product", "concat"):
            raise MorningError(f"unknown fusion {self.fusion!r}; take product or concat")
        if self.pooling not in ("weighted", "plain"):
            raise MorningError(f"unknown pooling {self.pooling!r}; take weighted or plain")
        if not 0 <= self.common <= 1:
            raise MorningError(f"common must be from 0 to 1, not {self.common}")


class Tower(nn.Module):
    """Encoder of one side: branches of the post history -> vector."""

    def __init__(self, sizes: dict[str, int], options: TowerOptions) -> None:
        super().__init__()
        d, keep = options.embedding_size, options.keep
        self.parts = nn.ModuleDict()
        if options.fusion == "concat":
            n = sum(sizes.values())
            self.parts["both"] = Encoder(
                n, min(n, _WIDEST), d, keep=keep, dropped=2, biased=1, activate_last=True
            )
        else:
            for branch, n in sizes.items():
                hidden = min(n, _WIDEST)
                self.parts[branch] = Encoder(n, hidden, d, keep=keep, dropped=1, biased=1)

    def forward(self, inputs: dict[str, Tensor]) -> Tensor:
        """Return the vectors of accounts, (n, embedding size)."""
        if "both" in self.parts:
            return self.parts["both"](torch.cat(list(inputs.values()), dim=1))
        vectors = [self.parts[branch](x) for branch, x in inputs.items()]
        return torch.stack(vectors).prod(dim=0)


class TwoSides(nn.Module):
    """A tower for brands and one for influencers, with the histories that they read."""

    def __init__(self, inputs: Inputs, options: TowerOptions) -> None:
        super().__init__()
        self.branches = options.branches
        for branch in self.branches:
            history = getattr(getattr(inputs, f"{branch}_history"), options.pooling)
            x = torch.from_numpy(np.asarray(history, dtype=np.float32))
            if branch == "image" and options.normalise_image:
                x = response_normalised(x)
            x = x - (1 - options.common) * x.mean(dim=0)
            if options.length is not None:
                x = x * (options.length / x.norm(dim=1).mean().clamp(min=1e-9))
            self.register_buffer(branch, x, persistent=False)
        sizes = {branch: getattr(self, branch).shape[1] for branch in self.branches}
        self.brand, self.influencer = Tower(sizes, options), Tower(sizes, options)

    def vectors(self, side: str, rows: Tensor) -> Tensor:
        """Return the vectors of accounts (row numbers) on one side."""
        return getattr(self, side)(
            {branch: getattr(self, branch)[rows] for branch in self.branches}
        )


class TwoSidedRanker(NeuralRanker, VectorRanker):
    """What MIR and HPTR share: inputs, towers, and how they score."""

    interpretation = True
    options: TowerOptions

    @property
    def needs(self) -> tuple[str, ...]:
        """The histories of the branches."""
        return tuple(f"{branch}_history" for branch in self.options.branches)

    def build(self, training: Training, device: torch.device) -> nn.Module:
        """Return the two towers."""
        return TwoSides(training.inputs, self.options).to(device)

    @torch.no_grad()
    def arrays(self, module: TwoSides, training: Training) -> Arrays:
        """Return both sides' vectors of every account."""
        everyone = np.arange(len(training.inputs.features))
        return {f"{side}_vectors": _encode(module, side, everyone) for side in SIDES}

    @torch.no_grad()
    def validation_scores(self, module: TwoSides, training: Training, task: Task) -> np.ndarray:
        """Score without encoding everyone."""
        brands = _encode(module, "brand", task.brands)
        return brands @ _encode(module, "influencer", task.influencers).T


def response_normalised(x: Tensor) -> Tensor:
    """Return x_c / (0.1 + Σ x_d²) over |d - c| <= 2, the released code's normalisation.

    Channels are the fastest dimension: a 7 × 7 × 512 map is 49 rows of 512. A vector whose
    length is no multiple of 512 is one row.
    """
    n, size = x.shape
    channels = _CHANNELS if size % _CHANNELS == 0 else size
    rows = x.reshape(-1, 1, channels)
    squares = F.avg_pool1d(rows**2, 5, stride=1, padding=2) * 5  # zeros beyond the ends
    return (rows / (0.1 + squares)).reshape(n, size)


@torch.no_grad()
def _encode(module: TwoSides, side: str, rows: np.ndarray) -> np.ndarray:
    device = next(module.parameters()).device
    parts = torch.from_numpy(rows).to(device).split(4096)
    vectors = torch.cat([module.vectors(side, part) for part in parts])
    return cast(np.ndarray, vectors.cpu().numpy())
