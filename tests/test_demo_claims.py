"""What the demo promises: each perspective teaches something, and without structure nothing does.

Topics and attributes are computed from captions and biographies. What the pictures show is taken
from the generator, not from a network: the networks have tests of their own.
"""

import numpy as np
import pytest
from morning.attributes.block import AttributeOptions, attribute_block
from morning.attributes.embedding import Node2VecOptions
from morning.evaluation import difference, estimate, official_task
from morning.features import FeatureSet
from morning.features.featureset import account_table
from morning.features.posts import Posts
from morning.features.topics import TopicOptions, topic_block
from morning.models.jobs import train_seeds
from morning.models.profiles import profile
from morning.sources import demo
from morning.studies.trained import statistics

SEEDS = 3
METRIC = "auc_clean"
SINGLES = ("c-only", "au-only", "att-only")


def pooled(posts, truth, n):
    """Return the share of each object and each scene in the posts of each account."""
    row = {post: i for i, post in enumerate(truth.post_ids)}
    shown = np.array([row[post] for post in posts.column("post_id")])
    halves = []
    for labels, names in (
        (truth.post_objects, demo.OBJECTS),
        (truth.post_scenes, demo.SCENES),
    ):
        counts = np.zeros((n, len(names)))
        np.add.at(counts, (posts.owner, np.asarray(labels)[shown]), 1)
        halves.append(counts / counts.sum(axis=1, keepdims=True))
    return np.hstack(halves).astype(np.float32)


def measured(folder, structure, announced=0.0):
    """Return what the brands of a small world give under each variant and seed."""
    world = demo.generate(
        folder / "world",
        brands=60,
        influencers=200,
        posts=6,
        audience=6,
        structure=structure,
        announced=announced,
        seed=3,
        picture_size=16,
    )
    truth, accounts = demo.truth(folder / "world"), account_table(world)
    own, audience = Posts.own(world), Posts.of_audience(world)
    walks = AttributeOptions(node2vec=Node2VecOptions(window=2, walks=50))
    topics = TopicOptions(topics=12, passes=6)
    features = FeatureSet(
        accounts,
        world.collaborations,
        {
            "content_visual": pooled(own, truth, len(accounts)),
            "content_topics": topic_block(own, topics)[0].values,
            "audience_visual": pooled(audience, truth, len(accounts)),
            "audience_topics": topic_block(audience, topics)[0].values,
            "attribute": attribute_block(world, walks)[0].values,
        },
    )
    quick, task = profile("quick").trained_with(epochs=12), official_task(features)
    found = {}
    for variant in (*SINGLES, "full"):
        chosen = quick.variant(variant)
        models = train_seeds(
            features, chosen, folder / variant, seeds=SEEDS, workers=1, progress=False
        )
        found[variant] = statistics(models, features, task)
    return found


@pytest.fixture(scope="module")
def structured(tmp_path_factory):
    return measured(tmp_path_factory.mktemp("structured"), 1.0)


def test_each_perspective_beats_chance(structured):
    for method in SINGLES:
        found = estimate(structured[method], METRIC)
        assert found.value - 2 * found.error > 0.5, method


def test_the_full_model_beats_each_single_perspective(structured):
    for method in SINGLES:
        ahead = difference(structured["full"], structured[method], METRIC)
        assert ahead.value - 2 * ahead.error > 0, method


def test_without_structure_nothing_can_be_learned(tmp_path):
    for method, runs in measured(tmp_path, 0.0).items():
        found = estimate(runs, METRIC)
        assert abs(found.value - 0.5) < 3 * found.error, method  # four values at once
