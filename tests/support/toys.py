"""Small networks for tests of training."""

from dataclasses import fields
from functools import partial
from typing import Any

import pytorch_lightning as pl
import torch
from torch import nn

from srrescgan.discriminators import PatchDiscriminator, VGGDiscriminator
from srrescgan.generators import SRResDNet
from srrescgan.generators.downscaler import Downscaler
from srrescgan.losses import PixelLoss, RelativisticAverageGAN, TVLoss, VanillaGAN
from srrescgan.metrics import PSNR, Protocol
from srrescgan.schedulers import Constant
from srrescgan.systems import PhasedSystem, SRCycleGANSystem, SRGANSystem, TrainingSettings

PHASES = ("g", "d", "g_lr", "d_lr")
"""Names of the phases of all systems."""


def networks(system: type[PhasedSystem] = SRGANSystem, **changes: Any) -> PhasedSystem:
    """A system with toy networks and the same weights on every call.

    Args:
        system: class of the system.
        changes: arguments of the system or of its settings.
    """
    torch.manual_seed(7)
    arguments: dict[str, Any] = {
        "generator": SRResDNet(features=8, blocks=2, noise_estimate="input"),
        "losses": {"pixel": PixelLoss(1.0), "tv": TVLoss(0.1)},
    }
    if issubclass(system, SRGANSystem):
        arguments["discriminator"] = VGGDiscriminator(patch_size=32, features=4)
        arguments["gan_loss"] = RelativisticAverageGAN(weight=0.1)
    if issubclass(system, SRCycleGANSystem):
        arguments["downscaler"] = Downscaler(features=4, blocks=1)
        arguments["lr_discriminator"] = PatchDiscriminator(features=2)
        arguments["cycle_loss"] = PixelLoss(2.0)
        arguments["lr_gan_loss"] = VanillaGAN(weight=0.1)
    arguments["metrics"] = {"psnr": PSNR(Protocol("rgb", 0, "round"))}
    return with_settings(system, **arguments | changes)


def with_settings(system: type[PhasedSystem], **arguments: Any) -> PhasedSystem:
    """Build a system from its own arguments and from those of its settings, by name."""
    settings: dict[str, Any] = {
        "optimizer": {name: partial(torch.optim.Adam, lr=1e-3) for name in PHASES},
        "scheduler": {name: Constant() for name in PHASES},
        "metrics": {},
    }
    names = {field.name for field in fields(TrainingSettings)}
    settings |= {name: arguments.pop(name) for name in names & arguments.keys()}
    return system(settings=TrainingSettings(**settings), **arguments)


class Recorder(pl.Callback):
    """Records learning rates and the iterations of validations."""

    def __init__(self) -> None:
        self.rates: dict[str, list[float]] = {"g": [], "d": []}
        self.validated_at: list[int] = []
        self.norms: list[float] = []

    def on_before_optimizer_step(
        self, trainer: pl.Trainer, pl_module: PhasedSystem, optimizer: torch.optim.Optimizer
    ) -> None:
        names = {id(o.optimizer): n for n, o in zip("gd", pl_module._optimizers(), strict=False)}
        self.rates[names[id(optimizer)]].append(optimizer.param_groups[0]["lr"])

    def on_validation_end(self, trainer: pl.Trainer, pl_module: PhasedSystem) -> None:
        self.validated_at.append(pl_module.iteration)


def flat(module: nn.Module) -> torch.Tensor:
    """All parameters of a module as one vector."""
    return torch.cat([p.detach().flatten() for p in module.parameters()])
