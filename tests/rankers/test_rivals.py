"""Parts of the rivals that have one right answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from morning.errors import MorningError
from morning.evaluation import official_task
from morning.features.rivals.inputs import Concepts
from morning.features.standardise import standardised, unit
from morning.models.checkpoint import TrainedModel
from morning.rankers import ranker
from morning.rankers.camera import Camera, CameraOptions, influencer_scalars
from morning.rankers.mir import competence_matrix, draw_lists
from morning.rankers.neural import Encoder, encoders
from morning.rankers.towers import response_normalised
from toys import rivals as worlds


class TestLists:
    @settings(max_examples=40, deadline=None)
    @given(st.integers(2, 5), st.integers(1, 8), st.integers(1, 4), st.integers(0, 2**32 - 1))
    def test_levels_fall_and_the_last_is_no_partner(self, k, partners, lists, seed):
        rng = np.random.default_rng(seed)
        positives = np.zeros((1, 12), dtype=bool)
        positives[0, rng.permutation(12)[:partners]] = True
        competence = rng.uniform(0.1, 1, positives.shape)
        brand, influencer, label = draw_lists(competence, positives, k, lists, rng)
        assert influencer.shape == (lists * partners, k)
        assert (brand == 0).all()
        assert positives[0, influencer[:, :-1]].all()
        assert not positives[0, influencer[:, -1]].any()
        assert (np.diff(competence[0, influencer[:, :-1]], axis=1) <= 0).all()
        np.testing.assert_allclose(label.sum(axis=1), 1)
        np.testing.assert_array_equal(label[:, -1], 0)

    def test_groups_are_quantiles(self):
        positives = np.array([[True] * 4 + [False]])
        competence = np.array([[0.4, 0.3, 0.2, 0.1, 9.0]])
        _, influencer, _ = draw_lists(competence, positives, 3, 50, np.random.default_rng(0))
        assert set(influencer[:, 0]) == {0, 1}
        assert set(influencer[:, 1]) == {2, 3}

    def test_brand_with_every_candidate_has_no_list(self):
        full = np.ones((1, 3), dtype=bool)
        brand, influencer, label = draw_lists(np.ones((1, 3)), full, 2, 1, np.random.default_rng(0))
        assert (len(brand), influencer.shape, label.shape) == (0, (0, 2), (0, 2))

    def test_unknown_competence_counts_as_one(self):
        world = worlds.world()
        fit = official_task(world.features)
        pairs = world.features.collaborations
        brand, influencer = pairs.loc[pairs["brand_id"] == "test-0-0"].iloc[0]
        table = pd.DataFrame(
            [(brand, influencer, 0.25), ("nobody", influencer, 9.0)],
            columns=["brand_id", "influencer_id", "score"],
        )
        matrix = competence_matrix(world.features, table, fit)
        b, m = world.features.rows([brand, influencer])
        assert matrix[fit.brands == b, fit.influencers == m] == 0.25
        assert (np.delete(matrix.ravel(), np.flatnonzero(matrix != 1)) == 1).all()
        assert (matrix != 1).sum() == 1


def test_response_normalisation_by_hand():
    x = torch.tensor([[1.0, 2.0, 0.0, 3.0]])
    # windows of up to two neighbours on each side: 1+4+0, 1+4+0+9, 1+4+0+9, 4+0+9
    expected = torch.tensor([[1 / 5.1, 2 / 14.1, 0.0, 3 / 13.1]])
    torch.testing.assert_close(response_normalised(x), expected)


def test_response_normalisation_stays_within_its_512_channels():
    x = torch.zeros(1, 1024)
    x[0, 511] = 1.0
    x[0, 512] = 1.0
    out = response_normalised(x)
    torch.testing.assert_close(out[0, 511:513], torch.full((2,), 1 / 1.1))


class TestDropout:
    def test_one_mask_for_all_accounts_of_a_step_and_none_afterwards(self):
        torch.manual_seed(0)
        encoder = Encoder(6, 8, 4, keep=0.5, dropped=1, biased=1)
        x = torch.randn(2, 6)
        encoder.train()
        encoder.draw()
        torch.testing.assert_close(encoder(x[:1]), encoder(x)[:1])
        with_mask = encoder(x)
        encoder.release()
        assert not torch.equal(encoder(x), with_mask)

    def test_biases_only_where_asked(self):
        encoder = Encoder(6, 8, 4, keep=0.5, dropped=1, biased=1)
        assert encoder.layers[0].bias is not None
        assert torch.equal(encoder.layers[0].bias, torch.zeros(8))
        assert encoder.layers[1].bias is None


class TestCamera:
    def test_released_pairing_is_the_reshape(self):
        values = torch.arange(16.0)
        released = Camera(CameraOptions(pairing="released")).paired(values)
        positives, negatives = values[0::2], values[1::2]
        expected = torch.cat([positives, negatives]).reshape(8, 2).reshape(-1)
        torch.testing.assert_close(released, expected)
        torch.testing.assert_close(Camera().paired(values), values)

    def test_matrix_equals_the_definition_pair_by_pair(self):
        world = worlds.world()
        on = official_task(world.features)
        fitted = worlds.quick("CAMERA", epochs=1).fit(world, progress=False)
        arrays = fitted._arrays
        module = Camera(fitted.options)
        # Rebuild the network and follow spec 6.6 for one pair.
        from morning.rankers.concept_net import ConceptNet

        net = ConceptNet(world.concepts, arrays["scalars"], fitted.options)
        net.load_state_dict(
            {k[4:]: torch.from_numpy(v) for k, v in arrays.items() if k.startswith("net.")}
        )
        net.eval()
        b, m = int(on.brands[2]), int(on.influencers[7])
        table, e_h = net.table, net.history
        largest = net.largest
        with torch.no_grad():

            def attended(who, other):
                u = table[largest[who]]
                affinity = (net.psi(e_h[other]) * net.rho(u)).mean(dim=1)
                e_r = (torch.softmax(affinity, 0)[:, None] * u).sum(dim=0)
                return net.gamma(torch.cat([e_r, e_h[who]]))

            product = attended(b, m) @ attended(m, b)
            x = torch.from_numpy(arrays["scalars"][[m]])
            expected = product * net.gates[0](x[:, :2]) * net.gates[1](x[:, 2:])
        assert module.needs == ("concepts", "activity")
        np.testing.assert_allclose(fitted.score(on)[2, 7], float(expected), rtol=1e-4)

    def test_multipliers_depend_on_the_influencer_alone(self):
        world = worlds.world()
        on = official_task(world.features)
        camera = worlds.quick("CAMERA", epochs=2).fit(world, progress=False)
        plain = worlds.quick("CAMERA", epochs=2).fit(world, progress=False)
        for name, value in plain._arrays.items():
            if ".out" in name:
                plain._arrays[name] = np.zeros_like(value)  # both gates at one half
        ratio = camera.score(on) / plain.score(on)
        np.testing.assert_allclose(ratio, np.tile(ratio[:1], (len(ratio), 1)), rtol=1e-3)
        assert ratio[0].std() > 0

    def test_gates_are_not_penalised(self):
        world = worlds.world()
        from morning.rankers.concept_net import ConceptNet

        net = ConceptNet(world.concepts, np.zeros((len(world.features), 4)), CameraOptions())
        assert len(encoders(net)) == 3

    def test_top_concepts_are_at_most_those_there(self):
        world = worlds.world()
        on = official_task(world.features)
        few = Concepts(
            world.concepts.distribution[:, :3], world.concepts.vectors[:3], ("a", "b", "c")
        )
        scores = worlds.quick("CATR", epochs=1).fit(replace(world, concepts=few), progress=False)
        assert np.isfinite(scores.score(on)).all()

    def test_scalars_are_standard_and_unknown_is_average(self):
        activity = worlds.world().activity.copy()
        activity.loc[3, "followers"] = np.nan
        x = influencer_scalars(activity)
        known = np.delete(x, 3, axis=0)
        np.testing.assert_allclose(known[:, :3].mean(axis=0), 0, atol=1e-9)
        np.testing.assert_allclose(x[:, 3].mean(), 0, atol=1e-9)
        np.testing.assert_allclose(x.shape, (len(activity), 4))
        np.testing.assert_array_equal(x[3, :3], 0)


@pytest.mark.parametrize(
    "changes", [{"branches": ("text",)}, {"branches": ("image",)}, {"fusion": "concat"}]
)
def test_variants_of_mir_run_and_are_named(changes):
    world = worlds.world()
    on = official_task(world.features)
    fitted = worlds.quick("MIR-4", **changes, epochs=1).fit(world, progress=False)
    assert fitted.name not in ("MIR-4",)
    assert fitted.paper_row is None
    assert fitted.score(on).shape == on.positives.shape


def test_plain_and_weighted_pooling_differ():
    world = worlds.world()
    on = official_task(world.features)
    weighted, plain = (
        ranker("SBR", pooling=pooling).fit(world).score(on) for pooling in ("weighted", "plain")
    )
    assert not np.array_equal(weighted, plain)


class TestStandardised:
    def test_columns(self):
        features = worlds.world().features
        x = standardised(features)
        assert x.shape == (len(features), sum(features.sizes().values()))
        np.testing.assert_allclose(x.mean(axis=0), 0, atol=1e-12)
        np.testing.assert_allclose(x.std(axis=0), 1)

    def test_topics_are_logarithms_and_constants_zero(self):
        features = worlds.world().features
        share = np.full((len(features), 2), 0.5, np.float32)
        share[:3, 0] = [0.0, 0.1, 0.01]
        x = standardised(replace(features, blocks={"content_topics": share}))
        logs = np.log(np.maximum(share[:, 0].astype(float), 1e-6))
        np.testing.assert_allclose(x[:, 0], (logs - logs.mean()) / logs.std())
        np.testing.assert_array_equal(x[:, 1], 0)

    def test_absent_block(self):
        features = worlds.world().features.select(["attribute"])
        with pytest.raises(MorningError, match="content_topics"):
            standardised(features, ["content_topics"])

    def test_unit_rows(self):
        np.testing.assert_allclose(unit(np.array([[3.0, 4.0], [0.0, 0.0]])), [[0.6, 0.8], [0, 0]])


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


def test_morning_scores_as_its_own_model_does(tmp_path):
    world = worlds.world()
    on = official_task(world.features)
    fitted = worlds.quick("MORNING").fit(world, seed=5, folder=tmp_path / "m", progress=False)
    model = TrainedModel.load(tmp_path / "m")
    assert model.profile.training.seed == 5
    expected = model.score(world.features, on)["F"]
    np.testing.assert_allclose(fitted.score(on), expected, rtol=1e-4, atol=1e-5)


def test_the_epoch_is_the_best_on_validation_brands():
    world = worlds.world()
    fitted = worlds.quick("HPTR", margins=(2.0,)).fit(world, progress=False)
    aucs = [entry["auc"] for entry in fitted.about["history"]]
    assert fitted.about["epoch"] == 1 + int(np.argmax(aucs))


def test_without_validation_brands_the_last_epoch_is_kept():
    world = worlds.world()
    accounts = world.features.accounts
    few = accounts["account_id"].isin(["train-0-0", "train-1-0", "train-2-0", "train-3-0"])
    split = accounts["split"].where(few | accounts["split"].isna(), "test")
    features = replace(world.features, accounts=accounts.assign(split=split))
    fitted = worlds.quick("CATR", epochs=3).fit(replace(world, features=features), progress=False)
    assert fitted.about["epoch"] == 3
    assert [entry["auc"] for entry in fitted.about["history"]] == [None] * 3


def test_a_loss_that_is_not_finite_is_reported():
    with pytest.raises(MorningError, match="lower learning_rate"):
        worlds.quick("MIR-4", learning_rate=1e9).fit(worlds.world(), progress=False)


class TestTuned:
    def test_takes_the_weight_with_the_best_validation_auc(self, tmp_path):
        world = worlds.world()
        fitted = worlds.quick("MORNING-tuned", l1=(50.0, 0.0), l1_epochs=2).fit(
            world, folder=tmp_path / "m", progress=False
        )
        reached = {}
        for l1 in ("0", "50"):
            model = TrainedModel.load(tmp_path / "m" / f"l1-{l1}")
            reached[float(l1)] = model.history[model.epoch - 1]["validation"]["auc"]
            assert len(model.history) == 2
        assert reached[0.0] > reached[50.0]  # so large a weight leaves nothing
        assert fitted.about["l1"] == 0.0
        assert TrainedModel.load(tmp_path / "m" / "chosen").profile.objective.l1 == 0.0

    def test_one_candidate_is_that_profile(self):
        world = worlds.world()
        on = official_task(world.features)
        plain = worlds.quick("MORNING").fit(world, progress=False).score(on)
        tuned = worlds.quick("MORNING-tuned", l1=(0.001,)).fit(world, progress=False)
        np.testing.assert_array_equal(tuned.score(on), plain)
        assert (tuned.name, tuned.paper_row) == ("MORNING-tuned", None)
