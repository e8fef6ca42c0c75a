"""Mixup: weighted sums of two training images and of their lr images."""

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor

from srrescgan.data.seeds import derive_seed
from srrescgan.ops.distributed import rank, world_size
from srrescgan.types import SRBatch


class Mixup:
    """Mixes each image of a batch with another one, hr and lr in the same way.

    With the given probability the batch becomes ``lam * x + (1 - lam) * x[permutation]``, with one
    ``lam ~ Beta(alpha, alpha)`` and one permutation per batch (Zhang et al., ICLR 2018; the
    defaults are SRResCGAN's).

    The random numbers depend on the seeds of the samples only. In a distributed run the
    permutation is over the global batch, of which each process has a contiguous slice, so two
    devices train on the same images as one.

    Args:
        probability: that a batch is mixed, in [0, 1].
        alpha: parameter of the Beta distribution, above 0; larger values mix more evenly.

    Raises:
        ValueError: an argument is out of range.
    """

    def __init__(self, probability: float = 0.5, alpha: float = 1.2) -> None:
        if not 0 <= probability <= 1:
            raise ValueError(f"probability must be in [0, 1], got {probability}")
        if alpha <= 0:
            raise ValueError(f"alpha must be above 0, got {alpha}")
        self.probability = probability
        self.alpha = alpha

    def __call__(self, batch: SRBatch) -> SRBatch:
        """Return the mixed batch, or ``batch`` itself; ``name`` and ``seed`` do not change."""
        local = batch["seed"]
        if world_size() > 1:  # collectives need the tensors on the accelerator
            local = _gather(local.to(batch["hr"].device))
        seeds = local.tolist()
        rng = np.random.default_rng(derive_seed("mixup", *seeds))
        if rng.uniform() >= self.probability:
            return batch
        lam = float(rng.beta(self.alpha, self.alpha))
        permutation = torch.from_numpy(rng.permutation(len(seeds)))
        size = len(batch["seed"])
        partners = permutation[rank() * size : (rank() + 1) * size].to(batch["hr"].device)
        mixed = batch.copy()
        mixed["hr"] = lam * batch["hr"] + (1 - lam) * _gather(batch["hr"])[partners]
        mixed["lr"] = lam * batch["lr"] + (1 - lam) * _gather(batch["lr"])[partners]
        return mixed


def _gather(local: Tensor) -> Tensor:
    """Concatenate a tensor over all processes, in order of rank; no gradients."""
    if world_size() == 1:
        return local
    parts = [torch.empty_like(local) for _ in range(world_size())]
    dist.all_gather(parts, local.contiguous())
    return torch.cat(parts)
