"""Columns made comparable."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from morning.errors import MorningError
from morning.features.standardise import standardised, unit
from toys import rivals as worlds


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
