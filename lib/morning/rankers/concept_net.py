"""What CATR and CAMERA share: account vectors from concepts, each side attended by the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from morning.errors import MorningError
from morning.evaluation import Task
from morning.features.rivals.inputs import Concepts
from morning.learning.losses import add_l1_gradient, triplet
from morning.learning.pairs import sample_pairs
from morning.rankers.contract import Arrays, Training
from morning.rankers.neural import (
    NOTHING,
    Encoder,
    NeuralRanker,
    encoders,
    weight_matrices,
)

_GATE = 64  # width of the gates over the scalars
_PAIRS = 16_384  # pairs scored at a time: bounds memory

#: Smaller sizes, see `register`.
QUICK = {"hidden": 128, "embedding_size": 128, "epochs": 10}
TINY = {"hidden": 32, "embedding_size": 16, "epochs": 8, "l1": 0.0}


@dataclass(frozen=True)
class ConceptOptions:
    """Options of the concept-based representation that CATR and CAMERA share."""

    top: int = 10
    """Concepts of an account that take part in co-attention: its largest ones."""
    hidden: int = 1024
    """Width of the hidden layers."""
    embedding_size: int = 512
    """Length of an account's vector."""
    keep: float = 0.6
    """Probability that a weight entry is kept in training."""
    margin: float = 7.0
    """Of the triplet loss."""
    epochs: int = 40
    """Passes over the positives."""
    batch_size: int = 8
    """Pairs of a positive and a negative in a step."""
    learning_rate: float = 0.002
    """Adam's; times 0.99 after every 24,000 steps."""
    l1: float = 0.001
    """Weight of the L1 norm."""
    device: str = "auto"
    """Where it is trained."""

    def __post_init__(self) -> None:
        if min(self.top, self.hidden, self.embedding_size, self.epochs, self.batch_size) < 1:
            raise MorningError("top, widths, epochs and batch_size must be at least 1")


class Gate(nn.Module):
    """Two scalars -> a number from 0 to 1 (S_ed and S_in; the L1 penalty leaves it alone)."""

    def __init__(self) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.randn(2, _GATE) * 0.1)
        self.b = nn.Parameter(torch.randn(2, _GATE) * 0.1)
        self.out = nn.Parameter(torch.randn(2, _GATE) * 0.1)

    def forward(self, x: Tensor) -> Tensor:
        """Map (n, 2) to (n,)."""
        hidden = torch.sigmoid(x[:, :, None] * self.w + self.b)  # (n, 2, 64)
        return torch.sigmoid((hidden * self.out).sum(dim=(1, 2)))


class ConceptNet(nn.Module):
    """Account vectors from concepts, each side attended by the other (BCAM)."""

    table: Tensor
    history: Tensor
    largest: Tensor
    scalars: Tensor

    def __init__(
        self, concepts: Concepts, scalars: np.ndarray | None, options: ConceptOptions
    ) -> None:
        super().__init__()
        share = concepts.distribution.astype(np.float32)
        table = np.asarray(concepts.vectors, dtype=np.float32)
        top = min(options.top, share.shape[1])
        largest = np.argsort(-share, axis=1, kind="stable")[:, :top]
        self._keep("table", table)  # (K, d)
        self._keep("history", share @ table)  # e_h: (n, d)
        self._keep("largest", np.ascontiguousarray(largest))  # (n, top)
        d, h, e = table.shape[1], options.hidden, options.embedding_size
        kind = {"keep": options.keep, "bias_deviation": 0.1, "activate_last": True}
        self.psi = Encoder(d, h, e, dropped=2, biased=2, **kind)  # type: ignore[arg-type]
        self.rho = Encoder(d, h, e, dropped=2, biased=2, **kind)  # type: ignore[arg-type]
        self.gamma = Encoder(2 * d, h, h, e, dropped=2, biased=3, **kind)  # type: ignore[arg-type]
        self.gates = nn.ModuleList()
        if scalars is not None:
            self._keep("scalars", scalars.astype(np.float32))  # (n, 4)
            self.gates.extend([Gate(), Gate()])

    def _keep(self, name: str, values: np.ndarray) -> None:
        self.register_buffer(name, torch.from_numpy(values), persistent=False)

    def parts(self) -> tuple[Tensor, Tensor]:
        """Return ψ(e_h) of all accounts, (n, e), and ρ(u) of all concepts, (K, e)."""
        return self.psi(self.history), self.rho(self.table)

    def attended(self, who: Tensor, queries: Tensor, keys: Tensor) -> Tensor:
        """Return e_a of accounts, whose concepts are weighed by the other side.

        Parameters
        ----------
        who : int tensor (n,)
        queries : float tensor (n, e)
            ψ(e_h) of the other side.
        keys : float tensor (K, e)
            ρ of all concepts.
        """
        largest = self.largest[who]  # (n, top)
        affinity = (queries @ keys.T) / queries.shape[1]  # (n, K): the mean over e
        weights = torch.softmax(affinity.gather(1, largest), dim=1)  # (n, top)
        relevant = (weights[:, :, None] * self.table[largest]).sum(dim=1)  # e_r: (n, d)
        return self.gamma(torch.cat([relevant, self.history[who]], dim=1))  # (n, e)

    def pair_scores(
        self, brands: Tensor, influencers: Tensor, psi: tuple[Tensor, Tensor], keys: Tensor
    ) -> Tensor:
        """Return <e_a(b), e_a(m)> of aligned pairs; `psi` is that of brands and influencers."""
        of_brand, of_influencer = psi
        left = self.attended(brands, of_influencer, keys)
        right = self.attended(influencers, of_brand, keys)
        return (left * right).sum(dim=1)

    def multipliers(self, influencers: Tensor) -> Tensor:
        """Return S_ed · S_in of influencers, (n,); 1 without gates."""
        if not self.gates:
            return torch.ones(len(influencers), device=influencers.device)
        endorsement, influence = self.gates
        x = self.scalars[influencers]
        return endorsement(x[:, :2]) * influence(x[:, 2:])


