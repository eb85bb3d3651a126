"""How a model is trained."""

from __future__ import annotations

from morning.models import Profile
from morning.roster import Roster


def training_plan(name: str, profile: Profile, roster: Roster) -> str:
    """Return the sizes of a training, and what its brands are for."""
    training = profile.training
    return (
        f"Profile **{name}**: {training.epochs} epochs, batches of {training.batch_size} pairs, "
        f"embeddings of {profile.model.embedding_size}, learning rate {training.learning_rate}, "
        f"λ = {profile.objective.l1}. {len(roster.brands('train'))} brands are trained on; "
        f"{len(roster.brands('validation'))} training brands, spread over the categories, are set "
        "aside to choose the epoch. The test brands play no part in it."
    )
