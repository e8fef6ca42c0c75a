"""A loss value whose gradient was computed elsewhere."""

from typing import Any

import torch
from torch import Tensor


class _Splice(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, value: Tensor, tensor: Tensor, gradient: Tensor) -> Tensor:
        ctx.save_for_backward(gradient)
        return value.clone()

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor) -> tuple[None, Tensor, None]:
        (gradient,) = ctx.saved_tensors
        return None, upstream[0] * gradient, None


def splice(value: Tensor, tensor: Tensor, gradient: Tensor) -> Tensor:
    """Return ``value`` as if it had been computed from ``tensor`` with the given gradient.

    Shape:
        - value: scalar, detached.
        - tensor, gradient: the same shape; ``gradient`` is d value / d tensor.
        - Output: scalar; its backward pass gives ``gradient`` to ``tensor``.
    """
    return _Splice.apply(value.detach(), tensor, gradient)
