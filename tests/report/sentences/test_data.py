"""What is ranked."""

from morning.report.sentences.data import task_size
from toys.tasks import make_task


def test_the_size_of_a_task():
    on = make_task([[1, 0, 0, 1], [0, 1, 0, 0]], ["a", "b"])
    assert task_size(on) == (
        "Every one of **2 test brands** ranks **4 candidates**; 3 of the 8 pairs are positive "
        "(37.5%)."
    )
