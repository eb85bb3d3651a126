"""Who is who in a generated world, and who works with whom."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from morning.errors import MorningError
from morning.sources import demo
from morning.sources.demo.build import tables
from morning.sources.demo.vocabulary import vocabulary
from morning.sources.demo.world import WEIGHTS, plan
from scipy.stats import rankdata
from toys.worlds import SMALL


def auc(scores, positives):
    """Mean over rows of the chance that a positive is above a negative."""
    ranks, n, m = rankdata(scores, axis=1), positives.sum(axis=1), (~positives).sum(axis=1)
    return float(np.mean(((ranks * positives).sum(axis=1) - n * (n + 1) / 2) / (n * m)))


def protocol_auc(world, scores):
    """AUC of the test brands over the union of their positives."""
    test = np.array(world.splits) == "test"
    candidates = world.partners[test].any(axis=0)
    return auc(scores[test][:, candidates], world.partners[test][:, candidates])


class TestPreference:
    def test_oracle_ranks_positives_first_and_every_part_carries_its_own(self, worlds):
        whole = np.mean([protocol_auc(w, w.scores) for w in worlds])
        assert whole > 0.9
        for part in WEIGHTS:
            alone = np.mean([protocol_auc(w, w.parts[part]) for w in worlds])
            without = np.mean(
                [
                    protocol_auc(w, sum(WEIGHTS[p] * w.parts[p] for p in WEIGHTS if p != part))
                    for w in worlds
                ]
            )
            assert 0.65 < alone < whole - 0.05, part
            assert without < whole - 0.01, part

    def test_scores_are_the_weighted_sum_of_standardised_parts(self, worlds):
        world = worlds[0]
        expected = sum(WEIGHTS[name] * part for name, part in world.parts.items())
        np.testing.assert_allclose(world.scores, expected)
        for part in world.parts.values():
            assert abs(part.mean()) < 1e-9
            assert part.std() == pytest.approx(1)

    def test_parts_are_nearly_independent(self, worlds):
        for world in worlds:
            correlation = np.corrcoef([part.ravel() for part in world.parts.values()])
            assert np.abs(correlation[np.triu_indices(3, 1)]).max() < 0.1

    def test_category_drives_part_of_the_content_preference_only(self, worlds):
        for world in worlds:
            category = pd.factorize(np.array(world.categories))[0]
            field = world.content[len(category) :, :12].argmax(axis=1)
            same = category[:, None] == field[None]
            gap = {n: p[same].mean() - p[~same].mean() for n, p in world.parts.items()}
            assert gap["content"] > 0.5
            assert abs(gap["audience"]) < 0.15
            assert abs(gap["attribute"]) < 0.15
            assert world.parts["content"][same].std() > 0.3

    def test_without_structure_nothing_can_be_learned(self):
        planned = [plan(demo.DemoOptions(structure=0, seed=seed)) for seed in range(12)]
        for part in WEIGHTS:
            aucs = [auc(w.parts[part], w.partners) for w in planned]
            assert np.mean(aucs) == pytest.approx(0.5, abs=0.015)
        agree = []
        for world in planned:
            category = pd.factorize(np.array(world.categories))[0]
            field = world.content[len(category) :, :12].argmax(axis=1)
            agree.append((category[:, None] == field[None])[world.partners].mean())
            assert (world.scores == 0).all()
        assert np.mean(agree) == pytest.approx(1 / 12, abs=0.02)

    def test_the_dial_only_changes_who_works_with_whom(self):
        low, high = (plan(demo.DemoOptions(structure=s)) for s in (0.0, 1.0))
        np.testing.assert_array_equal(low.content, high.content)
        np.testing.assert_array_equal(low.audience, high.audience)
        assert low.splits == high.splits
        assert (low.partners != high.partners).any()

    def test_styles_and_personas_share_no_word(self):
        styles = {word for style in vocabulary().styles for word in style}
        personas = {word for persona in vocabulary().personas for word in persona}
        assert not styles & personas


class TestLabels:
    def test_default_shape_is_that_of_the_real_set(self, worlds):
        for world in worlds:
            per_brand, per_influencer = world.partners.sum(axis=1), world.partners.sum(axis=0)
            assert 8 <= per_brand.min() <= per_brand.max() <= 12
            assert per_influencer.min() >= 1
            assert (per_influencer <= 2).mean() > 0.8
            table = pd.crosstab(pd.Series(world.categories), pd.Series(world.splits))
            assert len(table) == 12
            assert (table["test"] == 2).all()
            assert (table["train"] == 3).all()

    @settings(max_examples=60, deadline=None)
    @given(
        brands=st.integers(2, 40),
        influencers=st.integers(2, 80),
        structure=st.sampled_from([0.0, 1.0, 10.0]),
        seed=st.integers(0, 1000),
    )
    def test_any_size_is_valid(self, brands, influencers, structure, seed):
        world = plan(
            demo.DemoOptions(brands=brands, influencers=influencers, structure=structure, seed=seed)
        )
        assert (world.partners.sum(axis=1) >= 1).all()
        if influencers >= brands:
            assert (world.partners.sum(axis=0) >= 1).all()
        assert np.isfinite(world.scores).all()
        np.testing.assert_allclose(world.content.sum(axis=1), 1)
        table = pd.crosstab(pd.Series(world.categories), pd.Series(world.splits))
        if brands >= 4 or len(table) == 1:
            assert (table.sum(axis=1) >= 2).all()
        assert (table["test"] >= 1).all()
        assert (table["train"] >= 1).all()
        assert len(set(world.brand_ids)) == brands

    @pytest.mark.parametrize(
        ("option", "value"),
        [("brands", 1), ("influencers", 0), ("posts", 0), ("structure", -1.0), ("seed", -1),
         ("structure", float("nan")), ("picture_size", 4096), ("audience", -1),
         ("role_gap", -0.1), ("role_gap", 1.1)],
    )  # fmt: skip
    def test_senseless_options_are_refused(self, option, value, tmp_path):
        with pytest.raises(MorningError, match=option):
            demo.generate(tmp_path / "world", **{**SMALL, option: value})
        assert not list(tmp_path.iterdir())


class TestRoles:
    def shares(self, gap):
        """Share of products among the two objects of a category, by role."""
        config = demo.DemoOptions(role_gap=gap, audience=3, audience_posts=3)
        dataset, objects, _ = tables(plan(config), config)
        pairs = [t.objects for t in vocabulary().topics.values() if len(t.objects) == 2]
        products = {product for product, _ in pairs}
        around = {other for _, other in pairs} - products
        shown = pd.Series([demo.OBJECTS[o] for o in objects])
        role = dataset.posts["account_id"].str.split("-").str[0]
        known = shown.isin(products | around)
        return shown.isin(products)[known].groupby(role[known]).mean()

    def test_brands_picture_the_product_and_influencers_what_is_around_it(self):
        share = self.shares(1.0)
        assert share["brand"] > 0.9
        assert share["influencer"] < 0.1
        assert share["audience"] == pytest.approx(0.5, abs=0.05)

    def test_without_a_gap_they_picture_the_same(self):
        share = self.shares(0.0)
        assert share["brand"] == pytest.approx(0.5, abs=0.07)
        assert share["influencer"] == pytest.approx(0.5, abs=0.05)

    def test_captions_do_not_depend_on_it(self):
        alike, apart = (
            tables(plan(config), config)[0].posts["caption"].tolist()
            for config in (
                demo.DemoOptions(role_gap=gap, posts=2, audience=0) for gap in (0.0, 1.0)
            )
        )
        assert alike == apart
