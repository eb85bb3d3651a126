"""Named settings: the two columns of the specification's table, and the ablations."""

import pytest
from morning.errors import MorningError
from morning.evaluation.published import PUBLISHED
from morning.features import BLOCKS
from morning.models import PROFILES, VARIANTS, Profile, profile
from morning.models.profiles import TrainingOptions

RANKING = ("triplet", "cross_entropy")

#: Spec section 8, "two ready profiles": (part, option) -> paper, code.
TABLE = {
    ("model", "initialisation"): ("uniform", "normal"),
    ("model", "projections"): (True, False),
    ("model", "sigmoid_in_softmax"): (False, True),
    ("model", "shared_attention"): (True, False),
    ("model", "dropout"): ("activations", "weights"),
    ("model", "dropout_rate"): (0.5, 0.5),
    ("model", "negative_slope"): (0.01, 0.01),
    ("model", "co_attention"): (True, True),
    ("objective", "losses"): (
        ("triplet", "cross_entropy"),
        ("triplet", "cross_entropy", "shrinkage"),
    ),
    ("objective", "triplet_reduction"): ("mean", "active"),
    ("objective", "l1"): (0.001, 0.001),
    ("objective", "margins"): ({"content": 4, "audience": 2, "attribute": 2},) * 2,
    ("training", "decay"): ("epoch", "steps"),
    ("training", "decay_rate"): (0.95, 0.99),
    ("training", "negatives"): (1, 57),
    ("training", "resample"): (True, False),
    ("training", "epochs"): (100, 100),
    ("training", "batch_size"): (16, 16),
    ("training", "learning_rate"): (0.002, 0.002),
}


@pytest.mark.parametrize(("part", "option"), TABLE)
def test_paper_and_code(part, option):
    found = tuple(getattr(getattr(profile(name), part), option) for name in ("paper", "code"))
    assert found == TABLE[part, option]


def test_every_profile_has_layers_for_every_block():
    for chosen in PROFILES.values():
        assert set(chosen.model.layers) == set(BLOCKS)
        assert {widths[-1] for widths in chosen.model.layers.values()} == {
            chosen.model.embedding_size
        }


def test_unknown_profile():
    with pytest.raises(MorningError, match=r"unknown profile 'pape'; known are paper, code"):
        profile("pape")


class TestLearningRate:
    """After 100 epochs of 12,000 steps: 1.2e-5, 7.3e-4 and 2e-3 (D7)."""

    @pytest.mark.parametrize(
        ("name", "expected"), [("paper", 1.184e-5), ("code", 7.32e-4), ("constant", 2e-3)]
    )
    def test_at_the_end(self, name, expected):
        constant = name == "constant"
        training = TrainingOptions(decay="constant") if constant else profile(name).training
        assert training.learning_rate_at(100, 1_200_000) == pytest.approx(expected, rel=0.002)

    @pytest.mark.parametrize("name", ["paper", "code", "quick"])
    def test_at_the_start(self, name):
        assert profile(name).training.learning_rate_at(0, 0) == 0.002

    def test_in_stairs(self):
        code, paper = profile("code").training, profile("paper").training
        assert code.learning_rate_at(5, 11_999) == 0.002
        assert code.learning_rate_at(0, 12_000) == pytest.approx(0.002 * 0.99)
        assert paper.learning_rate_at(1, 1) == pytest.approx(0.002 * 0.95)
        assert paper.learning_rate_at(0, 99_999) == 0.002


class TestVariants:
    def test_are_those_of_the_paper(self):
        assert list(VARIANTS) == list(PUBLISHED["table4_ablations"])
        assert len(set(VARIANTS.values())) == 7

    @pytest.mark.parametrize("name", VARIANTS)
    def test_change_the_perspectives_and_nothing_else(self, name):
        variant = profile("code").variant(name)
        assert variant.model.perspectives == VARIANTS[name]
        assert variant.variant("full") == profile("code")

    def test_unknown(self):
        with pytest.raises(MorningError, match="unknown variant 'c'; known are c-only"):
            Profile().variant("c")


class TestTrainingOptions:
    def test_trained_with(self):
        changed = profile("code").trained_with(epochs=3, seed=None)
        assert (changed.training.epochs, changed.training.seed) == (3, 0)
        assert changed.trained_with(epochs=100) == profile("code")

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"decay": "cosine"}, "unknown decay 'cosine'"),
            ({"epochs": 0}, "epochs must be at least 1, not 0"),
            ({"batch_size": -1}, "batch_size must be at least 1"),
            ({"negatives": 0}, "negatives must be at least 1"),
            ({"decay_steps": 0}, "decay_steps must be at least 1"),
            ({"learning_rate": 0.0}, "learning_rate must be positive, not 0.0"),
            ({"learning_rate": float("nan")}, "learning_rate must be positive"),
            ({"seed": -1}, r"seed must be between 0 and 2\*\*32 - 1, not -1"),
        ],
    )
    def test_refused(self, options, message):
        with pytest.raises(MorningError, match=message):
            TrainingOptions(**options)
