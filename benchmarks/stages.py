"""Everything else that a reader waits for."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from morning.attributes.embedding import embed
from morning.attributes.graph import AttributeGraph
from morning.evaluation import brand_statistics, evaluate
from morning.evaluation.significance import paired_differences
from morning.features.visual.encode import encode
from morning.features.visual.preprocess import ResizeCrop
from morning.features.visual.recognise import VisualOptions
from morning.features.visual.recogniser import Recogniser
from torchvision.models import resnet18, resnet101

from benchmarks import made
from benchmarks.figure import Timed

_BRANDS, _CANDIDATES, _PARTNERS = 74, 797, 11


def _ranking(seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return scores, partners and categories of the benchmark's test."""
    rng = np.random.default_rng(seed)
    partners = np.zeros((_BRANDS, _CANDIDATES), bool)
    for row in partners:
        row[rng.choice(_CANDIDATES, _PARTNERS, replace=False)] = True
    return rng.normal(size=partners.shape), partners, np.arange(_BRANDS) % 12


@contextmanager
def evaluation() -> Iterator[Timed]:
    """Give all metrics of the test, and one sort of its scores."""
    scores, partners, categories = _ranking()
    yield Timed(
        lambda: evaluate(scores, partners, categories),
        lambda: np.argsort(scores, axis=1),
        rounds=50,
    )


@contextmanager
def comparing() -> Iterator[Timed]:
    """Give a paired comparison with its intervals, and 10,000 paired resamples of one metric."""
    runs = {str(seed): [brand_statistics(*_ranking(seed))] for seed in range(2)}
    values = [run.values["map"] for (run,) in runs.values()]
    rng = np.random.default_rng(0)

    def resample() -> None:
        drawn = rng.integers(0, _BRANDS, (10_000, _BRANDS))
        ahead = values[0][drawn].mean(axis=1) - values[1][drawn].mean(axis=1)
        np.quantile(ahead, [0.025, 0.975])

    yield Timed(lambda: paired_differences(runs, "0"), resample)


@contextmanager
def attribute_graph() -> Iterator[Timed]:
    """Give node vectors by our walks, and by the package's, both with the same skip-gram."""
    from node2vec import Node2Vec

    weights = made.graph()
    graph = AttributeGraph(tuple(f"n{i}" for i in range(weights.shape[0])), weights)

    def package() -> None:
        walker = Node2Vec(graph.to_networkx(), quiet=True, seed=0)
        walker.fit(window=10, min_count=1, epochs=5, seed=0, workers=1)

    yield Timed(lambda: embed(graph), package, rounds=1)


@contextmanager
def pictures() -> Iterator[Timed]:
    """Give features of pictures from files, and the bare networks on inputs that are ready."""
    torch.manual_seed(0)
    objects, scenes = (
        Recogniser(name, tuple(map(str, range(classes))), make(num_classes=classes), ResizeCrop())
        for name, classes, make in (("objects", 1000, resnet101), ("scenes", 365, resnet18))
    )
    batch = VisualOptions().batch_size
    with TemporaryDirectory() as folder:
        names = made.pictures(Path(folder))
        ready = torch.rand(batch, 3, 224, 224)
        caches = iter(range(1000))

        def bare() -> None:
            with torch.inference_mode():
                for _ in range(len(names) // batch):
                    for network in (objects, scenes):
                        network.module(ready).softmax(dim=1)

        def whole() -> None:
            cache = Path(folder) / f"cache{next(caches)}"
            encode(names, Path(folder), objects, scenes, cache)

        yield Timed(whole, bare, rounds=1)


@contextmanager
def importing() -> Iterator[Timed]:
    """Give a Python that imports the library, and one that does nothing."""

    def python(code: str) -> None:
        subprocess.run([sys.executable, "-c", code], check=True)

    yield Timed(lambda: python("import morning"), lambda: python("pass"), rounds=10)
