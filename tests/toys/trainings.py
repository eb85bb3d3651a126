"""Trainings of the checkerboard: run, interrupted, compared."""

import os
import sys
from dataclasses import replace
from itertools import count

import torch
from morning import cli
from morning.models import train, training
from morning.models.checkpoint import weights
from morning.models.morning import CODE, PAPER

from toys.vectors import GROUPS

CONFIGS = {"paper": PAPER, "code": CODE}
EPOCHS = 4


class InterruptionError(Exception):
    """Stands for whatever ends a process."""


def stop_at(epoch):
    """Return a watch that raises in its `epoch`-th call, and else adds nothing."""
    calls = count(1)

    def watch(model):
        if next(calls) == epoch:
            raise InterruptionError
        return {}

    return watch


def fit(features, profile, folder, **options):
    return train(features, profile, folder, device="cpu", progress=False, **options)


def same_weights(a, b):
    a, b = weights(a.model), weights(b.model)
    return list(a) == list(b) and all(torch.equal(a[name], b[name]) for name in a)


def relabel(features, split, shift=1):
    """Return the set with the brands of a split working with the next group's influencers."""

    def moved(name):
        kind, role, group, i = name.rsplit("-", 3)
        return f"{kind}-{role}-{(int(group) + shift) % GROUPS}-{i}"

    pairs = features.collaborations.copy()
    chosen = pairs["brand_id"].str.startswith(split)
    pairs.loc[chosen, "influencer_id"] = pairs.loc[chosen, "influencer_id"].map(moved)
    return replace(features, collaborations=pairs)


def call_often_saved(folder):
    """Call `morning train` on the vectors of a folder, which saves its state all the time."""
    training._SAVE_EVERY_S = 0.1
    os.chdir(folder)
    words = "train --features vectors --out out --profile quick --epochs 300 --device cpu"
    sys.argv = ["morning", *words.split()]
    cli.main()
