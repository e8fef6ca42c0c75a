"""Sampler of a training run, which can start at any iteration."""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from torch.utils.data import Sampler

from srrescgan.data.seeds import derive_seed
from srrescgan.errors import ConfigError


class IterationSampler(Sampler[list[tuple[int, int]]]):
    """Batches of ``(epoch, index)`` for a training run counted in iterations.

    The samples of a run form one sequence. Position p = 0, 1, 2, ... is in epoch
    ``p // dataset_size`` and has the image ``permutation(seed, epoch)[p % dataset_size]``: each
    image occurs once per epoch, and no remainder is dropped. Iteration i has the positions
    ``[i * batch_size, (i + 1) * batch_size)``, split into ``accumulate`` micro-batches, and these
    into one slice per process.

    Thus the images of an iteration do not depend on the number of processes, gradient accumulation,
    workers, or interruptions of the run.

    Args:
        dataset_size: number of images.
        batch_size: samples per iteration (one update of each network), over all processes.
        accumulate: micro-batches per iteration.
        iterations: length of the whole run.
        start_iteration: number of iterations done before a resume; else 0.
        seed: for the permutations.
        rank: index of this process.
        world_size: number of processes.

    Raises:
        ConfigError: the batch cannot be divided evenly, or a count is below 1.
    """

    def __init__(
        self,
        dataset_size: int,
        batch_size: int,
        accumulate: int,
        iterations: int,
        start_iteration: int,
        seed: int,
        rank: int,
        world_size: int,
    ) -> None:
        if dataset_size < 1:
            raise ConfigError("the training data set contains no images: check its folder")
        if min(batch_size, accumulate, iterations) < 1:
            raise ConfigError(
                f"batch_size, accumulate and iterations must be at least 1, got "
                f"{batch_size}, {accumulate} and {iterations}"
            )
        if batch_size % (world_size * accumulate):
            raise ConfigError(
                f"batch_size counts the samples of one iteration over all processes and must "
                f"divide by processes x accumulate = {world_size} x {accumulate}, got "
                f"{batch_size}: change batch_size or accumulate"
            )
        self.dataset_size = dataset_size
        self.accumulate = accumulate
        self.iterations = iterations
        self.start_iteration = start_iteration
        self.seed = seed
        self.rank = rank
        self._micro_batch = batch_size // accumulate
        self._local_batch = self._micro_batch // world_size

    def __len__(self) -> int:
        """Number of remaining micro-batches, from ``start_iteration`` on."""
        return max(0, self.iterations - self.start_iteration) * self.accumulate

    def __iter__(self) -> Iterator[list[tuple[int, int]]]:
        start = self.start_iteration * self.accumulate
        for micro_batch in range(start, start + len(self)):
            first = micro_batch * self._micro_batch + self.rank * self._local_batch
            yield [self._sample(position) for position in range(first, first + self._local_batch)]

    def _sample(self, position: int) -> tuple[int, int]:
        epoch, place = divmod(position, self.dataset_size)
        return epoch, int(_permutation(self.dataset_size, self.seed, epoch)[place])


@lru_cache(maxsize=4)
def _permutation(size: int, seed: int, epoch: int) -> np.ndarray:
    return np.random.default_rng(derive_seed("order", seed, epoch)).permutation(size)
