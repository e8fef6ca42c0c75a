"""Sums and means over every process of a distributed run, with gradients.

A term that couples the samples of a batch (batch-norm statistics, the mean logit of a relativistic
GAN) has to see the *global* batch, or the same experiment trains differently on one and on two
devices. In a run of one process both functions are plain local arithmetic.
"""

import torch.distributed as dist
from torch import Tensor
from torch.distributed.nn.functional import all_reduce


def world_size() -> int:
    """Number of processes taking part in this run; 1 when it is not distributed."""
    return dist.get_world_size() if dist.is_available() and dist.is_initialized() else 1


def rank() -> int:
    """Index of this process among them, from 0."""
    return dist.get_rank() if dist.is_available() and dist.is_initialized() else 0


def global_mean(local_mean: Tensor) -> Tensor:
    """Mean over processes of a per-process mean; differentiable.

    Args:
        local_mean: the mean over this process's samples, any shape. Every process must hold
            equally many samples, or the mean of means is not the mean.
    """
    world = world_size()
    return local_mean if world == 1 else all_reduce(local_mean) / world
