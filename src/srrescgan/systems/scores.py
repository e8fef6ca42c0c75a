"""Means over images, per validation set, exact on any number of processes."""

import math
from collections import defaultdict

import torch.distributed as dist
from torch import Tensor

from srrescgan.ops.distributed import world_size


class Scores:
    """Collects one value per image and key; the mean is over images, never over batches.

    Every process adds the images it saw. :meth:`means` then sums sums and counts over processes,
    so the result does not depend on how images were shared out.
    """

    def __init__(self) -> None:
        self.newest: dict[str, Tensor] = {}
        """What was added last under each key, for whoever looks at single images."""
        self._sums: dict[str, float] = defaultdict(float)
        self._counts: dict[str, int] = defaultdict(int)

    def add(self, key: str, values: Tensor) -> None:
        """Add per-image ``values``, any shape, under ``key``."""
        self.newest[key] = values
        self._sums[key] += float(values.double().sum())
        self._counts[key] += values.numel()

    def means(self) -> dict[str, float]:
        """Return the mean per key over all processes, keys sorted, and start afresh."""
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
