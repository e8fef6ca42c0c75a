"""Mean scores per validation set, exact on any number of processes."""

import math
from collections import defaultdict

import torch.distributed as dist
from torch import Tensor

from srrescgan.ops.distributed import world_size


class Scores:
    """Collects one value per image under each key; the mean is over images, not over batches.

    Each process adds its own images. :meth:`means` adds up the sums and counts of all processes, so
    the result does not depend on how the images were distributed.
    """

    def __init__(self) -> None:
        self._sums: dict[str, float] = defaultdict(float)
        self._counts: dict[str, int] = defaultdict(int)

    def add(self, key: str, values: Tensor) -> None:
        """Add one value per image, in a tensor of any shape, under ``key``."""
        self._sums[key] += float(values.double().sum())
        self._counts[key] += values.numel()

    def means(self) -> dict[str, float]:
        """Return the mean per key over all processes, sorted by key, and reset."""
        sums, counts = dict(self._sums), dict(self._counts)
        self._sums.clear()
        self._counts.clear()
        if world_size() > 1:
            everyone: list[tuple[dict[str, float], dict[str, int]]] = [({}, {})] * world_size()
            dist.all_gather_object(everyone, (sums, counts))
            keys = {key for part, _ in everyone for key in part}
            sums = {key: math.fsum(part.get(key, 0.0) for part, _ in everyone) for key in keys}
            counts = {key: sum(part.get(key, 0) for _, part in everyone) for key in keys}
        return {key: sums[key] / counts[key] for key in sorted(sums)}
