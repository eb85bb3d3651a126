"""How a model is trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from morning.evaluation import Task
from morning.models import Profile, TrainedModel
from morning.rankers.rand import expected_metrics
from morning.report.headings import estimated, number
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


def learnt(
    row: Mapping[str, Any],
    task: Task,
    models: Sequence[TrainedModel],
    ceiling: pd.DataFrame | None = None,
) -> list[str]:
    """Return whether a training learns to rank: against chance and, where known, the ceiling.

    Parameters
    ----------
    row : result row
    task : Task
    models : sequence of TrainedModel
    ceiling : DataFrame, optional
        As `studies.planted.planted_metrics` returns it.
    """
    chance = expected_metrics(task)
    interval = (row.get("ci95") or {}).get("auc")
    shown = interval is not None and interval[0] > chance["auc"]
    said = [
        f"{'It does' if shown else 'That is not shown'}: on brands that it never saw MORNING has "
        f"an AUC of {estimated(row, 'auc')}, where chance has {number(chance['auc'], 'auc')}, and "
        f"a MAP of {estimated(row, 'map')}, where chance has {number(chance['map'], 'map')}."
    ]
    if ceiling is not None:
        best = ceiling.loc["oracle"]
        said.append(
            "Nobody could do better than the preference that was planted, with an AUC of "
            f"{number(best['auc'], 'auc')} and a MAP of {number(best['map'], 'map')}."
        )
    epochs = ", ".join(str(each.epoch) for each in models)
    small = np.mean([each.curve["history"][-1]["near_zero"] for each in models])
    said.append(
        f"Validation brands keep epoch {epochs} of {len(models[0].curve['history'])}; at the end "
        f"L1 has driven {small:.0%} of the weights below 0.01."
    )
    return said
