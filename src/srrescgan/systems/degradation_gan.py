"""DSGAN: learns a camera's degradation from unpaired pictures."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from srrescgan.generators.promises import check_size
from srrescgan.losses import GANLoss
from srrescgan.systems.adversarial import detached_adversarial_loss
from srrescgan.systems.base import PhasedSystem
from srrescgan.systems.phase import Phase, Terms
from srrescgan.systems.settings import TrainingSettings
from srrescgan.systems.validation import ValidationOutputs, domain_transfer, downscaled
from srrescgan.types import SRBatch


@dataclass(frozen=True)
class DegradationOutputs:
    """One batch of both domains, each ``(B, 3, h, w)``."""

    input: Tensor
    """Bicubically downscaled pictures, the generator's input."""
    fake: Tensor
    """The output of the generator; its graph."""
    real: Tensor
    """Pictures of the camera, of other scenes."""


class DegradationGANSystem(PhasedSystem):
    """A domain generator against a discriminator of camera pictures, which is updated first.

    DSGAN (Fritsche, Gu, Timofte, "Frequency Separation for Real-World Super-Resolution", ICCVW
    2019): the supervised losses keep the output close to the input, and the discriminator sees high
    frequencies only (its ``input_filter``). The pictures of ``hr`` and ``lr_real`` decide the
    variant: clean pictures and the camera's (SRResCGAN), or two views of the camera's alone.

    The reference code evaluates the discriminator once, updates it, and then sends the generator's
    gradient back through the updated weights. It mixes activations and weights of two different
    iterations, which autograd has refused since PyTorch 1.5. Here the generator's update evaluates
    the updated discriminator again, as the order of the updates implies. With
    ``accumulate`` the discriminator is updated in the last micro-batch, and only the generator loss
    of that one uses the updated weights.

    Validation degrades the ``hr`` of a set and compares with its ``lr``; see
    :func:`srrescgan.systems.validation.domain_transfer`.

    Args:
        generator: domain generator, lr -> lr.
        discriminator: image in [0, 1] -> logits.
        losses: weighted supervised terms by name, each ``(fake, input)`` -> scalar.
        gan_loss: the adversarial objective, with its weight.
        settings: as in :class:`PhasedSystem`; the phases are ``d`` and ``g``. Each metric is
            ``(fake, lr)`` -> one value per image.
        scale: integer factor between hr and lr.
    """

    is_degradation_system = True

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        losses: Mapping[str, nn.Module],
        gan_loss: GANLoss,
        settings: TrainingSettings,
        scale: int,
    ) -> None:
        super().__init__(generator=generator, settings=settings)
        self.discriminator = discriminator
        self.losses = nn.ModuleDict(losses)
        self.gan_loss = gan_loss
        self.scale = scale

    def phases(self) -> tuple[Phase, ...]:
        """The discriminator's phase, then the generator's."""
        return (
            Phase("d", (self.discriminator,), self.discriminator_loss),
            Phase("g", (self.generator,), self.generator_loss),
        )

    def shared_forward(self, batch: SRBatch) -> DegradationOutputs:
        """Downscale the batch and degrade it with the generator."""
        lr = downscaled(batch["hr"], self.scale)
        fake = self.generator(lr)
        check_size(self.generator, lr, fake, lr.shape)
        return DegradationOutputs(lr, fake, batch["lr_real"])

    def discriminator_loss(self, outputs: DegradationOutputs) -> Terms:
        """The adversarial term ``gan``, and ``penalty`` where the GAN loss has one."""
        fake = outputs.fake.detach()
        real_logits, fake_logits = self.discriminator(outputs.real), self.discriminator(fake)
        self.latest["train/d/real"] = real_logits.detach().mean()
        self.latest["train/d/fake"] = fake_logits.detach().mean()
        terms = {"gan": self.gan_loss.discriminator(real_logits, fake_logits)}
        penalty = self.gan_loss.penalty(self.discriminator, outputs.real, fake)
        if penalty is not None:
            terms["penalty"] = penalty
        return terms

    def generator_loss(self, outputs: DegradationOutputs) -> Terms:
        """The supervised terms and the adversarial term ``gan``."""
        terms = {name: loss(outputs.fake, outputs.input) for name, loss in self.losses.items()}
        fake_detached = outputs.fake.detach().requires_grad_()
        fake_logits = self.discriminator(fake_detached)
        real_logits = fake_logits.detach()
        if self.gan_loss.relativistic:  # other GAN losses do not read the real logits
            with torch.no_grad():
                real_logits = self.discriminator(outputs.real)
        adversarial = self.gan_loss.generator(real_logits, fake_logits)
        terms["gan"] = detached_adversarial_loss(
            adversarial, fake_detached, outputs.fake, self.loss_scale()
        )
        return terms

    def validation_outputs(self, batch: SRBatch) -> ValidationOutputs:
        """Degrade whole images and compare with the camera's."""
        return domain_transfer(batch, self, self.best_generator, self.scale)
