"""CycleGAN: learns a camera's degradation from unpaired pictures."""

from dataclasses import dataclass

from torch import Tensor, nn

from srrescgan.generators.promises import check_size
from srrescgan.losses import GANLoss
from srrescgan.systems.base import PhasedSystem
from srrescgan.systems.domain import (
    DomainOutputs,
    discriminator_terms,
    domain_outputs,
    generator_term,
)
from srrescgan.systems.phase import Phase, Terms
from srrescgan.systems.settings import TrainingSettings
from srrescgan.systems.validation import ValidationOutputs, domain_transfer, downscaled
from srrescgan.types import SRBatch


@dataclass(frozen=True)
class CycleOutputs:
    """Both domains of one batch."""

    clean: DomainOutputs
    camera: DomainOutputs


class DegradationCycleSystem(PhasedSystem):
    """Two domain generators and two discriminators in a cycle; the generators are updated first.

    CycleGAN (Zhu, Park, Isola, Efros, ICCV 2017, equations 1 to 3, and the identity term of its
    section 5.2) between bicubically downscaled pictures and those of the camera, as Lugmayr,
    Danelljan, Timofte (ICCVW 2019) learn the degradation for the row ESRGAN-FT. ``generator``
    degrades; ``restorer`` is its inverse, needed in training only.

    The authors show the discriminators a history of 50 generated pictures. It is left out: it would
    have to be part of every checkpoint, or a resumed run would differ. As in :class:`SRGANSystem`,
    one pass of each discriminator serves both updates.

    Args:
        generator: domain generator, clean -> camera.
        restorer: domain generator, camera -> clean.
        discriminator: of the camera domain; image in [0, 1] -> logits.
        clean_discriminator: of the clean domain.
        cycle_loss: weighted, ``(translated there and back, original)`` -> scalar.
        identity_loss: weighted, ``(translated into its own domain, original)`` -> scalar.
        gan_loss: the adversarial objective, with its weight.
        settings: as in :class:`PhasedSystem`; the phases are ``g`` and ``d``, each of both
            networks of a kind together. Each metric is ``(fake, lr)`` -> one value per image.
        scale: integer factor between hr and lr.
    """

    is_degradation_system = True

    def __init__(
        self,
        generator: nn.Module,
        restorer: nn.Module,
        discriminator: nn.Module,
        clean_discriminator: nn.Module,
        cycle_loss: nn.Module,
        identity_loss: nn.Module,
        gan_loss: GANLoss,
        settings: TrainingSettings,
        scale: int,
    ) -> None:
        super().__init__(generator=generator, settings=settings)
        self.restorer = restorer
        self.discriminator = discriminator
        self.clean_discriminator = clean_discriminator
        self.cycle_loss = cycle_loss
        self.identity_loss = identity_loss
        self.gan_loss = gan_loss
        self.scale = scale

    def phases(self) -> tuple[Phase, ...]:
        """The phase of both generators, then that of both discriminators."""
        generators = (self.generator, self.restorer)
        discriminators = (self.discriminator, self.clean_discriminator)
        return (
            Phase("g", generators, self.generator_loss),
            Phase("d", discriminators, self.discriminator_loss),
        )

    def shared_forward(self, batch: SRBatch) -> CycleOutputs:
        """Translate in both directions, and run each discriminator once on real and fake."""
        clean, camera = downscaled(batch["hr"], self.scale), batch["lr_real"]
        return CycleOutputs(
            clean=_translated(clean, camera, self.restorer, self.clean_discriminator),
            camera=_translated(camera, clean, self.generator, self.discriminator),
        )

    def generator_loss(self, outputs: CycleOutputs) -> Terms:
        """Adversarial, cycle and identity terms of both directions."""
        clean, camera = outputs.clean, outputs.camera
        return {
            "gan": generator_term(self.gan_loss, camera, self.loss_scale()),
            "gan_clean": generator_term(self.gan_loss, clean, self.loss_scale()),
            "cycle": self.cycle_loss(self.restorer(camera.fake), clean.real)
            + self.cycle_loss(self.generator(clean.fake), camera.real),
            "identity": self.identity_loss(self.generator(camera.real), camera.real)
            + self.identity_loss(self.restorer(clean.real), clean.real),
        }

    def discriminator_loss(self, outputs: CycleOutputs) -> Terms:
        """The adversarial terms of both discriminators, and penalties where there are any."""
        clean, camera = outputs.clean, outputs.camera
        self.latest["train/d/real"] = camera.real_logits.detach().mean()
        self.latest["train/d/fake"] = camera.fake_logits.detach().mean()
        terms = discriminator_terms(self.gan_loss, self.discriminator, camera)
        terms |= discriminator_terms(self.gan_loss, self.clean_discriminator, clean, "_clean")
        return dict(
            sorted(terms.items())
        )  # the order in which they are summed decides the last bit

    def validation_outputs(self, batch: SRBatch) -> ValidationOutputs:
        """Degrade whole images and compare with the camera's."""
        return domain_transfer(batch, self, self.best_generator, self.scale)


def _translated(
    real: Tensor, other: Tensor, generator: nn.Module, discriminator: nn.Module
) -> DomainOutputs:
    """One domain: ``real`` pictures of it, and those of the other domain put into it."""
    fake = generator(other)
    check_size(generator, other, fake, other.shape)
    return domain_outputs(real, fake, discriminator)
