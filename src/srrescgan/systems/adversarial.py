"""Adversarial loss whose gradient stops at the discriminator's input."""

from typing import Any

import torch
from torch import Tensor

from srrescgan.systems.checks import check_scalars


def detached_adversarial_loss(
    loss: Tensor, detached_fake: Tensor, fake: Tensor, loss_scale: float = 1.0
) -> Tensor:
    """Give a generator the gradient of a loss computed from a detached copy of its output.

    The gradient is taken at ``detached_fake`` and passed on to ``fake``, so none reaches the
    weights of the discriminator that computed ``loss``.

    Args:
        loss: scalar, computed from ``detached_fake``.
        detached_fake: the pixels of ``fake``, a leaf that requires a gradient.
        fake: output of the generator, of the same shape.
        loss_scale: factor of the loss during the backward pass, which keeps small float16 gradients
            from vanishing; divided out of the result.

    Returns:
        Scalar with the value of ``loss``.

    Raises:
        ConfigError: ``loss`` is not a scalar.
    """
    check_scalars({"gan": loss})
    (gradient,) = torch.autograd.grad(loss * loss_scale, detached_fake, retain_graph=True)
    return _WithGradient.apply(loss.detach(), fake, gradient / loss_scale)


class _WithGradient(torch.autograd.Function):
    """A value that behaves as if it were computed from ``tensor`` with the given gradient."""

    @staticmethod
    def forward(ctx: Any, value: Tensor, tensor: Tensor, gradient: Tensor) -> Tensor:
        ctx.save_for_backward(gradient)
        return value.clone()

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor) -> tuple[None, Tensor, None]:
        (gradient,) = ctx.saved_tensors
        return None, upstream[0] * gradient, None
