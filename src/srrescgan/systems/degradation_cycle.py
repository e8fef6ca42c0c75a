"""Learning what a camera does to a picture, without pairs: CycleGAN."""

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor, nn

from srrescgan.losses import GANLoss
from srrescgan.schedulers import Scheduler
from srrescgan.systems.base import OptimizerFactory, PhasedSystem
from srrescgan.systems.comparison import Comparison, domain_transfer, downscaled
from srrescgan.systems.phase import Phase, Terms
from srrescgan.types import Metric, SRBatch


@dataclass(frozen=True)
class Side:
    """One domain and what was made to look like it, as generators and discriminator see them."""

    own: Tensor
    """Pictures of the domain."""
    made: Tensor
    """Pictures of the other domain, translated into this one; the generator's graph."""
    made_seen: Tensor
    """The same pixels cut loose: the discriminator's graph begins here."""
    real: Tensor
    """Logits on ``own``."""
    fake: Tensor
    """Logits on ``made_seen``."""


@dataclass(frozen=True)
class Sides:
    """Both domains of one batch."""

    clean: Side
    camera: Side


class DegradationCycleSystem(PhasedSystem):
    """Two domain generators and two discriminators in a cycle; the generators move first.

    CycleGAN (Zhu, Park, Isola, Efros, ICCV 2017, equations 1 to 3, and the identity term of its
    section 5.2) between bicubically downscaled pictures and those of the camera, as Lugmayr,
    Danelljan, Timofte (ICCVW 2019) learn the degradation for the row ESRGAN-FT. ``generator``
    degrades, ``restorer`` is its opposite and needed in training only.

    The history of 50 generated pictures that the authors show to the discriminators is left out:
    it would have to be in every checkpoint for a resumed run to be the same run. As in
    :class:`SRGANSystem`, one pass of each discriminator serves both moves.

    Args:
        generator: domain generator, clean -> camera.
        restorer: domain generator, camera -> clean.
        discriminator: knows the camera's pictures; image in [0, 1] -> logits.
        clean_discriminator: knows the clean ones.
        cycle_loss: weighted, ``(there and back again, original)`` -> scalar.
        identity_loss: weighted, ``(translated though already there, original)`` -> scalar.
        gan_loss: the adversarial objective, with its weight.
        optimizer: as in :class:`PhasedSystem`, keys ``g`` and ``d``; one for both of a kind.
        scheduler: as in :class:`PhasedSystem`, keys ``g`` and ``d``.
        metrics: as in :class:`PhasedSystem`, each ``(made, lr)`` -> one value per image.
        scale: integer factor between hr and lr.
        accumulate: as in :class:`PhasedSystem`.
        grad_clip: as in :class:`PhasedSystem`, of both networks of a kind together.
        ema_decay: as in :class:`PhasedSystem`.
        channels_last: as in :class:`PhasedSystem`.
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
        optimizer: Mapping[str, OptimizerFactory],
        scheduler: Mapping[str, Scheduler],
        metrics: Mapping[str, Metric],
        scale: int,
        accumulate: int = 1,
        grad_clip: float | None = None,
        ema_decay: float | None = None,
        channels_last: bool = False,
    ) -> None:
        super().__init__(
            generator,
            optimizer,
            scheduler,
            metrics,
            accumulate,
            grad_clip,
            ema_decay,
            channels_last,
        )
        self.restorer = restorer
        self.discriminator = discriminator
        self.clean_discriminator = clean_discriminator
        self.cycle_loss = cycle_loss
        self.identity_loss = identity_loss
        self.gan_loss = gan_loss
        self.scale = scale

    def phases(self) -> tuple[Phase, ...]:
        """Both generators move, then both discriminators."""
        generators = (self.generator, self.restorer)
        discriminators = (self.discriminator, self.clean_discriminator)
        return (
            Phase("g", generators, self.generator_loss),
            Phase("d", discriminators, self.discriminator_loss),
        )

    def look(self, batch: SRBatch) -> Sides:
        """Translate both ways and let both discriminators judge, once."""
        clean, camera = downscaled(batch["hr"], self.scale), batch["lr_real"]
        return Sides(
            clean=_side(clean, self.restorer(camera), self.clean_discriminator),
            camera=_side(camera, self.generator(clean), self.discriminator),
        )

    def generator_loss(self, seen: Sides) -> Terms:
        """Adversarial, cycle and identity terms of both directions."""
        clean, camera = seen.clean, seen.camera
        return {
            "gan": self._adversarial(camera),
            "gan_clean": self._adversarial(clean),
            "cycle": self.cycle_loss(self.restorer(camera.made), clean.own)
            + self.cycle_loss(self.generator(clean.made), camera.own),
            "identity": self.identity_loss(self.generator(camera.own), camera.own)
            + self.identity_loss(self.restorer(clean.own), clean.own),
        }

    def discriminator_loss(self, seen: Sides) -> Terms:
        """The adversarial objectives from the other side."""
        terms = {
            "gan": self.gan_loss.discriminator(seen.camera.real, seen.camera.fake),
            "gan_clean": self.gan_loss.discriminator(seen.clean.real, seen.clean.fake),
        }
        penalties = {
            "penalty": self._penalty(self.discriminator, seen.camera),
            "penalty_clean": self._penalty(self.clean_discriminator, seen.clean),
        }
        self.latest["train/d/real"] = seen.camera.real.detach().mean()
        self.latest["train/d/fake"] = seen.camera.fake.detach().mean()
        return terms | {key: value for key, value in penalties.items() if value is not None}

    def compare(self, batch: SRBatch) -> Comparison:
        """Degrade whole images and compare with the camera's."""
        return domain_transfer(batch, self, self.scale)

    def _adversarial(self, side: Side) -> Tensor:
        loss = self.gan_loss.generator(side.real.detach(), side.fake)
        return self.detached_adversarial_loss(loss, side.made_seen, side.made)

    def _penalty(self, discriminator: nn.Module, side: Side) -> Tensor | None:
        return self.gan_loss.penalty(discriminator, side.own, side.made.detach())


def _side(own: Tensor, made: Tensor, discriminator: nn.Module) -> Side:
    made_seen = made.detach().requires_grad_()
    return Side(own, made, made_seen, discriminator(own), discriminator(made_seen))
