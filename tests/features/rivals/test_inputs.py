"""What a method is fitted on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from morning.errors import MorningError
from toys import rivals as worlds


class TestInputs:
    def test_lengths_must_agree(self):
        world = worlds.world()
        with pytest.raises(MorningError, match="activity has"):
            replace(world, activity=world.activity.iloc[1:])
        with pytest.raises(MorningError, match="one vector per column"):
            replace(world, concepts=replace(world.concepts, vectors=world.concepts.vectors[1:]))

    def test_columns_must_be_there(self):
        world = worlds.world()
        with pytest.raises(MorningError, match="followers"):
            replace(world, activity=world.activity.drop(columns="followers"))

    def test_blinded_has_no_test_collaboration(self):
        blind = worlds.world().blinded()
        for table in (blind.features.collaborations, blind.competence):
            assert not table["brand_id"].str.startswith("test").any()
            assert table["brand_id"].str.startswith("train").any()

    def test_digests_tell_every_part_apart(self):
        world = worlds.world()
        before, blocks = world.digests(), dict(world.features.blocks)
        blocks["attribute"] = blocks["attribute"] + 1
        after = replace(
            world,
            features=replace(world.features, blocks=blocks),
            activity=world.activity * 2,
        ).digests()
        assert {k for k in before if before[k] != after[k]} == {"attribute", "activity"}
        assert world.digests() == before
