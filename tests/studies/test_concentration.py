"""How concentrated vectors are, on known answers."""

import numpy as np
import pytest
from morning.studies.concentration import concentration


def test_known_answers():
    vectors = {
        "one-hot": np.eye(4, dtype=np.float32),
        "even": np.full((3, 4), 0.25, np.float32),
        "mixed": np.array([[1, 0, 0, 0], [0.5, 0.5, 0, 0], [0.25] * 4], np.float32),
    }
    found = concentration(vectors)
    assert list(found) == list(vectors)
    assert found["one-hot"] == {"classes": 4, "largest": 1, "effective": 1, "effective_90": 1}
    assert found["even"]["largest"] == 0.25
    assert found["even"]["effective"] == pytest.approx(4)
    # Classes 1, 2 and 4: nine tenths of the way lie four fifths of the way from 2 to 4.
    assert (found["mixed"]["largest"], found["mixed"]["effective"]) == (0.5, pytest.approx(2))
    assert found["mixed"]["effective_90"] == pytest.approx(3.6)
