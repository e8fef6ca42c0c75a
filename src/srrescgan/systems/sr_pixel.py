"""A generator alone, trained on pairs: PSNR pre-training and PSNR-oriented baselines."""

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor, nn

from srrescgan.schedulers import Scheduler
from srrescgan.systems.base import OptimizerFactory, PhasedSystem
from srrescgan.systems.phase import Phase, Terms
from srrescgan.types import Metric, SRBatch


@dataclass(frozen=True)
class Pair:
    """What the generator made of a batch, and what it should have made."""

    sr: Tensor
    hr: Tensor


class SRPixelSystem(PhasedSystem):
    """One generator and any number of supervised losses; no adversary.

    Args:
        generator: lr -> sr.
        losses: weighted terms by name, each ``(sr, hr)`` -> scalar.
        optimizer: as in :class:`PhasedSystem`, key ``g``.
        scheduler: as in :class:`PhasedSystem`, key ``g``.
        metrics: as in :class:`PhasedSystem`.
        accumulate: as in :class:`PhasedSystem`.
        grad_clip: as in :class:`PhasedSystem`.
        ema_decay: as in :class:`PhasedSystem`.
        channels_last: as in :class:`PhasedSystem`.
    """

    def __init__(
        self,
        generator: nn.Module,
        losses: Mapping[str, nn.Module],
        optimizer: Mapping[str, OptimizerFactory],
        scheduler: Mapping[str, Scheduler],
        metrics: Mapping[str, Metric],
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
        self.losses = nn.ModuleDict(losses)

    def phases(self) -> tuple[Phase, ...]:
        """The generator moves."""
        return (Phase("g", (self.generator,), self.generator_loss),)

    def look(self, batch: SRBatch) -> Pair:
        """Super-resolve the batch."""
        return Pair(self.generator(batch["lr"]), batch["hr"])

    def generator_loss(self, pair: Pair) -> Terms:
        """The supervised terms."""
        return {name: loss(pair.sr, pair.hr) for name, loss in self.losses.items()}
