"""How much the choices that the paper leaves open matter, one at a time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from morning.evaluation import Task, result_row
from morning.features import FeatureSet
from morning.models.jobs import train_all
from morning.models.profiles import Profile
from morning.studies.trained import statistics

AS_GIVEN = "as given"
_OF_CO_ATTENTION = (
    "sigmoid in softmax",
    "no sigmoid in softmax",
    "shared co-attention",
    "co-attention per side",
)


def variants(profile: Profile) -> dict[str, Profile]:
    """Return the profile itself (`AS_GIVEN`), then with one choice changed at a time.

    Of the loss λ, the margins, what triplets are averaged over and the shrinkage term; of the
    training the learning-rate reading, the negatives per positive and their order (D5 to D8,
    D26); of the model how weights start, what dropout drops, the projections, the softmax and the
    weights of co-attention. A change that changes nothing is left out. The third reading of the
    learning rate, a factor of 0.99 after every 12,000 steps, is the constant one until then.
    """

    def loss(**options: Any) -> Profile:
        return replace(profile, objective=replace(profile.objective, **options))

    def model(**options: Any) -> Profile:
        return replace(profile, model=replace(profile.model, **options))

    def margins(factor: float) -> dict[str, float]:
        return {p: factor * margin for p, margin in profile.objective.margins.items()}

    def negatives(n: int) -> Profile:
        hard = n * profile.training.hard_negatives // profile.training.negatives
        return profile.trained_with(negatives=n, hard_negatives=hard)

    ranking = tuple(name for name in profile.objective.losses if name != "shrinkage")
    changed = {
        "l1 0": loss(l1=0.0),
        "l1 0.0001": loss(l1=1e-4),
        "l1 0.001": loss(l1=1e-3),
        "margins halved": loss(margins=margins(0.5)),
        "margins doubled": loss(margins=margins(2.0)),
        "learning rate 0.95 per epoch": profile.trained_with(decay="epoch", decay_rate=0.95),
        "learning rate constant": profile.trained_with(decay="constant"),
        "triplet mean over batch": loss(triplet_reduction="mean"),
        "triplet mean over active": loss(triplet_reduction="active"),
        "1 negative": negatives(1),
        "5 negatives": negatives(5),
        "pairs in file order": profile.trained_with(shuffle=False),
        "without shrinkage": loss(losses=ranking),
        "with shrinkage": loss(losses=(*ranking, "shrinkage")),
        "weights start uniform": model(initialisation="uniform"),
        "weights start normal": model(initialisation="normal"),
        "without dropout": model(dropout_rate=0.0),
        "dropout of activations": model(dropout="activations"),
        "dropout of weights": model(dropout="weights"),
        "with projections": model(projections=True),
        "without projections": model(projections=False),
        "sigmoid in softmax": model(sigmoid_in_softmax=True),
        "no sigmoid in softmax": model(sigmoid_in_softmax=False),
        "shared co-attention": model(shared_attention=True),
        "co-attention per side": model(shared_attention=False),
    }
    return {AS_GIVEN: profile} | {n: p for n, p in changed.items() if p != profile}


def sensitivity(
    features: FeatureSet,
    profile: Profile,
    folder: str | Path,
    task: Task,
    *,
    workers: int | None = None,
) -> list[dict[str, Any]]:
    """Train every variant under one seed and score it.

    Parameters
    ----------
    features : FeatureSet
    profile : Profile
        With the number of epochs and the seed to use.
    folder : path
        Models go to `folder`/<variant>/seed-<n>; finished ones are reused.
    task : Task
        The test brands: scored once, at the epoch that the validation brands chose.
    workers : int, optional
        Trainings at a time, as in `train_all`.

    Returns
    -------
    list of dict
        Result rows with `validation` (metrics of the validation brands at that epoch, or null),
        `epoch` and `near_zero` (share of weights that L1 has driven below 0.01).
    """
    chosen, seed = variants(profile), f"seed-{profile.training.seed}"
    if not {"content", "audience"} <= set(features.perspectives()):
        chosen = {name: p for name, p in chosen.items() if name not in _OF_CO_ATTENTION}
    folders = {name: f"{name.replace(' ', '-')}/{seed}" for name in chosen}
    # The longest training first, so that no worker waits for it at the end.
    longest_first = sorted(chosen, key=lambda name: -chosen[name].training.negatives)
    jobs = {folders[name]: chosen[name] for name in longest_first}
    models = train_all(features, jobs, folder, workers=workers)
    rows = []
    for name in chosen:
        model = models[folders[name]]
        kept = model.chosen
        row = result_row(name, statistics([model], features, task))
        row |= {key: kept.get(key) for key in ("validation", "near_zero")}
        rows.append(row | {"epoch": model.epoch})
    return rows
