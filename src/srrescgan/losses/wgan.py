"""Wasserstein GAN loss with gradient penalty."""

from collections.abc import Callable

import torch
from torch import Tensor

from srrescgan.losses.gan import GANLoss, at_least_float32


class WGANGP(GANLoss):
    """Wasserstein distance with gradient penalty (Gulrajani et al., NeurIPS 2017, equation 3).

    D: ``E C(y) - E C(x) + penalty_weight E (|grad C(z)| - 1)^2``; G: ``-E C(y)``. Each ``z`` is a
    random interpolation between a real and a fake image; the norm is computed per sample. For a map
    of patches, ``C`` of an image is the mean of its map, as in the other terms. The penalty assumes
    a critic without batch norm, which would mix the samples.

    Args:
        weight: factor of the generator's loss.
        penalty_weight: factor of the gradient penalty in the discriminator's loss.
    """

    def __init__(self, weight: float = 1.0, penalty_weight: float = 10.0) -> None:
        super().__init__(weight)
        self.penalty_weight = penalty_weight

    def generator(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        """Push fake values up."""
        return -self.weight * at_least_float32(fake_logits).mean()

    def discriminator(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        """Push real values up and fake values down."""
        return at_least_float32(fake_logits).mean() - at_least_float32(real_logits).mean()

    def penalty(self, discriminator: Callable[[Tensor], Tensor], hr: Tensor, sr: Tensor) -> Tensor:
        """Return the weighted gradient penalty; differentiable in the critic's parameters."""
        # No loss scale protects the gradient with respect to pixels from float16 underflow.
        with torch.autocast(hr.device.type, enabled=False):
            real, fake = at_least_float32(hr.detach()), at_least_float32(sr.detach())
            place = torch.rand(len(real), 1, 1, 1, dtype=real.dtype, device=real.device)
            between = torch.lerp(real, fake, place).requires_grad_()
            values = discriminator(between).reshape(len(real), -1).mean(1)
            (gradient,) = torch.autograd.grad(values.sum(), between, create_graph=True)
            norms = gradient.flatten(1).norm(dim=1)
            return self.penalty_weight * (norms - 1).square().mean()