class ConceptRanker(NeuralRanker):
    """What CATR and CAMERA share."""

    interpretation = True
    options: ConceptOptions

    @property
    def needs(self) -> tuple[str, ...]:
        """Concepts of posts."""
        return ("concepts",)

    def scalars(self, training: Training) -> np.ndarray | None:
        """Return what the gates see of every account, (n, 4), or None for no gates."""
        return None

    def paired(self, values: Tensor) -> Tensor:
        """Return the multipliers that a batch is multiplied by."""
        return values

    def build(self, training: Training, device: torch.device) -> nn.Module:
        """Return the network."""
        concepts = training.inputs.concepts
        assert concepts is not None
        return ConceptNet(concepts, self.scalars(training), self.options).to(device)

    def optimiser(self, module: nn.Module) -> torch.optim.Optimizer:
        """Return Adam."""
        return torch.optim.Adam(module.parameters(), self.options.learning_rate, fused=True)

    def run_epoch(
        self,
        module: ConceptNet,
        optimiser: torch.optim.Optimizer,
        training: Training,
        epoch: int,
        rng: np.random.Generator,
    ) -> float:
        """Go once through the positives, each with a random negative."""
        pairs = np.stack(sample_pairs(training.fit, 1, rng))
        if pairs.shape[1] == 0:
            raise MorningError(NOTHING)
        device = module.table.device
        pairs = pairs[:, rng.permutation(pairs.shape[1])]
        batches = torch.from_numpy(pairs).to(device).split(self.options.batch_size, dim=1)
        total = 0.0
        for step, (brand, positive, negative) in enumerate(batches, epoch * len(batches)):
            for encoder in encoders(module):
                encoder.draw()
            brands, influencers = brand.repeat(2), torch.cat([positive, negative])
            keys = module.rho(module.table)
            of_brand = module.psi(module.history[brand]).repeat(2, 1)
            psi = (of_brand, module.psi(module.history[influencers]))
            scores = module.pair_scores(brands, influencers, psi, keys)
            # Rows 2i and 2i + 1 of the released layout: a positive and its negative.
            multipliers = module.multipliers(torch.stack([positive, negative], 1).reshape(-1))
            scores = scores * self.paired(multipliers).reshape(-1, 2).T.reshape(-1)
            right, wrong = scores.chunk(2)
            loss = triplet(right, wrong, self.options.margin, "active")
            for group in optimiser.param_groups:
                group["lr"] = self.options.learning_rate * 0.99 ** (step // 24_000)
            optimiser.zero_grad(set_to_none=False)
            loss.backward()
            add_l1_gradient(weight_matrices(module), self.options.l1)
            optimiser.step()
            total += float(loss.detach())
        return total / len(batches)

    @torch.no_grad()
    def arrays(self, module: ConceptNet, training: Training) -> Arrays:
        """Return the parameters and the inputs that they are applied to."""
        state = {f"net.{name}": value for name, value in module.state_dict().items()}
        state |= dict(module.named_buffers())
        return {name: value.detach().cpu().numpy().copy() for name, value in state.items()}

    def _score(self, arrays: Arrays, brands: np.ndarray, influencers: np.ndarray) -> np.ndarray:
        device = torch.device("cpu")
        concepts = Concepts(
            np.zeros((1, len(arrays["table"])), np.float32), arrays["table"], names=()
        )
        with torch.random.fork_rng(devices=[]):
            module = ConceptNet(concepts, arrays.get("scalars"), self.options).to(device)
        for name in ("table", "history", "largest"):
            setattr(module, name, torch.from_numpy(arrays[name]))
        prefix = "net."
        module.load_state_dict(
            {k[len(prefix) :]: torch.from_numpy(v) for k, v in arrays.items() if prefix in k}
        )
        return self._matrix(module.eval(), brands, influencers)

    def validation_scores(self, module: ConceptNet, training: Training, task: Task) -> np.ndarray:
        """Score with the module at hand."""
        return self._matrix(module, task.brands, task.influencers)

    @torch.no_grad()
    def _matrix(
        self, module: ConceptNet, brands: np.ndarray, influencers: np.ndarray
    ) -> np.ndarray:
        """Return the scores of all pairs, some thousand at a time."""
        device = module.table.device
        psi, keys = module.parts()
        pairs = torch.cartesian_prod(torch.from_numpy(brands), torch.from_numpy(influencers))
        scores = torch.cat(
            [
                module.pair_scores(b, m, (psi[b], psi[m]), keys)
                for b, m in (part.to(device).T for part in pairs.split(_PAIRS))
            ]
        )
        scores = scores * self._all_multipliers(module, pairs[:, 1].to(device))
        return cast(np.ndarray, scores.cpu().numpy()).reshape(len(brands), len(influencers))

    def _all_multipliers(self, module: ConceptNet, influencers: Tensor) -> Tensor:
        """Return the multiplier of every row of a list of pairs, in batches as in training."""
        size = 2 * self.options.batch_size
        short = -len(influencers) % size
        rows = torch.cat([influencers, influencers[-1:].repeat(short)])  # padded by the last row
        values = module.multipliers(rows).reshape(-1, size)
        return torch.cat([self.paired(batch) for batch in values])[: len(influencers)]
