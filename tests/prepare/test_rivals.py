"""What rivals are given: computed where asked for and to be had, said where not."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from morning.errors import MorningError
from morning.features import FeatureSet
from morning.features.featureset import account_table
from morning.features.rivals.cosmic import CosmicOptions
from morning.features.rivals.inputs import NEEDS
from morning.features.visual.preprocess import ResizeCrop
from morning.features.visual.recogniser import Recogniser
from morning.prepare import rivals
from morning.sources import Source, demo
from morning.studies import baselines
from torch import nn

SMALL = {"brands": 12, "influencers": 24, "posts": 3, "audience": 0, "picture_size": 16}
TINY = CosmicOptions(size=12, hidden=8, embedding_size=8, epochs=1, device="cpu")


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rivals") / "world"
    return Source(str(folder), demo.generate(folder, **SMALL))


@pytest.fixture(scope="module")
def features(source):
    accounts = account_table(source.dataset)
    block = np.random.default_rng(0).random((len(accounts), 4), dtype=np.float32)
    return FeatureSet(accounts, source.dataset.collaborations, {"attribute": block})


class _Colours(nn.Module):
    """Three classes by mean colour."""

    def __init__(self):
        super().__init__()
        self.last = nn.Linear(3, 3)
        nn.init.eye_(self.last.weight)

    def forward(self, x):
        return self.last(10 * x.mean(dim=(2, 3)))


@pytest.fixture
def recognised(monkeypatch, tmp_path):
    """Small networks that need no training, and a data folder of the test's own."""
    crop = ResizeCrop(resize=(8, 8), crop=8, mean=(0, 0, 0), std=(1, 1, 1))
    torch.manual_seed(0)
    network = Recogniser("colours", ("red", "green", "blue"), _Colours(), crop)
    monkeypatch.setattr(rivals, "recognisers", lambda *_: (network, network))
    monkeypatch.setenv("MORNING_DATA", str(tmp_path / "data"))


def there(inputs):
    return {name for name in NEEDS if getattr(inputs, name, None) is not None}


EVERYTHING = {"activity", "text_history", "image_history", "concepts", "competence"}


def test_everything_by_default(source, features, recognised, tmp_path):
    inputs, notes = rivals.rival_inputs(source, features, cosmic=TINY)
    assert there(inputs) == EVERYTHING
    assert len(notes) == 1
    assert notes[0].startswith("COSMIC's likeliest concept")
    assert list((tmp_path / "data" / "cache" / "cosmic").glob("*.safetensors"))


@pytest.mark.parametrize("needs", [(), ("activity",), ("text_history", "image_history")])
def test_nothing_but_what_is_needed(source, features, recognised, needs):
    inputs, notes = rivals.rival_inputs(source, features, needs=needs, cosmic=TINY)
    assert (there(inputs), notes) == (set(needs), [])


def test_pictures_are_not_touched_where_nobody_looks_at_them(source, features, monkeypatch):
    monkeypatch.setattr(rivals, "recognisers", None)  # it would be called
    inputs, _ = rivals.rival_inputs(source, features, needs=("activity", "competence"))
    assert there(inputs) == {"activity", "competence"}


def test_without_networks_the_rest_is_there(source, features):
    inputs, notes = rivals.rival_inputs(source, features, visual="none")
    assert there(inputs) == {"activity", "text_history", "competence"}
    assert notes == ["Pictures are left out, as asked."]


def test_what_cannot_be_computed_is_said_and_takes_nothing_else_with_it(
    source, features, recognised
):
    posts = source.dataset.posts.assign(likes=None, comments=None, image=None)
    bare = replace(source.dataset, posts=posts.astype({"likes": "Int64", "comments": "Int64"}))
    silent = bare.accounts.assign(followers=None).astype({"followers": "Int64"})
    bare = replace(bare, accounts=silent)
    inputs, notes = rivals.rival_inputs(replace(source, dataset=bare), features)
    assert there(inputs) == {"activity", "text_history"}
    assert [note.split(":")[0] for note in notes] == [
        "The engagement of collaborations",
        "Pictures are left out",
    ]


def test_vectors_of_other_accounts_are_refused(source, features):
    turned = replace(features, accounts=features.accounts[::-1].reset_index(drop=True))
    with pytest.raises(MorningError, match="not made from"):
        rivals.rival_inputs(source, turned)


def test_methods_are_compared_on_brands_that_are_marked_at_the_door(
    source, features, tmp_path, monkeypatch
):
    features.save(tmp_path / "features")
    seen = {}

    def spy(inputs, rankers, *_, **__):
        seen["held out"] = len(inputs.features.brands("validation"))
        seen["needs"] = there(inputs)
        return []

    monkeypatch.setattr(baselines, "compare", spy)
    data = source.name
    training = len(features.brands("train"))
    for profile in ("quick", "paper"):
        baselines.compare_folder(tmp_path / "features", ["MIV"], data=data, profile=profile)
        assert seen["held out"] == training // 10, profile
        assert seen["needs"] == {"activity"}
