"""What a damaged file raises becomes one sentence; mistakes in the code do not."""

import pytest
from morning.errors import ContractError, MorningError, Problem
from morning.guard import readable
from safetensors import SafetensorError


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (KeyError("blocks"), "a.json: cannot be read as JSON ('blocks' is missing); make it again"),
        (ValueError("one\ntwo"), "a.json: cannot be read as JSON (one); make it again"),
        (SafetensorError(), "a.json: cannot be read as JSON (SafetensorError); make it again"),
        (MorningError("odd"), "a.json: odd; make it again"),
        (MorningError("a.json: odd"), "a.json: odd; make it again"),
        (ValueError("\x1b[2J"), "a.json: cannot be read as JSON (�[2J); make it again"),
    ],
)
def test_it_names_the_file_and_what_to_do(error, told):
    with pytest.raises(MorningError) as caught, readable("a.json", "JSON", "make it again"):
        raise error
    assert str(caught.value) == told
    assert caught.value.__cause__ is error


@pytest.mark.parametrize("error", [NameError, AssertionError, ImportError, KeyboardInterrupt])
def test_mistakes_in_the_code_stay_what_they_are(error):
    with pytest.raises(error), readable("a.json"):
        raise error


def test_problems_of_a_contract_are_kept():
    with pytest.raises(ContractError) as caught, readable("a.json"):
        raise ContractError("Dataset", [Problem("posts.csv", "is wrong")])
    assert caught.value.problems[0].file == "posts.csv"
