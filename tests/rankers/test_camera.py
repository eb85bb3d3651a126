"""CAMERA: its score pair by pair."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from morning.evaluation import official_task
from morning.features.rivals.inputs import Concepts
from morning.rankers.camera import Camera, CameraOptions, influencer_scalars
from morning.rankers.neural import encoders
from toys import rivals as worlds


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
