"""Learning what a camera does to a picture, without pairs: DSGAN."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from srrescgan.losses import GANLoss
from srrescgan.schedulers import Scheduler
from srrescgan.systems.base import OptimizerFactory, PhasedSystem
from srrescgan.systems.comparison import Comparison, domain_transfer, downscaled
from srrescgan.systems.phase import Phase, Terms
from srrescgan.types import Metric, SRBatch


@dataclass(frozen=True)
class Meeting:
    """One batch of both domains."""

    given: Tensor
    """Bicubically downscaled pictures, the generator's input."""
    made: Tensor
    """What the generator made of them; its graph."""
    real: Tensor
    """Pictures of the camera, of other scenes."""


class DegradationGANSystem(PhasedSystem):
    """A domain generator against a discriminator that knows the camera; the latter moves first.

    DSGAN (Fritsche, Gu, Timofte, "Frequency Separation for Real-World Super-Resolution", ICCVW
    2019): the supervised losses hold the generator to its input, the discriminator sees high
    frequencies only (its ``input_filter``). Which pictures ``hr`` and ``lr_real`` are decides the
    wiring: clean pictures and those of the camera (SRResCGAN), or two views of the camera's alone.

    The reference evaluates the discriminator once, moves it, and then sends the generator's
    gradient back through the moved weights: activations and weights of two different iterations,
    which autograd has refused since PyTorch 1.5. Here the generator's move judges its pictures
    anew with the discriminator that has just moved, which is what the order of the moves means.
    With ``accumulate`` it moves in the last micro-batch, and only that one sees it moved.

    Validation degrades the ``hr`` of a set and compares with its ``lr``; see
    :func:`srrescgan.systems.comparison.domain_transfer`.

    Args:
        generator: domain generator, lr -> lr.
        discriminator: image in [0, 1] -> logits.
        losses: weighted supervised terms by name, each ``(made, given)`` -> scalar.
        gan_loss: the adversarial objective, with its weight.
        optimizer: as in :class:`PhasedSystem`, keys ``g`` and ``d``.
        scheduler: as in :class:`PhasedSystem`, keys ``g`` and ``d``.
        metrics: as in :class:`PhasedSystem`, each ``(made, lr)`` -> one value per image.
        scale: integer factor between hr and lr.
        accumulate: as in :class:`PhasedSystem`.
        grad_clip: as in :class:`PhasedSystem`.
        ema_decay: as in :class:`PhasedSystem`.
        channels_last: as in :class:`PhasedSystem`.
    """

    is_degradation_system = True

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        losses: Mapping[str, nn.Module],
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
        self.discriminator = discriminator
        self.losses = nn.ModuleDict(losses)
        self.gan_loss = gan_loss
        self.scale = scale

    def phases(self) -> tuple[Phase, ...]:
        """The discriminator moves, then the generator."""
        return (
            Phase("d", (self.discriminator,), self.discriminator_loss),
            Phase("g", (self.generator,), self.generator_loss),
        )

    def look(self, batch: SRBatch) -> Meeting:
        """Downscale the batch and let the generator degrade it."""
        given = downscaled(batch["hr"], self.scale)
        return Meeting(given, self.generator(given), batch["lr_real"])

    def discriminator_loss(self, seen: Meeting) -> Terms:
        """The adversarial objective, with its penalty where it has one."""
        real, fake = self.discriminator(seen.real), self.discriminator(seen.made.detach())
        self.latest["train/d/real"] = real.detach().mean()
        self.latest["train/d/fake"] = fake.detach().mean()
        terms = {"gan": self.gan_loss.discriminator(real, fake)}
        penalty = self.gan_loss.penalty(self.discriminator, seen.real, seen.made.detach())
        if penalty is not None:
            terms["penalty"] = penalty
        return terms

    def generator_loss(self, seen: Meeting) -> Terms:
        """The supervised terms and the adversarial one."""
        terms = {name: loss(seen.made, seen.given) for name, loss in self.losses.items()}
        # Its gradient is taken at the discriminator's input, so that none reaches its weights.
        cut = seen.made.detach().requires_grad_()
        fake = self.discriminator(cut)
        real = fake.detach()
        if self.gan_loss.relativistic:  # else nobody looks at it
            with torch.no_grad():
                real = self.discriminator(seen.real)
        adversarial = self.gan_loss.generator(real, fake)
        terms["gan"] = self.detached_adversarial_loss(adversarial, cut, seen.made)
        return terms

    def compare(self, batch: SRBatch) -> Comparison:
        """Degrade whole images and compare with the camera's."""
        return domain_transfer(batch, self, self.scale)
