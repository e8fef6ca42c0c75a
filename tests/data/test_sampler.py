from collections import Counter

import pytest
import torch
from torch.utils.data import DataLoader, Dataset

from srrescgan.data.sampler import IterationSampler
from srrescgan.errors import ConfigError


def _sampler(**changes) -> IterationSampler:
    arguments = {
        "dataset_size": 10,
        "batch_size": 4,
        "accumulate": 1,
        "iterations": 15,
        "start_iteration": 0,
        "seed": 0,
        "rank": 0,
        "world_size": 1,
    }
    return IterationSampler(**(arguments | changes))


def _flat(sampler: IterationSampler) -> list[tuple[int, int]]:
    return [sample for batch in sampler for sample in batch]


def test_each_image_comes_once_per_epoch_and_no_remainder_is_dropped():
    stream = _flat(_sampler())  # 15 x 4 samples = 6 epochs of 10
    assert [epoch for epoch, _ in stream] == [position // 10 for position in range(60)]
    orders = [[index for e, index in stream if e == epoch] for epoch in range(6)]
    assert all(sorted(order) == list(range(10)) for order in orders)
    assert len({tuple(order) for order in orders}) == 6
    assert _flat(_sampler(seed=1)) != stream


def test_a_batch_may_be_larger_than_the_data_set():
    stream = _flat(_sampler(dataset_size=3, batch_size=8, iterations=3))
    assert Counter(stream) == Counter((epoch, index) for epoch in range(8) for index in range(3))


@pytest.mark.parametrize(("accumulate", "world_size"), [(1, 2), (2, 1), (2, 2), (4, 3)])
def test_processes_and_micro_batches_cut_the_same_global_batch(accumulate, world_size):
    whole = list(_sampler(batch_size=24))
    ranks = [
        list(_sampler(batch_size=24, accumulate=accumulate, world_size=world_size, rank=rank))
        for rank in range(world_size)
    ]
    assert all(len(batches) == 15 * accumulate for batches in ranks)
    for iteration, expected in enumerate(whole):
        micro = range(iteration * accumulate, (iteration + 1) * accumulate)
        joined = [sample for m in micro for batches in ranks for sample in batches[m]]
        assert joined == expected


@pytest.mark.parametrize("start", [0, 1, 7, 15])
def test_resuming_gives_the_tail(start):
    whole, resumed = _sampler(accumulate=2), _sampler(accumulate=2, start_iteration=start)
    assert list(resumed) == list(whole)[2 * start :]
    assert (len(whole), len(resumed)) == (30, 30 - 2 * start)


class _Echo(Dataset):
    def __getitem__(self, key):
        return torch.tensor(key)


def test_workers_do_not_matter():
    batches = [
        torch.stack(list(DataLoader(_Echo(), batch_sampler=_sampler(), num_workers=workers)))
        for workers in (0, 2)
    ]
    assert torch.equal(*batches)
    assert batches[0].reshape(-1, 2).tolist() == [list(sample) for sample in _flat(_sampler())]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"accumulate": 2, "world_size": 4},
            r"must divide by processes x accumulate = 4 x 2, got 4",
        ),
        ({"dataset_size": 0}, "contains no images"),
        ({"iterations": 0}, "at least 1"),
    ],
)
def test_impossible_cuts_are_refused(changes, message):
    with pytest.raises(ConfigError, match=message):
        _sampler(**changes)
