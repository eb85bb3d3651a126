"""Steps of a training, and the whole of one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from morning.evaluation import mark_validation
from morning.learning.losses import add_l1_gradient
from morning.learning.repeat import one_thread
from morning.models import Best, Morning, profile, train
from morning.models.morning import Scores
from morning.models.objectives import objective
from torch import nn
from torch.func import functional_call, stack_module_state, vmap

from benchmarks import made
from benchmarks.figure import Run, Timed

_PAIRS = 16
_SEEDS = 5
_CPU = torch.device("cpu")


class _Step:
    """A batch of made-up pairs, and a model of the paper's profile for it."""

    def __init__(self, sizes: Mapping[str, int]) -> None:
        torch.manual_seed(0)
        self.options = profile("paper").objective
        self.model = Morning(sizes, profile("paper").model).train()
        self.brands = {block: torch.rand(_PAIRS, size) for block, size in sizes.items()}
        self.others = {block: torch.rand(2, _PAIRS, size) for block, size in sizes.items()}

    def ours(self) -> Run:
        """Return a step as `models.training` takes it."""
        optimiser = torch.optim.Adam(self.model.parameters(), lr=1e-6, fused=True)

        def step() -> None:
            loss, _ = objective(self.model(self.brands, self.others), self.options)
            optimiser.zero_grad(set_to_none=False)
            loss.backward()
            add_l1_gradient(self.model.weight_matrices(), self.options.l1)
            optimiser.step()

        return step

    def naive(self) -> Run:
        """Return it as it reads: a pass per candidate, L1 differentiated, Adam as it comes."""
        optimiser = torch.optim.Adam(self.model.parameters(), lr=1e-6, foreach=False, fused=False)

        def step() -> None:
            passes = [
                self.model(self.brands, {b: x[i : i + 1] for b, x in self.others.items()})
                for i in range(2)
            ]
            scores = Scores({p: torch.cat([each[p] for each in passes]) for p in passes[0]})
            loss, _ = objective(scores, self.options)
            penalty = sum(w.abs().sum() for w in self.model.weight_matrices())
            optimiser.zero_grad()
            (loss + self.options.l1 * penalty).backward()
            optimiser.step()

        return step

    def limit(self) -> Run:
        """Return its products of matrices and its update of the weights, and nothing else."""
        layers = [m for m in self.model.modules() if isinstance(m, nn.Linear)]
        weights = [layer.weight.detach() for layer in layers]
        first = {id(p.layers[0].weight) for p in self.model.perceptrons.values()}
        inner = [id(layer.weight) not in first for layer in layers]
        rows = 3 * _PAIRS
        x = [torch.rand(rows, w.shape[1]) for w in weights]
        slopes = [torch.rand(rows, w.shape[0]) for w in weights]
        for w in weights:
            w.grad = torch.zeros_like(w)
        optimiser = torch.optim.Adam(weights, lr=1e-6, fused=True)

        def step() -> None:
            for given, w, slope, needed in zip(x, weights, slopes, inner, strict=True):
                given @ w.T
                if needed:
                    slope @ w
                torch.mm(slope.T, given, out=w.grad)
            optimiser.step()

        return step


@contextmanager
def one_step(sizes: Mapping[str, int]) -> Iterator[Timed]:
    """Give a step of ours, a naive one, and what no step can save."""
    with one_thread(_CPU):
        yield Timed(_Step(sizes).ours(), _Step(sizes).naive(), _Step(sizes).limit())


@contextmanager
def seeds_in_one_model() -> Iterator[Timed]:
    """Give a step of several seeds in one batched model, and the same one by one."""
    singles = [_Step(made.PUBLIC) for _ in range(_SEEDS)]
    first = singles[0]
    stacked, _ = stack_module_state([single.model for single in singles])
    weights = {name: w.detach().requires_grad_() for name, w in stacked.items()}
    optimiser = torch.optim.Adam(list(weights.values()), lr=1e-6, fused=True)
    matrices = [w for name, w in weights.items() if name.endswith("weight")]
    empty = Morning(made.PUBLIC, profile("paper").model).train().to("meta")

    def loss(own: dict[str, torch.Tensor]) -> torch.Tensor:
        scores = functional_call(empty, own, (first.brands, first.others))
        return objective(scores, first.options)[0]

    batched = vmap(loss, randomness="different")

    def together() -> None:
        total = batched(weights).sum()
        optimiser.zero_grad(set_to_none=False)
        total.backward()
        add_l1_gradient(matrices, first.options.l1)
        optimiser.step()

    steps = [single.ours() for single in singles]

    def one_by_one() -> None:
        for step in steps:
            step()

    with one_thread(_CPU):
        yield Timed(together, one_by_one)


@contextmanager
def best_and_paper() -> Iterator[Timed]:
    """Give a fit of `best`, and an epoch of the paper's hundred."""
    features = mark_validation(made.vectors())
    paper = profile("paper")
    short = paper.trained_with(epochs=1)
    with TemporaryDirectory() as folder, one_thread(_CPU):
        numbers = iter(range(1000))

        def epoch() -> None:
            train(features, short, Path(folder) / str(next(numbers)), device="cpu", progress=False)

        epochs = paper.training.epochs
        yield Timed(lambda: Best.fit(features), epoch, rounds=5, scale_reference=epochs)
