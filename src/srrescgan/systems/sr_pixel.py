"""Generator trained on pairs without a discriminator: PSNR pre-training and baselines."""

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor, nn

from srrescgan.generators.promises import check_size
from srrescgan.systems.base import PhasedSystem
from srrescgan.systems.phase import Phase, Terms
from srrescgan.systems.settings import TrainingSettings
from srrescgan.types import SRBatch


@dataclass(frozen=True)
class SROutputs:
    """A batch and its super-resolved images."""

    lr: Tensor
    """``(B, 3, h, w)``, the input."""
    hr: Tensor
    """``(B, 3, H, W)``, the ground truth."""
    sr: Tensor
    """``(B, 3, H, W)``, the output of the generator."""


class SRPixelSystem(PhasedSystem):
    """One generator and any number of supervised losses; no discriminator.

    Args:
        generator: lr -> sr.
        losses: weighted terms by name, each ``(sr, hr)`` -> scalar.
        settings: as in :class:`PhasedSystem`; the phase is ``g``.
    """

    def __init__(
        self, generator: nn.Module, losses: Mapping[str, nn.Module], settings: TrainingSettings
    ) -> None:
        super().__init__(generator=generator, settings=settings)
        self.losses = nn.ModuleDict(losses)

    def phases(self) -> tuple[Phase, ...]:
        """The generator's phase alone."""
        return (Phase("g", (self.generator,), self.generator_loss),)

    def shared_forward(self, batch: SRBatch) -> SROutputs:
        """Super-resolve the batch."""
        sr = self.generator(batch["lr"])
        check_size(self.generator, batch["lr"], sr, batch["hr"].shape)
        return SROutputs(batch["lr"], batch["hr"], sr)

    def generator_loss(self, outputs: SROutputs) -> Terms:
        """The supervised terms."""
        return {name: loss(outputs.sr, outputs.hr) for name, loss in self.losses.items()}
