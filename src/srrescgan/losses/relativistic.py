"""Relativistic average GAN loss."""

from torch import Tensor
from torch.nn import functional as F

from srrescgan.losses.gan import GANLoss, at_least_float32
from srrescgan.ops.distributed import global_mean


class RelativisticAverageGAN(GANLoss):
    """Cross-entropy on each logit minus the mean logit of the opposite class.

    ``L_GAN`` of SRResCGAN (Umer, Foresti, Micheloni, CVPRW 2020) after Jolicoeur-Martineau, ICLR
    2019. With ``a = C(x) - E C(y)``, ``b = C(y) - E C(x)``, and ``s`` the sigmoid:

    D: ``1/2 (-E log s(a) - E log(1 - s(b)))``; G: ``1/2 (-E log(1 - s(a)) - E log s(b))``.

    The factor 1/2 comes from the reference code; the papers do not have it. The means inside ``a``
    and ``b`` are over the global batch of a distributed run. For a map of patches, each position
    has its own mean.
    """

    relativistic = True

    def generator(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        """Push fake logits above the mean real logit, and real logits below the mean fake one."""
        real, fake = _relative(real_logits, fake_logits)
        return self.weight * (F.softplus(real).mean() + F.softplus(-fake).mean()) / 2

    def discriminator(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        """Push real logits above the mean fake logit, and fake logits below the mean real one."""
        real, fake = _relative(real_logits, fake_logits)
        return (F.softplus(-real).mean() + F.softplus(fake).mean()) / 2


def _relative(real_logits: Tensor, fake_logits: Tensor) -> tuple[Tensor, Tensor]:
    real, fake = at_least_float32(real_logits), at_least_float32(fake_logits)
    return real - global_mean(fake.mean(0)), fake - global_mean(real.mean(0))
