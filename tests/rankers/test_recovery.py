"""Every method finds what was planted for methods of its kind; of all of them, so by theme."""

from __future__ import annotations

import pytest
from toys import rivals as worlds
from toys.planted import separates, types

MIR = {"embedding_size": 64, "epochs": 30, "lists": 10, "learning_rate": 0.03, "keep": 1.0}


CONCEPTS = {"epochs": 60, "hidden": 128, "embedding_size": 64}


#: Methods that have to learn which looks go together.
LEARNERS = {
    "MIR-2": MIR,
    "MIR-3": MIR,
    "MIR-4": MIR,
    "HPTR": {"embedding_size": 64, "epochs": 30},
    "CATR": CONCEPTS,
    "CAMERA": CONCEPTS,
    "CAMERA-released": CONCEPTS,
    "MORNING": {"epochs": 4},
    "MORNING-tuned": {"epochs": 4, "l1_epochs": 2},
    "two-tower": {},
    "ridge-bilinear": {},
    "nearest-brands": {},
    "category-predictor": {},
    "category-predictor-blind": {},
}


@pytest.mark.parametrize("name", LEARNERS)
def test_learns_which_looks_go_together(name):
    world = worlds.world(apart=True)
    on = worlds.test_task(world)
    fitted = worlds.quick(name, **LEARNERS[name]).fit(world, progress=False)
    assert separates(world, on, fitted.score(on))


@pytest.mark.parametrize("name", ["cosine", "SBR", "nearest-brands"])
def test_finds_who_looks_alike(name):
    world = worlds.world(apart=False)
    on = worlds.test_task(world)
    alike = worlds.quick(name).fit(world).score(on)
    if name == "cosine":  # standardising lifts the noise columns; the types still come first
        same = types(world, on.brands)[:, None] == types(world, on.influencers)
        assert alike[same].mean() > alike[~same].mean() + 0.1
    else:
        assert separates(world, on, alike)


@pytest.mark.parametrize("name", ["cosine", "SBR"])
def test_untrained_methods_cannot_find_what_has_to_be_learnt(name):
    world = worlds.world(apart=True)
    on = worlds.test_task(world)
    assert not separates(world, on, worlds.quick(name).fit(world).score(on))
