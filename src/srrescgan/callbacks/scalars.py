"""Training curves: one row per logging interval, on the iteration clock."""

import time
from typing import Any

import pytorch_lightning as pl
import torch
import torch.distributed as dist

from srrescgan.ops.distributed import world_size
from srrescgan.systems import PhasedSystem


class ScalarLogger(pl.Callback):
    """Sends losses, rates, gradient norms and throughput to every logger.

    Values stay on the device until a row is due, so logging costs one synchronisation per
    ``every`` iterations. In a distributed run they are means over the processes.

    Args:
        every: iterations between two rows.
    """

    def __init__(self, every: int) -> None:
        self.every = every
        self._mark = 0.0
        self._working = 0.0
        self._waiting = 0.0
        self._iterations = 0

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Start the stop-watch."""
        self._reset()

    def on_train_batch_start(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, batch: Any, batch_idx: int
    ) -> None:
        """Everything since the last batch ended was waiting for this one."""
        self._waiting += self._lap()

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
        if pl_module.between_iterations:
            self._iterations += 1
            if pl_module.iteration % self.every == 0:
                row = _means(pl_module)
                self._working += self._lap()
                elapsed = self._working + self._waiting
                row["train/iterations_per_second"] = self._iterations / elapsed
                row["train/data_wait_share"] = self._waiting / elapsed
                row["iteration"] = pl_module.iteration
                for logger in trainer.loggers:
                    logger.log_metrics(row, step=pl_module.iteration)
                losses = {k.removeprefix("train/"): v for k, v in row.items() if "/g/" in k}
                losses.pop("g/lr", None)
                pl_module.log_dict(losses, prog_bar=True, logger=False)
                self._reset()
                return
        self._working += self._lap()

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Validation is neither training nor waiting."""
        self._lap()

    def _lap(self) -> float:
        now = time.perf_counter()
        lap, self._mark = now - self._mark, now
        return lap

    def _reset(self) -> None:
        self._working = self._waiting = 0.0
        self._iterations = 0
        self._mark = time.perf_counter()


def _means(system: PhasedSystem) -> dict[str, float]:
    names = sorted(system.latest)
    values = torch.stack([system.latest[name].to(system.device).float() for name in names])
    if world_size() > 1:
        dist.all_reduce(values)
        values /= world_size()
    return dict(zip(names, values.tolist(), strict=True))
