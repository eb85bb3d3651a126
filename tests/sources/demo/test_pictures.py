"""Drawn pictures and their labels."""

import numpy as np
from morning.sources import demo
from morning.sources.demo.vocabulary import vocabulary


class TestPictures:
    def test_labelled_pictures(self):
        images, objects, scenes = demo.labelled_pictures(400, seed=3, size=32)
        assert images.shape == (400, 32, 32, 3)
        assert images.dtype == np.uint8
        assert set(objects) == set(range(len(demo.OBJECTS)))
        assert set(scenes) == set(range(len(demo.SCENES)))
        again = demo.labelled_pictures(400, seed=3, size=32)[0]
        np.testing.assert_array_equal(images, again)
        assert (images != demo.labelled_pictures(400, seed=4, size=32)[0]).mean() > 0.8

    def test_labelled_pictures_are_not_in_the_world(self, folder):
        truth = demo.truth(folder)
        images, objects, _ = demo.labelled_pictures(len(truth.post_ids), seed=0, size=64)
        assert (objects != truth.post_objects).any()
        assert len(np.unique(images.reshape(len(images), -1), axis=0)) == len(images)

    def test_scenes_can_be_told_apart(self):
        images, _, scenes = demo.labelled_pictures(1200, seed=0, size=16)
        x = images.reshape(1200, -1).astype(float)
        means = np.stack([x[:900][scenes[:900] == k].mean(axis=0) for k in range(len(demo.SCENES))])
        nearest = ((x[900:, None] - means[None]) ** 2).sum(axis=2).argmin(axis=1)
        assert (nearest == scenes[900:]).mean() > 0.85

    def test_every_topic_names_known_objects_and_scenes(self):
        shown = set()
        for topic in vocabulary().topics.values():
            assert set(topic.scenes) <= set(demo.SCENES)
            shown |= set(topic.objects)
        assert shown == set(demo.OBJECTS)
