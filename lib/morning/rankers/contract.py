"""The contract of every method of the comparison: fit and score; and how one registers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Self

import numpy as np

from morning.errors import MorningError
from morning.evaluation import Task, training_task
from morning.evaluation import task as task_of
from morning.features.rivals.inputs import Inputs

Arrays = dict[str, np.ndarray]

#: Groups of methods in the order of tables: what is proposed, what others proposed, what a table
#: needs to be read, what nobody could do better with.
GROUPS = ("MORNING", "rivals", "controls", "oracles")
#: Name in the tables -> method, of every ranker class that has been imported.
REGISTERED: dict[str, Method] = {}


class MissingInput(MorningError):  # noqa: N818 - it is a state of the data, shown in a table
    """A method needs an input that these data do not have.

    Attributes
    ----------
    needs : str
        "needs post-level pictures, …", as the table shows it.
    """

    def __init__(self, name: str, missing: list[str]) -> None:
        self.needs = f"needs {', '.join(missing)}"
        super().__init__(f"{name} {self.needs}; these data do not have it")


@dataclass(frozen=True)
class Method:
    """A row of a comparison.

    Attributes
    ----------
    ranker : type
        The class.
    options : dataclass
        Its options.
    part : bool
        Whether it only takes another method apart and stays out of Table III.
    quick, tiny : mapping of str to object
        See `register`.
    """

    ranker: type[Ranker]
    options: Any
    part: bool
    quick: Mapping[str, Any]
    tiny: Mapping[str, Any]


def register(
    *,
    rows: Sequence[Any] = (None,),
    parts: Sequence[Any] = (),
    quick: Mapping[str, Any] = MappingProxyType({}),
    tiny: Mapping[str, Any] = MappingProxyType({}),
) -> Callable[[type], type]:
    """Return a class decorator that makes a ranker known by name.

    Parameters
    ----------
    rows : sequence of options
        One row of the comparison each; None, the default, for the class's default options.
    parts : sequence of options
        The same class with one thing changed: shown apart from the table.
    quick : mapping of str to object
        Options that change with the `quick` profile, so that a comparison takes minutes.
    tiny : mapping of str to object
        Options under which it is fitted to a toy world in a second, for its contract test.

    Raises
    ------
    MorningError
        If another class has the name.
    """

    def add(ranker: type[Ranker]) -> type[Ranker]:
        for part, every in ((False, rows), (True, parts)):
            for made in map(ranker, every):
                known = REGISTERED.get(made.name)
                if known and known.ranker.__qualname__ != ranker.__qualname__:
                    raise MorningError(f"two rankers are called {made.name}; rename one")
                REGISTERED[made.name] = Method(ranker, made.options, part, quick, tiny)
        return ranker

    return add


@dataclass(frozen=True)
class NoOptions:
    """A method without options."""


@dataclass(frozen=True)
class Training:
    """What a method is fitted on.

    Attributes
    ----------
    inputs : Inputs
        Without the test brands' collaborations.
    fit : Task
        The training brands over the union of their partners.
    validation : Task or None
        The validation brands over the union of their partners: what settings and epochs are
        chosen on.
    """

    inputs: Inputs
    fit: Task
    validation: Task | None


class Ranker(ABC):
    """A method that ranks influencers for brands.

    A subclass turns the training into arrays (`_fit`), and arrays into scores (`_score`). It
    gets inputs without test labels, and row numbers instead of a task: it cannot see a test
    label even if it tried.

    Parameters
    ----------
    options : Options, optional
        The method's own dataclass; default its default.

    Attributes
    ----------
    kind : str
        Name of the class in the registry.
    options_type : type
        The dataclass of its options.
    seeded : bool
        Whether another seed gives other scores.
    draws : int
        Seeds that a comparison takes at least: many, where a seed is a draw that costs nothing
        and not a training.
    interpretation : bool
        Whether the sources leave gaps that had to be filled.
    oracle : bool
        Whether it is shown test labels, as a bound and not as a rival.
    group : str
        Where tables put it, one of `GROUPS`.
    needs_negatives : bool
        Whether it cannot be fitted where every candidate is a partner of every training brand.
    note : str
        One line for the table.
    """

    kind: ClassVar[str]
    options_type: ClassVar[type] = NoOptions
    seeded: ClassVar[bool] = False
    draws: ClassVar[int] = 1
    interpretation: ClassVar[bool] = False
    oracle: ClassVar[bool] = False
    group: ClassVar[str] = "rivals"
    needs_negatives: ClassVar[bool] = False
    note: ClassVar[str] = ""

    def __init__(self, options: Any = None) -> None:
        self.options = self.options_type() if options is None else options
        if type(self.options) is not self.options_type:
            raise MorningError(
                f"{self.kind} takes {self.options_type.__name__}, not {type(self.options).__name__}"
            )
        self.about: dict[str, Any] = {}
        self._arrays: Arrays | None = None

    @property
    def name(self) -> str:
        """Name in the tables."""
        return self.kind

    @property
    def paper_row(self) -> str | None:
        """Row of Table III that this reproduces, if any."""
        return None

    def expectation(self, task: Task) -> dict[str, float] | None:
        """Return the exact expectation of every metric over seeds, where it is known."""
        return None

    @property
    def needs(self) -> tuple[str, ...]:
        """Inputs that must be there beside the accounts: keys of `inputs.NEEDS`."""
        return ()

    def fit(
        self,
        inputs: Inputs,
        *,
        seed: int = 0,
        folder: str | Path | None = None,
        progress: bool = True,
    ) -> Self:
        """Fit on the training brands; settings and epochs are chosen on the validation brands.

        Parameters
        ----------
        inputs : Inputs
        seed : int
        folder : path, optional
            Where a method that can resume keeps its state; the others leave it alone.
        progress : bool
            Show a bar on stderr.

        Raises
        ------
        MissingInput
            If an input is not there.
        MorningError
            If there are no training brands, or nothing can be learnt from them.
        """
        if missing := inputs.missing(self.needs):
            raise MissingInput(self.name, missing)
        blind = inputs.blinded()
        validation = blind.features.brands("validation")
        training = Training(
            blind,
            training_task(blind.features),
            task_of(blind.features, validation) if len(validation) else None,
        )
        self.about = {"seed": seed, "accounts": len(inputs.features)}
        self._arrays = self._fit(training, seed, Path(folder) if folder else None, progress)
        return self

    def score(self, task: Task) -> np.ndarray:
        """Return the score of every candidate for every brand, float array of shape (B, M).

        Raises
        ------
        MorningError
            If the method is not fitted, the task is empty, or names accounts that it was not
            fitted with.
        """
        if self._arrays is None:
            raise MorningError(f"{self.name} is not fitted; call fit(inputs) first")
        if len(task.brands) == 0 or len(task.influencers) == 0:
            raise MorningError("the task is empty: it needs brands and candidates")
        last = max(task.brands.max(), task.influencers.max())
        if last >= self.about["accounts"] or min(task.brands.min(), task.influencers.min()) < 0:
            raise MorningError(f"the task names accounts that {self.name} was not fitted with")
        scores = self._task_scores(task)
        if not np.isfinite(scores).all():
            raise MorningError(f"{self.name} returned scores that are not finite")
        return scores

    @abstractmethod
    def _fit(self, training: Training, seed: int, folder: Path | None, progress: bool) -> Arrays:
        """Return everything that scoring needs."""

    @abstractmethod
    def _score(self, arrays: Arrays, brands: np.ndarray, influencers: np.ndarray) -> np.ndarray:
        """Return the scores of accounts (row numbers), shape (B, M)."""

    def _task_scores(self, task: Task) -> np.ndarray:
        assert self._arrays is not None
        return self._score(self._arrays, task.brands, task.influencers)


class VectorRanker(Ranker):
    """A ranker whose score is the inner product of a brand's and an influencer's vector."""

    def _score(self, arrays: Arrays, brands: np.ndarray, influencers: np.ndarray) -> np.ndarray:
        left = arrays["brand_vectors"][brands].astype(np.float64)
        return left @ arrays["influencer_vectors"][influencers].astype(np.float64).T
