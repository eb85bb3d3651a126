"""Named settings: the paper's, those of released code, smaller ones; ablations of Table IV."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from morning.errors import MorningError
from morning.models.morning import CODE, PAPER, ModelOptions
from morning.models.objectives import ObjectiveOptions

#: Table IV: variant -> the perspectives that F sums.
VARIANTS: dict[str, tuple[str, ...]] = {
    "c-only": ("content",),
    "au-only": ("audience",),
    "att-only": ("attribute",),
    "c+au": ("content", "audience"),
    "c+att": ("content", "attribute"),
    "au+att": ("audience", "attribute"),
    "full": ("content", "audience", "attribute"),
}


@dataclass(frozen=True)
class TrainingOptions:
    """How the training loop runs."""

    epochs: int = 100
    """Passes over the positives."""
    batch_size: int = 16
    """Pairs of a positive and a negative in a step."""
    learning_rate: float = 0.002
    """Adam's, at the start."""
    decay: str = "epoch"
    """Multiply the learning rate by `decay_rate` after every "epoch" (paper), after every
    `decay_steps` "steps" (released code), or never, "constant" (first released code)."""
    decay_rate: float = 0.95
    """Factor of the learning rate."""
    decay_steps: int = 12_000
    """Steps between two decays."""
    negatives: int = 1
    """Negatives per positive in an epoch."""
    hard_negatives: int = 0
    """How many of them are partners of other brands of the brand's category."""
    resample: bool = True
    """Draw the negatives anew in each epoch, or keep those of the first."""
    shuffle: bool = True
    """Shuffle the pairs in each epoch; the released code reads them in file order."""
    seed: int = 0
    """Initial weights, negatives, order and dropout follow from it."""

    def __post_init__(self) -> None:
        if self.decay not in ("epoch", "steps", "constant"):
            raise MorningError(f"unknown decay {self.decay!r}")
        for name in ("epochs", "batch_size", "negatives", "decay_steps"):
            if getattr(self, name) < 1:
                raise MorningError(f"{name} must be at least 1, not {getattr(self, name)}")
        if not 0 <= self.hard_negatives <= self.negatives:
            raise MorningError(
                f"hard_negatives must be from 0 to negatives, not {self.hard_negatives}"
            )
        if not self.learning_rate > 0:
            raise MorningError(f"learning_rate must be positive, not {self.learning_rate}")
        if not 0 <= self.seed < 2**32:
            raise MorningError(f"seed must be between 0 and 2**32 - 1, not {self.seed}")

    def learning_rate_at(self, epoch: int, step: int) -> float:
        """Return the learning rate of a step; epochs and steps count from 0."""
        if self.decay == "epoch":
            return self.learning_rate * self.decay_rate**epoch
        if self.decay == "steps":
            return self.learning_rate * self.decay_rate ** (step // self.decay_steps)
        return self.learning_rate


@dataclass(frozen=True)
class Profile:
    """Everything that decides a training: architecture, loss and loop."""

    model: ModelOptions = PAPER
    """Architecture."""
    objective: ObjectiveOptions = field(default_factory=ObjectiveOptions)
    """Loss."""
    training: TrainingOptions = field(default_factory=TrainingOptions)
    """Loop."""

    def variant(self, name: str) -> Profile:
        """Return the profile of an ablation of Table IV."""
        if name not in VARIANTS:
            raise MorningError(f"unknown variant {name!r}; known are {', '.join(VARIANTS)}")
        return replace(self, model=replace(self.model, perspectives=VARIANTS[name]))

    def trained_with(self, **options: object) -> Profile:
        """Return the profile with other options of `TrainingOptions`; None leaves one as it is."""
        given = {name: value for name, value in options.items() if value is not None}
        return replace(self, training=replace(self.training, **given))  # type: ignore[arg-type]


_CODE_OBJECTIVE = ObjectiveOptions(
    losses=("triplet", "cross_entropy", "shrinkage"), triplet_reduction="active"
)
_CODE_TRAINING = TrainingOptions(decay="steps", decay_rate=0.99, negatives=57, resample=False)
# 3 negatives and a hard one for every positive, drawn five times and kept.
_BAMIR = Profile(
    replace(
        PAPER,
        perspectives=VARIANTS["c+att"],
        projections=False,
        initialisation="normal",
        dropout="first activations",
    ),
    ObjectiveOptions(triplet_reduction="sum"),
    TrainingOptions(batch_size=32, negatives=20, hard_negatives=5, resample=False),
)
# Narrow layers need larger initial weights: with U(-0.1, 0.1) the products of equation 9 vanish.
_QUICK_MODEL = replace(
    PAPER,
    layers={
        "content_visual": (256, 256, 256),
        "content_topics": (128, 256),
        "audience_visual": (256, 256, 256),
        "audience_topics": (128, 256),
        "attribute": (256, 256),
    },
    initialisation="normal",
)

PROFILES: dict[str, Profile] = {
    "paper": Profile(),
    "code": Profile(CODE, _CODE_OBJECTIVE, _CODE_TRAINING),
    "bamir": _BAMIR,
    "quick": Profile(model=_QUICK_MODEL, training=TrainingOptions(epochs=20)),
}


def profile(name: str) -> Profile:
    """Return a profile by name.

    Raises
    ------
    MorningError
        If there is none of that name.
    """
    if name not in PROFILES:
        raise MorningError(f"unknown profile {name!r}; known are {', '.join(PROFILES)}")
    return PROFILES[name]
