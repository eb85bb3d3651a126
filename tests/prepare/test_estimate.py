"""An estimate has one digit, and grows with what is there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from morning.prepare.estimate import Estimate

NUMBERS = st.integers(0, 10**7)


@pytest.mark.parametrize(
    ("seconds", "size", "said"),
    [
        (20, 4e5, "about 1 minute on two cores, and 1 MB of disk"),
        (290, 6.6e7, "about 5 minutes on two cores, and 70 MB of disk"),
        (3500, 9.6e8, "about 1 hour on two cores, and 1 GB of disk"),
        (50_000, 2.34e10, "about 10 hours on two cores, and 20 GB of disk"),
        (1e6, 0, "about 10 days on two cores, and 1 MB of disk"),
    ],
)
def test_has_one_digit(seconds, size, said):
    assert str(Estimate(seconds, size)) == said


@given(NUMBERS, NUMBERS, NUMBERS)
def test_more_takes_longer(captions, pictures, pairs):
    needs = Estimate.of(captions, pictures, pairs)
    for more in ((1, 0, 0), (0, 1, 0), (0, 0, 1)):
        other = Estimate.of(captions + more[0], pictures + more[1], pairs + more[2])
        assert other.seconds > needs.seconds
        assert other.bytes >= needs.bytes
