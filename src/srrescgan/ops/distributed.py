"""Differentiable means over all processes of a distributed run.

A term that couples the samples of a batch (batch-norm statistics, the mean logit of a relativistic
GAN) must be computed over the *global* batch, or the same experiment trains differently on one and
on two devices. In a run of one process the mean is the local one.
"""

import torch.distributed as dist
from torch import Tensor
from torch.distributed.nn.functional import all_reduce


def world_size() -> int:
    """Number of processes taking part in this run; 1 when it is not distributed."""
    return dist.get_world_size() if dist.is_available() and dist.is_initialized() else 1


def rank() -> int:
    """Index of this process, from 0."""
    return dist.get_rank() if dist.is_available() and dist.is_initialized() else 0


def global_mean(local_mean: Tensor) -> Tensor:
    """Mean over processes of a per-process mean; differentiable.

    Args:
        local_mean: mean over this process's samples, any shape. Every process must have the same
            number of samples.
    """
    world = world_size()
    return local_mean if world == 1 else all_reduce(local_mean) / world
