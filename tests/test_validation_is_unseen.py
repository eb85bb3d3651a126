"""Nothing that is fitted sees whom a validation or test brand worked with."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from morning.evaluation import mark_validation
from morning.features.rivals.cosmic import CosmicOptions
from morning.features.visual.preprocess import ResizeCrop
from morning.features.visual.recogniser import Recogniser
from morning.prepare import perspectives, rivals
from morning.prepare.attributes import attributes
from morning.sources import Source, demo
from torch import nn

WORLD = {"brands": 24, "influencers": 60, "posts": 3, "audience": 1, "audience_posts": 1}
TINY = CosmicOptions(size=12, hidden=8, embedding_size=8, epochs=1, device="cpu")


class _Colours(nn.Module):
    """Three classes by mean colour."""

    def __init__(self):
        super().__init__()
        self.last = nn.Linear(3, 3)
        nn.init.eye_(self.last.weight)

    def forward(self, x):
        return self.last(10 * x.mean(dim=(2, 3)))


@pytest.fixture(scope="module")
def worlds(tmp_path_factory):
    """A small demo world, and the same with other partners for validation and test brands."""
    folder = tmp_path_factory.mktemp("unseen")
    dataset = mark_validation(demo.generate(folder / "world", picture_size=16, **WORLD), 0.2)
    pairs = dataset.collaborations
    rows = dataset.rows(pairs["brand_id"])
    seen = np.isin(rows, dataset.brands("train"))
    assert 0 < len(dataset.brands("validation")) < len(dataset.brands("train"))
    names = dataset.accounts["account_id"]
    strangers = sorted(
        set(names.iloc[dataset.influencers()]) - set(pairs.loc[seen, "influencer_id"])
    )
    brands = names.iloc[dataset.brands("validation", "test")]
    made_up = pd.MultiIndex.from_product([brands, strangers[::2]]).to_frame(index=False)
    poison = pd.concat([pairs[seen], made_up.set_axis(pairs.columns, axis=1)], ignore_index=True)
    poisoned = replace(dataset, collaborations=poison).validate()
    return [Source(str(folder / "world"), each) for each in (dataset, poisoned)]


@pytest.fixture(scope="module")
def made(worlds, tmp_path_factory):
    """Perspectives and rivals' inputs of both worlds."""
    crop = ResizeCrop(resize=(8, 8), crop=8, mean=(0, 0, 0), std=(1, 1, 1))
    torch.manual_seed(0)
    networks = (Recogniser("colours", ("red", "green", "blue"), _Colours(), crop),) * 2
    results = []
    for source in worlds:
        folder = tmp_path_factory.mktemp("made")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(perspectives, "recognisers", lambda *_: networks)
            patch.setattr(rivals, "recognisers", lambda *_: networks)
            patch.setenv("MORNING_DATA", str(folder / "data"))
            parts = [
                perspectives.content(source, folder, topics=3),
                perspectives.audience(source, folder, topics=3),
                attributes(source, folder),
            ]
            blocks = {name: block for part in parts for name, block in part.features.blocks.items()}
            features = replace(parts[0].features, blocks=blocks)
            inputs, _ = rivals.rival_inputs(source, features, cosmic=TINY)
        results.append((blocks, inputs.blinded()))
    return results


@pytest.mark.parametrize(
    "block",
    ["content_visual", "content_topics", "audience_visual", "audience_topics", "attribute"],
)
def test_blocks(made, block):
    (clean, _), (poisoned, _) = made
    assert np.isfinite(clean[block]).all()
    np.testing.assert_array_equal(clean[block], poisoned[block])


@pytest.mark.parametrize("name", ["text_history", "image_history"])
def test_histories(made, name):
    clean, poisoned = (getattr(inputs, name) for _, inputs in made)
    np.testing.assert_array_equal(clean.plain, poisoned.plain)
    np.testing.assert_array_equal(clean.weighted, poisoned.weighted)


def test_concepts(made):
    clean, poisoned = (inputs.concepts for _, inputs in made)
    np.testing.assert_array_equal(clean.vectors, poisoned.vectors)
    np.testing.assert_array_equal(clean.distribution, poisoned.distribution)


def test_activity(made):
    clean, poisoned = (inputs.activity for _, inputs in made)
    pd.testing.assert_frame_equal(clean, poisoned)


def test_competence_of_training_brands(made):
    tables = []
    for _, inputs in made:
        features, table = inputs.features, inputs.competence
        training = features.accounts["account_id"].iloc[features.brands("train")]
        tables.append(table[table["brand_id"].isin(training)].reset_index(drop=True))
    clean, poisoned = tables
    assert len(clean) > 10
    pd.testing.assert_frame_equal(clean, poisoned)


def test_the_worlds_differ(worlds):
    """Otherwise the tests above would say nothing."""
    counts = []
    for source in worlds:
        pairs = source.dataset.collaborations
        splits = source.dataset.accounts.set_index("account_id")["split"].loc[pairs["brand_id"]]
        counts.append(splits.value_counts())
    clean, poisoned = counts
    assert clean["train"] == poisoned["train"]
    assert clean["validation"] != poisoned["validation"]
