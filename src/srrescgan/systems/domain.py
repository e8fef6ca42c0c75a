"""Adversarial training in one domain: real and fake pictures, and the terms of both networks."""

from dataclasses import dataclass

from torch import Tensor, nn

from srrescgan.losses import GANLoss
from srrescgan.systems.adversarial import detached_adversarial_loss
from srrescgan.systems.phase import Terms


@dataclass(frozen=True)
class DomainOutputs:
    """Real and fake pictures of one domain, with the logits of its discriminator."""

    real: Tensor
    """``(B, 3, h, w)``, pictures of the domain."""
    fake: Tensor
    """``(B, 3, h, w)``, pictures that a generator put into this domain; its graph."""
    fake_detached: Tensor
    """The pixels of ``fake``, a leaf at which the discriminator's graph begins."""
    real_logits: Tensor
    """Logits on ``real``."""
    fake_logits: Tensor
    """Logits on ``fake_detached``."""


def domain_outputs(real: Tensor, fake: Tensor, discriminator: nn.Module) -> DomainOutputs:
    """Run the discriminator of a domain once on real and fake pictures, for both updates."""
    fake_detached = fake.detach().requires_grad_()
    return DomainOutputs(
        real, fake, fake_detached, discriminator(real), discriminator(fake_detached)
    )


def generator_term(gan_loss: GANLoss, domain: DomainOutputs, loss_scale: float) -> Tensor:
    """Adversarial term of the generator that made ``domain.fake``, times its weight.

    Args:
        gan_loss: the adversarial objective.
        domain: pictures and logits.
        loss_scale: as in :func:`detached_adversarial_loss`.
    """
    loss = gan_loss.generator(domain.real_logits.detach(), domain.fake_logits)
    return detached_adversarial_loss(loss, domain.fake_detached, domain.fake, loss_scale)


def discriminator_terms(
    gan_loss: GANLoss, discriminator: nn.Module, domain: DomainOutputs, suffix: str = ""
) -> Terms:
    """The term ``gan`` of a domain's discriminator, and ``penalty`` where the GAN loss has one.

    Args:
        gan_loss: the adversarial objective.
        discriminator: of the domain.
        domain: pictures and logits.
        suffix: appended to the names of the terms.
    """
    terms = {f"gan{suffix}": gan_loss.discriminator(domain.real_logits, domain.fake_logits)}
    penalty = gan_loss.penalty(discriminator, domain.real, domain.fake.detach())
    if penalty is not None:
        terms[f"penalty{suffix}"] = penalty
    return terms
