"""SRResCycGAN: super-resolution GAN whose result, reduced by a second network, is lr again."""

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor, nn

from srrescgan.errors import ConfigError
from srrescgan.generators.promises import check_scale
from srrescgan.losses import GANLoss
from srrescgan.systems.adversarial import detached_adversarial_loss
from srrescgan.systems.domain import (
    DomainOutputs,
    discriminator_terms,
    domain_outputs,
    generator_term,
)
from srrescgan.systems.phase import Phase, Terms
from srrescgan.systems.settings import TrainingSettings
from srrescgan.systems.sr_gan import GANOutputs, SRGANSystem
from srrescgan.types import SRBatch


@dataclass(frozen=True)
class SRCycleOutputs(GANOutputs):
    """Outputs of the SR GAN, and the lr domain: real lr images, and sr images reduced again."""

    lr_domain: DomainOutputs
    """``fake`` is the output of the downscaler; its graph begins at ``downscaler_input``."""
    downscaler_input: Tensor
    """``sr``; with split optimizers its pixels, a leaf that requires a gradient."""


class SRCycleGANSystem(SRGANSystem):
    """Two generators in a cycle, lr -> sr -> lr, each against a discriminator of its own.

    SRResCycGAN (Umer and Micheloni, "Deep Cyclic Generative Adversarial Residual Convolutional
    Networks for Real Image Super-Resolution", ECCVW 2020): SRResCGAN, whose result is reduced again
    by ``downscaler`` (``G_LR``) and must equal the input. ``discriminator`` (``D_x``) compares sr
    with hr, ``lr_discriminator`` (``D_y``) the reduced sr with lr. There is only this cycle, none
    from hr to hr. The loss is that of SRResCGAN plus 10 times the mean absolute difference between
    input and reduced sr, and the adversarial term of ``lr_discriminator``.

    The training code was never published, and some choices are settled by no source. Each is an
    option:

    - architecture and initial weights of the downscaler: see
      :class:`srrescgan.generators.downscaler.Downscaler`. It starts untrained.
    - the discriminator of lr: ``lr_discriminator``. The recipe takes DSGAN's without its high-pass
      filter; its receptive field of 13 pixels suits lr patches of 32.
    - its objective and the weight of that: ``lr_gan_loss``. The recipe takes the vanilla GAN loss,
      which belongs to DSGAN's discriminator, with weight 1.
    - one optimizer for both generators, or two: ``split_optimizers``. Adam treats every parameter
      by itself, so with equal settings both are the same. Two have learning rates, schedules and
      gradient limits of their own.

    As in :class:`SRGANSystem`, one pass of each discriminator serves both updates.

    Args:
        generator: lr -> sr. It alone is averaged, validated and exported.
        downscaler: sr -> lr.
        discriminator: of hr; image in [0, 1] -> logits.
        lr_discriminator: of lr; likewise.
        losses: weighted supervised terms by name, each ``(sr, hr)`` -> scalar.
        cycle_loss: weighted, ``(reduced sr, lr)`` -> scalar.
        gan_loss: the adversarial objective of hr, with its weight.
        lr_gan_loss: that of lr.
        settings: as in :class:`PhasedSystem`. The phases are ``g`` (both generators), ``d`` and
            ``d_lr``; with split optimizers ``g_lr`` (the downscaler) follows ``g``.
        discriminator_interval: both discriminators are updated in every n-th iteration.
        split_optimizers: give each generator an optimizer of its own.

    Raises:
        ConfigError: generator and downscaler have different scales.
    """

    def __init__(
        self,
        generator: nn.Module,
        downscaler: nn.Module,
        discriminator: nn.Module,
        lr_discriminator: nn.Module,
        losses: Mapping[str, nn.Module],
        cycle_loss: nn.Module,
        gan_loss: GANLoss,
        lr_gan_loss: GANLoss,
        settings: TrainingSettings,
        discriminator_interval: int = 1,
        split_optimizers: bool = False,
    ) -> None:
        super().__init__(
            generator, discriminator, losses, gan_loss, settings, discriminator_interval
        )
        if check_scale(generator) != check_scale(downscaler):
            raise ConfigError(
                f"the generator enlarges by {generator.scale}, the downscaler reduces by"
                f" {downscaler.scale}: set scale= for both",
                key="system.downscaler.scale",
            )
        self.downscaler = downscaler
        self.lr_discriminator = lr_discriminator
        self.cycle_loss = cycle_loss
        self.lr_gan_loss = lr_gan_loss
        self.split_optimizers = split_optimizers

    def phases(self) -> tuple[Phase, ...]:
        """The phase or phases of the generators, then those of the discriminators."""
        interval = self.discriminator_interval
        discriminators = (
            Phase("d", (self.discriminator,), self.discriminator_loss, interval),
            Phase("d_lr", (self.lr_discriminator,), self.lr_discriminator_loss, interval),
        )
        if not self.split_optimizers:
            both = (self.generator, self.downscaler)
            return (Phase("g", both, self.generator_loss), *discriminators)
        return (
            Phase("g", (self.generator,), self.generator_loss),
            Phase("g_lr", (self.downscaler,), self.cycle_terms),
            *discriminators,
        )

    def shared_forward(self, batch: SRBatch) -> SRCycleOutputs:
        """Super-resolve the batch and reduce it again; run each discriminator once on both kinds.

        Raises:
            ConfigError: generator or downscaler returned another size than it promised.
        """
        gan = super().shared_forward(batch)
        source = gan.sr.detach().requires_grad_() if self.split_optimizers else gan.sr
        reduced = self.downscaler(source)
        if reduced.shape != gan.lr.shape:
            raise ConfigError(
                f"downscaler {type(self.downscaler).__name__} returned {tuple(reduced.shape)} for"
                f" an input of {tuple(source.shape)}, expected {tuple(gan.lr.shape)}: correct the"
                " network, or choose another with downscaler@system.downscaler=",
                key="system.downscaler",
            )
        domain = domain_outputs(gan.lr, reduced, self.lr_discriminator)
        self.latest["train/d_lr/real"] = domain.real_logits.detach().mean()
        self.latest["train/d_lr/fake"] = domain.fake_logits.detach().mean()
        return SRCycleOutputs(**vars(gan), lr_domain=domain, downscaler_input=source)

    def generator_loss(self, outputs: GANOutputs) -> Terms:
        """The terms of the SR GAN, ``cycle``, and the adversarial term ``gan_lr``."""
        assert isinstance(outputs, SRCycleOutputs)
        terms = super().generator_loss(outputs)
        for name, term in self.cycle_terms(outputs).items():
            if self.split_optimizers:  # the gradient stops before the downscaler's weights
                source, scale = outputs.downscaler_input, self.loss_scale()
                term = detached_adversarial_loss(term, source, outputs.sr, scale)
            terms[name] = term
        return terms

    def cycle_terms(self, outputs: SRCycleOutputs) -> Terms:
        """The terms that both generators share: ``cycle``, and the adversarial term ``gan_lr``."""
        domain = outputs.lr_domain
        return {
            "cycle": self.cycle_loss(domain.fake, domain.real),
            "gan_lr": generator_term(self.lr_gan_loss, domain, self.loss_scale()),
        }

    def lr_discriminator_loss(self, outputs: SRCycleOutputs) -> Terms:
        """The adversarial term ``gan``, and ``penalty`` where the GAN loss has one."""
        return discriminator_terms(self.lr_gan_loss, self.lr_discriminator, outputs.lr_domain)
