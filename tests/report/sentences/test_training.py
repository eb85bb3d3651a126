"""How a model is trained."""

from morning.models.profiles import PROFILES
from morning.report.sentences.training import training_plan
from toys.vectors import checkerboard


def test_the_plan_has_the_numbers_of_the_profile_and_of_the_data():
    profile = PROFILES["paper"].trained_with(epochs=7, batch_size=5, learning_rate=0.25)
    assert training_plan("mine", profile, checkerboard()) == (
        "Profile **mine**: 7 epochs, batches of 5 pairs, embeddings of "
        f"{profile.model.embedding_size}, learning rate 0.25, λ = {profile.objective.l1}. "
        "16 brands are trained on; 8 training brands, spread over the categories, are set aside "
        "to choose the epoch. The test brands play no part in it."
    )
