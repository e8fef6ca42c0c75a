"""Relativistic average GAN loss."""

from torch import Tensor
from torch.nn import functional as F

from srrescgan.losses.gan import GANLoss, at_least_float32
from srrescgan.ops.distributed import global_mean


class RelativisticAverageGAN(GANLoss):
    """Cross-entropy on logits relative to the mean logit of the other side.

    ``L_GAN`` of SRResCGAN (Umer, Foresti, Micheloni, CVPRW 2020) after Jolicoeur-Martineau, ICLR
    2019. With ``a = C(x) - E C(y)``, ``b = C(y) - E C(x)`` and ``s`` the sigmoid,

    D: ``1/2 (-E log s(a) - E log(1 - s(b)))``; G: ``1/2 (-E log(1 - s(a)) - E log s(b))``.

    The 1/2 is the reference code's; the papers do not have it. Means inside ``a`` and ``b`` run
    over the whole batch of a distributed run; over a map of patches, for each place by itself.
    """

    relativistic = True

    def generator(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        """Make fake images look more real than the average real one."""
        real, fake = _relative(real_logits, fake_logits)
        return self.weight * (F.softplus(real).mean() + F.softplus(-fake).mean()) / 2

    def discriminator(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        """Tell real images from the average fake one, and the other way round."""
        real, fake = _relative(real_logits, fake_logits)
        return (F.softplus(-real).mean() + F.softplus(fake).mean()) / 2


def _relative(real_logits: Tensor, fake_logits: Tensor) -> tuple[Tensor, Tensor]:
    real, fake = at_least_float32(real_logits), at_least_float32(fake_logits)
    return real - global_mean(fake.mean(0)), fake - global_mean(real.mean(0))
