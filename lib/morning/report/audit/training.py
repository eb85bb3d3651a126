"""Sections on choosing the epoch, and on the choices that the paper leaves open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import t as student

from morning.models import Profile, TrainedModel
from morning.report.figures import audit as figures
from morning.report.headings import HEADINGS, PAPER_METRICS
from morning.report.section import Section
from morning.report.tables.style import written
from morning.studies.audit import selection as choice
from morning.studies.audit import sensitivity as open_choices
from morning.studies.audit.subject import Subject

#: Epochs of a variant, at least; else a quarter of the profile's.
_EPOCHS = 10
_WATCHED = ("auc", "mrr", "recall@10", "map")
_SHOWN = {m: HEADINGS[m] for m in ("auc", "cauc", "map")}


def selection(subject: Subject, profile: Profile, folder: Path) -> Section:
    """Show what choosing the epoch on the test brands would buy.

    Parameters
    ----------
    subject : Subject
    profile : Profile
        As the subject's models were trained.
    folder : path
        Takes the trainings that are watched.
    """
    watched = choice.watch_seeds(
        subject.features, profile, folder, subject.task, seeds=len(subject.models)
    )
    picked = choice.selection(watched)
    shown = picked[[*PAPER_METRICS, "epoch"]].rename(columns=HEADINGS)
    forms = {c: "{:.1f}" if c in ("MedR", "epoch") else "{:.3f}" for c in shown}
    return Section(
        findings={
            "selection": {name: picked.loc[name].dropna().to_dict() for name in picked.index}
        },
        figure=figures.epochs(watched),
        tables=[written(shown, forms)],
        text=_gain(picked.sub(picked.loc["validation"])) + _same(subject, watched),
    )


def _gain(gain: pd.DataFrame) -> str:
    best, most = gain.loc["best test AUC"], gain.loc["best of each metric"]
    if pd.isna(best["auc"]):
        return ""
    return (
        f"Choosing by test AUC would add {_of(best, 'auc', 'map')} to what the validation brands "
        f"choose; choosing an epoch for each metric, {_of(most, *_WATCHED)}. The last epoch, "
        f"which looks at no brand at all, differs by {_of(gain.loc['last epoch'], *_WATCHED)}: "
        "where that is much of the gain, the validation brands chose poorly, and looking at the "
        "test brands is not what made the difference. "
    )


def _of(gain: pd.Series, *metrics: str) -> str:
    """Write a gain in some metrics."""
    return ", ".join(f"{gain[m]:+.3f} {HEADINGS[m]}" for m in metrics)


def _same(subject: Subject, watched: Sequence[TrainedModel]) -> str:
    again = [model.score(subject.features, subject.task)["F"] for model in watched]
    same = all(np.allclose(a, b, atol=1e-4) for a, b in zip(again, subject.scores, strict=True))
    ending = "the same scores as" if same else "other scores than"
    return f"The watched trainings end with {ending} those of the chapter on the model."


def sensitivity(subject: Subject, profile: Profile, folder: Path) -> Section:
    """Show how much the choices matter that the paper leaves open.

    Parameters
    ----------
    subject : Subject
    profile : Profile
        Each variant is trained for a quarter of its epochs, ten at least.
    folder : path
        Takes a training per variant.
    """
    epochs = profile.training.epochs
    short = profile.trained_with(epochs=min(epochs, max(_EPOCHS, epochs // 4)))
    rows = open_choices.sensitivity(subject.features, short, folder, subject.task)
    seeds, sd = len(subject.models), subject.row["sd"]["auc"]
    noise = {
        "validation": _noise(_validation_sd(subject.models), seeds),
        "test": _noise(sd, seeds),
    }
    table = _side_by_side(rows)
    forms = {column: "{:.0f}" if "epoch" in column else "{:.3f}" for column in table}
    return Section(
        rows=[row | {"part": "sensitivity"} for row in rows],
        findings={"sensitivity": {"epochs": short.training.epochs, "seed_sd": sd}},
        figure=figures.sensitivity(rows, noise),
        tables=[written(table, forms)],
        text=f"Trainings of {short.training.epochs} epochs, seed {short.training.seed}. "
        + _moves(table["test", "AUC"], noise["test"], seeds),
    )


def _noise(sd: float | None, seeds: int) -> float | None:
    """Return what two single runs of one variant differ by at most, in 95 of 100 pairs."""
    if sd is None or seeds < 2:
        return None
    return float(student.ppf(0.975, seeds - 1) * sd * 2**0.5)


def _validation_sd(models: Sequence[TrainedModel]) -> float:
    """Return the standard deviation over seeds of the AUC that validation chose; NaN if none."""
    kept = [model.chosen.get("validation") or {} for model in models]
    return float(pd.Series([metrics.get("auc") for metrics in kept], dtype=float).std())


def _side_by_side(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return the variants' metrics of validation and of test brands, and how they trained."""
    frame = pd.DataFrame(rows).set_index("method")
    validation = pd.DataFrame([row or {} for row in frame["validation"]], frame.index)
    parts = {
        "validation": validation.reindex(columns=list(_SHOWN)).rename(columns=_SHOWN),
        "test": frame[list(_SHOWN)].rename(columns=_SHOWN),
        "training": frame[["epoch", "near_zero"]].rename(columns={"near_zero": "weights near 0"}),
    }
    return pd.concat(parts, axis=1).astype(float)


def _moves(auc: pd.Series, noise: float | None, seeds: int) -> str:
    """Return how far test AUC moves from that of the first row, and what is beyond noise."""
    moves = (auc.iloc[1:] - auc.iloc[0]).dropna()
    text = ""
    if len(moves):
        widest = moves.abs().idxmax()
        text += f"The widest move of test AUC is {moves[widest]:+.3f}, by *{widest}*. "
    if noise:
        beyond = moves[moves.abs() > noise].index
        text += (
            f"By the spread of the {seeds} seeds of the model, two runs of one variant "
            f"differ by up to {noise:.3f} in test AUC (95 of 100 pairs). Moves beyond that: "
            f"{', '.join(beyond) or 'none'}. Take smaller ones for noise."
        )
    return text
