"""A generator against a discriminator: SRResCGAN, ESRGAN and ESRGAN-FS are configs of this."""

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor, nn

from srrescgan.losses import GANLoss
from srrescgan.schedulers import Scheduler
from srrescgan.systems import health
from srrescgan.systems.base import OptimizerFactory, PhasedSystem
from srrescgan.systems.phase import Phase, Terms
from srrescgan.types import Metric, SRBatch


@dataclass(frozen=True)
class Encounter:
    """One batch as both players see it.

    The generator's graph ends at ``sr``; the discriminator's begins at ``sr_seen``, the same
    pixels cut loose. No gradient can leak from one player into the other.
    """

    hr: Tensor
    sr: Tensor
    sr_seen: Tensor
    real: Tensor
    """Logits on ``hr``."""
    fake: Tensor
    """Logits on ``sr_seen``."""


class SRGANSystem(PhasedSystem):
    """One generator, one discriminator; the generator moves first.

    The reference runs the discriminator four times per iteration: on real and fake for the
    generator's move, then on the same two batches with the same weights for its own. Batch-norm
    normalises by the batch in training, so both passes give the same logits, and one pair of passes
    serves both moves: the adversarial gradient is taken at the discriminator's input and passed to
    the generator (:meth:`detached_adversarial_loss`). Losses and gradients are the reference's;
    only batch-norm's running averages, which training never reads, are updated half as often.

    Args:
        generator: lr -> sr.
        discriminator: image in [0, 1] -> logits.
        losses: weighted supervised terms by name, each ``(sr, hr)`` -> scalar.
        gan_loss: the adversarial objective, with its weight.
        optimizer: as in :class:`PhasedSystem`, keys ``g`` and ``d``.
        scheduler: as in :class:`PhasedSystem`, keys ``g`` and ``d``.
        metrics: as in :class:`PhasedSystem`.
        discriminator_interval: the discriminator moves in every n-th iteration.
        accumulate: as in :class:`PhasedSystem`. Batch statistics and relativistic means are those
            of a micro-batch.
        grad_clip: as in :class:`PhasedSystem`.
        ema_decay: as in :class:`PhasedSystem`.
        channels_last: as in :class:`PhasedSystem`.
    """

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        losses: Mapping[str, nn.Module],
        gan_loss: GANLoss,
        optimizer: Mapping[str, OptimizerFactory],
        scheduler: Mapping[str, Scheduler],
        metrics: Mapping[str, Metric],
        discriminator_interval: int = 1,
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
        self.discriminator_interval = discriminator_interval
        self.watched = False

    def phases(self) -> tuple[Phase, ...]:
        """The generator moves, then the discriminator."""
        return (
            Phase("g", (self.generator,), self.generator_loss),
            Phase("d", (self.discriminator,), self.discriminator_loss, self.discriminator_interval),
        )

    def look(self, batch: SRBatch) -> Encounter:
        """Super-resolve the batch and let the discriminator judge both sides, once."""
        sr = self.generator(batch["lr"])
        sr_seen = sr.detach().requires_grad_()
        real = self.discriminator(batch["hr"])
        fake = self.discriminator(sr_seen)
        self.latest["train/d/real"] = real.detach().mean()
        self.latest["train/d/fake"] = fake.detach().mean()
        if self.watched:
            self.latest |= health.of_pictures(sr.detach(), batch["hr"], batch["lr"])
        return Encounter(batch["hr"], sr, sr_seen, real, fake)

    def generator_loss(self, seen: Encounter) -> Terms:
        """The supervised terms and the adversarial one."""
        terms = {name: loss(seen.sr, seen.hr) for name, loss in self.losses.items()}
        adversarial = self.gan_loss.generator(seen.real.detach(), seen.fake)
        terms["gan"] = self.detached_adversarial_loss(adversarial, seen.sr_seen, seen.sr)
        return terms

    def discriminator_loss(self, seen: Encounter) -> Terms:
        """The adversarial objective from the other side, with its penalty where it has one."""
        terms = {"gan": self.gan_loss.discriminator(seen.real, seen.fake)}
        penalty = self.gan_loss.penalty(self.discriminator, seen.hr, seen.sr.detach())
        if penalty is not None:
            terms["penalty"] = penalty
        return terms
