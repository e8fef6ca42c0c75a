"""Generator against discriminator: SRResCGAN, ESRGAN and ESRGAN-FS are configurations of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor, nn

from srrescgan.generators.promises import check_size
from srrescgan.losses import GANLoss
from srrescgan.systems.adversarial import detached_adversarial_loss
from srrescgan.systems.base import PhasedSystem
from srrescgan.systems.phase import Phase, Terms
from srrescgan.systems.settings import TrainingSettings
from srrescgan.types import SRBatch


@dataclass(frozen=True)
class GANOutputs:
    """A batch, its super-resolved images, and the discriminator's logits on both.

    The generator's graph ends at ``sr``, the discriminator's begins at ``sr_detached``, so no
    gradient can leak from one network into the other.
    """

    lr: Tensor
    """``(B, 3, h, w)``, the input."""
    hr: Tensor
    """``(B, 3, H, W)``, the ground truth."""
    sr: Tensor
    """``(B, 3, H, W)``, the output of the generator."""
    sr_detached: Tensor
    """The pixels of ``sr``; a leaf that requires a gradient."""
    real_logits: Tensor
    """Logits on ``hr``."""
    fake_logits: Tensor
    """Logits on ``sr_detached``."""


class SRGANSystem(PhasedSystem):
    """One generator and one discriminator; the generator is updated first.

    The reference code runs the discriminator four times per iteration: on real and fake images for
    the generator's update, then on the same two batches with the same weights for its own. Batch
    norm uses the statistics of the batch in training, so both passes give the same logits, and one
    pair of passes serves both updates: the adversarial gradient is taken at the discriminator's
    input and passed to the generator (:func:`detached_adversarial_loss`). Losses and gradients
    equal the reference's. Only the running averages of batch norm, which training does not read,
    are updated half as often.

    Args:
        generator: lr -> sr.
        discriminator: image in [0, 1] -> logits.
        losses: weighted supervised terms by name, each ``(sr, hr)`` -> scalar.
        gan_loss: the adversarial objective, with its weight.
        settings: as in :class:`PhasedSystem`; the phases are ``g`` and ``d``. With ``accumulate``,
            batch statistics and relativistic means are those of a micro-batch.
        discriminator_interval: the discriminator is updated in every n-th iteration.
    """

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        losses: Mapping[str, nn.Module],
        gan_loss: GANLoss,
        settings: TrainingSettings,
        discriminator_interval: int = 1,
    ) -> None:
        super().__init__(generator=generator, settings=settings)
        self.discriminator = discriminator
        self.losses = nn.ModuleDict(losses)
        self.gan_loss = gan_loss
        self.discriminator_interval = discriminator_interval

    def phases(self) -> tuple[Phase, ...]:
        """The generator's phase, then the discriminator's."""
        return (
            Phase("g", (self.generator,), self.generator_loss),
            Phase("d", (self.discriminator,), self.discriminator_loss, self.discriminator_interval),
        )

    def shared_forward(self, batch: SRBatch) -> GANOutputs:
        """Super-resolve the batch, and run the discriminator once on real and fake images."""
        sr = self.generator(batch["lr"])
        check_size(self.generator, batch["lr"], sr, batch["hr"].shape)
        sr_detached = sr.detach().requires_grad_()
        real = self.discriminator(batch["hr"])
        fake = self.discriminator(sr_detached)
        self.latest["train/d/real"] = real.detach().mean()
        self.latest["train/d/fake"] = fake.detach().mean()
        return GANOutputs(batch["lr"], batch["hr"], sr, sr_detached, real, fake)

    def generator_loss(self, outputs: GANOutputs) -> Terms:
        """The supervised terms and the adversarial term ``gan``."""
        terms = {name: loss(outputs.sr, outputs.hr) for name, loss in self.losses.items()}
        adversarial = self.gan_loss.generator(outputs.real_logits.detach(), outputs.fake_logits)
        terms["gan"] = detached_adversarial_loss(
            adversarial, outputs.sr_detached, outputs.sr, self.loss_scale()
        )
        return terms

    def discriminator_loss(self, outputs: GANOutputs) -> Terms:
        """The adversarial term ``gan``, and ``penalty`` where the GAN loss has one."""
        terms = {"gan": self.gan_loss.discriminator(outputs.real_logits, outputs.fake_logits)}
        penalty = self.gan_loss.penalty(self.discriminator, outputs.hr, outputs.sr.detach())
        if penalty is not None:
            terms["penalty"] = penalty
        return terms
