"""Training curves: one row every few iterations."""

import time
from typing import Any

import pytorch_lightning as pl
import torch
import torch.distributed as dist
from torch import Tensor

from srrescgan.callbacks.health import HealthMonitor
from srrescgan.ops.distributed import world_size
from srrescgan.systems import PhasedSystem


class ScalarLogger(pl.Callback):
    """Sends losses, learning rates, gradient norms, health curves and speed to every logger.

    :mod:`srrescgan.callbacks.health` explains the health curves. Values stay on the device until a
    row is logged, so logging synchronizes once per ``every`` iterations. Only the images of that
    iteration are measured. In a distributed run the values are means over the processes.

    Args:
        every: iterations between two rows.
    """

    def __init__(self, every: int) -> None:
        self.every = every
        self.health = HealthMonitor()
        self._reset()

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Start the clock."""
        self._reset()

    def on_train_batch_start(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, batch: Any, batch_idx: int
    ) -> None:
        """Count the time since the last batch, except validation, as waiting for data."""
        assert isinstance(pl_module, PhasedSystem)
        self._waiting += time.perf_counter() - max(pl_module.idle_since, self._resumed)

    def on_train_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
    ) -> None:
        """Log a row when it is due."""
        assert isinstance(pl_module, PhasedSystem)
        if not pl_module.between_iterations:
            return
        self._iterations += 1
        if pl_module.iteration % self.every:
            return
        images = self.health.from_outputs(outputs["outputs"])
        row = _means(pl_module.latest | images, pl_module.device)
        row |= self.health.from_values(row)
        elapsed = time.perf_counter() - self._started - self._validating
        row["train/iterations_per_second"] = self._iterations / elapsed
        row["train/data_wait_share"] = self._waiting / elapsed
        row["iteration"] = pl_module.iteration
        for logger in trainer.loggers:
            logger.log_metrics(row, step=pl_module.iteration)
        losses = {k.removeprefix("train/"): v for k, v in row.items() if "/g/" in k}
        losses.pop("g/lr", None)
        pl_module.log_dict(losses, prog_bar=True, logger=False)
        self._reset()

    def on_validation_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Stop the clock: validation is neither training nor waiting."""
        self._paused = time.perf_counter()

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Start the clock again."""
        self._resumed = time.perf_counter()
        self._validating += self._resumed - self._paused

    def _reset(self) -> None:
        self._started = self._resumed = self._paused = time.perf_counter()
        self._waiting = self._validating = 0.0
        self._iterations = 0


def _means(values: dict[str, Tensor], device: torch.device) -> dict[str, float]:
    """Means over the processes, by log name, sorted."""
    names = sorted(values)
    stacked = torch.stack([values[name].to(device).float() for name in names])
    if world_size() > 1:
        dist.all_reduce(stacked)
        stacked /= world_size()
    return dict(zip(names, stacked.tolist(), strict=True))
