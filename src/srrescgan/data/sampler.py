"""Sampler of a training run: one endless, seekable sequence of images."""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from torch.utils.data import Sampler

from srrescgan.data.seeds import derive_seed
from srrescgan.errors import ConfigError


class IterationSampler(Sampler[list[tuple[int, int]]]):
    """Batches of ``(epoch, index)`` for a training run counted in iterations.

    All positions p = 0, 1, 2, ... of a run form one sequence: epoch ``p // dataset_size``, image
    ``permutation(seed, epoch)[p % dataset_size]``. Each image comes once per epoch, and no
    remainder is dropped. Iteration i takes positions ``[i * batch_size, (i + 1) * batch_size)``,
    cut into ``accumulate`` micro-batches, each of them cut into one slice per process.

    So the images of an iteration do not depend on the number of processes, on gradient
    accumulation, on workers, or on interruptions of the run.

    Args:
        dataset_size: number of images.
        batch_size: samples per iteration (one update of each network), over all processes.
        accumulate: micro-batches per iteration.
        iterations: length of the whole run.
        start_iteration: finished iterations of a resumed run; else 0.
        seed: of the permutations.
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
            raise ConfigError("the training data set holds no images: check its folder")
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
        """Micro-batches that are left, from ``start_iteration`` on."""
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
