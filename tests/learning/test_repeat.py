"""Trainings that repeat."""

import pytest
import torch
from morning.learning.repeat import cuda_devices, mix_seeds, one_thread

CPU = torch.device("cpu")


def test_every_seed_and_epoch_has_a_seed_of_its_own():
    found = [mix_seeds(seed, epoch) for seed in range(20) for epoch in range(20)]
    assert len(set(found)) == 400
    assert all(0 <= seed < 2**63 for seed in found)
    assert mix_seeds(3, 4) == mix_seeds(3, 4)


def test_one_thread_and_back_again_even_after_an_error():
    def fail():
        assert torch.get_num_threads() == 1
        raise KeyError

    before = torch.get_num_threads()
    with pytest.raises(KeyError), one_thread(CPU):
        fail()
    assert torch.get_num_threads() == before


def test_random_state_of_gpus_that_a_training_changes():
    assert cuda_devices(CPU) == []
    gpu = torch.device("cuda", 0)
    assert cuda_devices(gpu) == [gpu]
