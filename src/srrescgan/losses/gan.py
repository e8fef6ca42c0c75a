"""GAN losses: vanilla, least squares, hinge."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class GANLoss(nn.Module):
    """Base class: adversarial losses of the generator and the discriminator.

    A subclass defines :meth:`generator` and :meth:`discriminator`, and :meth:`penalty` if its
    paper has one. Logits are the raw outputs of the discriminator: one per image, or a map with one
    per patch.

    Args:
        weight: factor of the generator's loss; the discriminator's loss is not weighted.

    Shape:
        - real_logits, fake_logits: ``(B, ...)``, any finite values.
        - Output: scalar.
    """

    relativistic = False
    """True if the generator's loss depends on the real logits."""

    def __init__(self, weight: float = 1.0) -> None:
        super().__init__()
        self.weight = weight

    def generator(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        """Return the generator's loss, times ``weight``; ``real_logits`` are detached."""
        raise NotImplementedError

    def discriminator(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        """Return the discriminator's loss, without the penalty."""
        raise NotImplementedError

    def penalty(
        self, discriminator: Callable[[Tensor], Tensor], hr: Tensor, sr: Tensor
    ) -> Tensor | None:
        """Return a term to add to the discriminator's loss, or ``None``.

        Args:
            discriminator: maps images to logits.
            hr: real images.
            sr: the same number of super-resolved images, detached from the generator.
        """
        return None


class VanillaGAN(GANLoss):
    """Cross-entropy with the non-saturating generator loss (Goodfellow et al., NeurIPS 2014).

    D: ``-E log s(C(x)) - E log(1 - s(C(y)))``; G: ``-E log s(C(y))``; ``s`` is the sigmoid, ``x``
    real and ``y`` fake.
    """

    def generator(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        """Push fake logits up."""
        return self.weight * F.softplus(-at_least_float32(fake_logits)).mean()

    def discriminator(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        """Push real logits up and fake logits down."""
        real, fake = at_least_float32(real_logits), at_least_float32(fake_logits)
        return F.softplus(-real).mean() + F.softplus(fake).mean()


class LSGAN(GANLoss):
    """Least squares with targets 1 for real and 0 for fake (Mao et al., ICCV 2017, equation 9).

    D: ``1/2 E (C(x) - 1)^2 + 1/2 E C(y)^2``; G: ``1/2 E (C(y) - 1)^2``.
    """

    def generator(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        """Pull fake logits to 1."""
        return self.weight * (at_least_float32(fake_logits) - 1).square().mean() / 2

    def discriminator(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        """Pull real logits to 1 and fake logits to 0."""
        real, fake = at_least_float32(real_logits), at_least_float32(fake_logits)
        return ((real - 1).square().mean() + fake.square().mean()) / 2


class HingeGAN(GANLoss):
    """Hinge loss (Lim and Ye, 2017; Miyato et al., ICLR 2018, equations 16 and 17).

    D: ``E max(0, 1 - C(x)) + E max(0, 1 + C(y))``; G: ``-E C(y)``.
    """

    def generator(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        """Push fake logits up."""
        return -self.weight * at_least_float32(fake_logits).mean()

    def discriminator(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        """Push real logits above 1 and fake logits below -1."""
        real, fake = at_least_float32(real_logits), at_least_float32(fake_logits)
        return F.relu(1 - real).mean() + F.relu(1 + fake).mean()


def at_least_float32(logits: Tensor) -> Tensor:
    """Convert half-precision logits to float32; leave float32 and float64 unchanged."""
    return logits.to(torch.promote_types(logits.dtype, torch.float32))
