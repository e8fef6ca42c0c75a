"""Checkpoint saving: on schedule, at the best scores, and on Ctrl-C."""

import logging
import signal
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

import pytorch_lightning as pl
from pytorch_lightning.utilities import rank_zero_warn

from srrescgan.callbacks.checkpoint_io import CheckpointWriteError
from srrescgan.callbacks.checkpoint_upload import upload
from srrescgan.errors import ConfigError, nearest
from srrescgan.files import link_or_copy
from srrescgan.systems import PhasedSystem

log = logging.getLogger(__name__)


class Checkpoint(pl.callbacks.Checkpoint):
    """Saves checkpoints every few iterations, at the best validation scores, and on Ctrl-C.

    ``last.ckpt`` is always the newest one. Checkpoints are saved between two iterations only, so
    that a run resumes exactly. If a save fails, training continues with a warning and the next save
    is tried as planned; only the final save must succeed. After a run without errors, the newest
    and the best checkpoints are uploaded to the loggers that store files (W&B).

    Args:
        folder: of the files.
        every: iterations between two saves of ``last.ckpt``.
        keep_every: iterations between two checkpoints that are never overwritten, named
            ``iteration_<n>.ckpt``; 0 for none.
        best: validation metrics, for instance ``[psnr, y_border4/psnr]``. The checkpoint
            with the best mean over all sets is kept as ``best_psnr.ckpt``,
            ``best_y_border4_psnr.ckpt``. A name without a protocol means the first protocol and is
            ignored if the run does not measure the metric. A name with a protocol must be measured.
            ``None`` for none.

    Raises:
        ConfigError: ``best`` is not a list.
    """

    def __init__(
        self, folder: str, every: int, keep_every: int, best: Iterable[str] | None
    ) -> None:
        if isinstance(best, str | Mapping):
            raise ConfigError(
                f"callback.checkpoint.best={best}: expected a list of metrics, such as"
                " [psnr,lpips]; each metric defines whether higher or lower is better"
            )
        self.folder = Path(folder)
        self.every = every
        self.keep_every = keep_every
        self.best = list(best or ())
        self.best_scores: dict[str, float] = {}
        """By ``<protocol>/<metric>``: scores under different protocols are not comparable."""
        self._measured: dict[str, str] = {}
        self._saved_at = -1
        self._validated: tuple[int, dict[str, float]] = (-1, {})
        self._uploaded: tuple[int, dict[str, float]] = (-1, {})
        self._stop_signal: signal.Signals | None = None
        self._handlers: dict[int, Any] = {}

    @property
    def last(self) -> Path:
        """The newest checkpoint."""
        return self.folder / "last.ckpt"

    @property
    def stopped(self) -> bool:
        """True if a signal stopped the run."""
        return self._stop_signal is not None

    def setup(self, trainer: pl.Trainer, pl_module: pl.LightningModule, stage: str) -> None:
        """Match the names in ``best`` to the metrics of this run.

        Raises:
            ConfigError: a name with a protocol is not measured.
        """
        assert isinstance(pl_module, PhasedSystem)
        self._measured = _measured(self.best, pl_module.metrics)

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Make Ctrl-C and SIGTERM stop the run after the current iteration."""

        def request_stop(number: int, frame: FrameType | None) -> None:
            self._restore_handlers()  # a second Ctrl-C stops at once
            self._stop_signal = signal.Signals(number)

        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                self._handlers[number] = signal.signal(number, request_stop)
            except ValueError:  # only the main thread can receive signals
                return

    def on_train_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
    ) -> None:
        """Save when a save is due; save and stop after a signal."""
        assert isinstance(pl_module, PhasedSystem)
        if not pl_module.between_iterations:
            return
        iteration = pl_module.iteration
        stopping = self._stop_signal is not None
        if trainer.world_size > 1:
            # A signal may reach one process only, but a save needs all of them.
            stopping = trainer.strategy.reduce_boolean_decision(stopping, all=False)
        if iteration % self.every == 0 or stopping:
            self._save_last(trainer, pl_module)
        if self.keep_every and iteration % self.keep_every == 0:
            self._keep(trainer, pl_module, f"iteration_{iteration:08d}.ckpt")
        if stopping:
            if trainer.is_global_zero:
                log.warning("Stopped after iteration %d.", iteration)
                log.warning("Resume with ckpt_path=%s", self.last)
            trainer.should_stop = True
            trainer.limit_val_batches = 0  # or Lightning would validate before it stops

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Keep a checkpoint for each metric whose mean is the best so far."""
        assert isinstance(pl_module, PhasedSystem)
        if trainer.sanity_checking:
            return
        means = {k: float(v) for k, v in trainer.callback_metrics.items() if k.startswith("val/")}
        self._validated = (pl_module.iteration, means)
        improved = set()
        for key in self._measured.values():
            score = _mean_score(means, key)
            if score is None:
                continue
            best = self.best_scores.get(key)
            higher = pl_module.metrics[key].higher_is_better
            if best is None or (score > best if higher else score < best):
                self.best_scores[key] = score
                improved.add(key)
        if improved:
            # last.ckpt must contain the new best scores, for a resumed run.
            self._save_last(trainer, pl_module)
        for name, key in self._measured.items():
            if key in improved:
                self._keep(trainer, pl_module, f"{_alias(name)}.ckpt")

    def on_train_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Save the final state; a failure is an error here."""
        assert isinstance(pl_module, PhasedSystem)
        self._restore_handlers()
        if self._saved_at != pl_module.iteration and pl_module.between_iterations:
            trainer.save_checkpoint(self.last)
            self._saved_at = pl_module.iteration

    def teardown(self, trainer: pl.Trainer, pl_module: pl.LightningModule, stage: str) -> None:
        """Upload the checkpoints. Lightning calls this only if the run did not fail."""
        state = (self._saved_at, dict(self.best_scores))
        if self._saved_at < 0 or state == self._uploaded or not trainer.is_global_zero:
            return
        scores = {
            _alias(name): (key, self.best_scores[key])
            for name, key in self._measured.items()
            if key in self.best_scores
        }
        files = {alias: self.folder / f"{alias}.ckpt" for alias in scores}
        upload(trainer.loggers, files | {"last": self.last}, scores, self._validated)
        self._uploaded = state

    def on_exception(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, exception: BaseException
    ) -> None:
        """Restore the signal handlers; the last good checkpoint is already on disk."""
        self._restore_handlers()

    def state_dict(self) -> dict[str, Any]:
        """The best scores so far."""
        return {"best_scores": dict(self.best_scores)}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Restore the best scores of the run so far."""
        # Scores in older checkpoints have no protocol, so nothing can be compared with them.
        stored = state_dict["best_scores"]
        self.best_scores = {key: score for key, score in stored.items() if "/" in key}

    def _save_last(self, trainer: pl.Trainer, system: PhasedSystem) -> None:
        saved = True
        try:
            trainer.save_checkpoint(self.last)
        except CheckpointWriteError as error:
            # Only the process that writes gets here; the others wait at the end of save_checkpoint.
            trainer.strategy.barrier("Trainer.save_checkpoint")
            rank_zero_warn(f"{error} Training continues; the next save is tried as planned.")
            saved = False
        if trainer.strategy.broadcast(saved):
            self._saved_at = system.iteration

    def _keep(self, trainer: pl.Trainer, system: PhasedSystem, name: str) -> None:
        if self._saved_at != system.iteration:
            self._save_last(trainer, system)
        if self._saved_at == system.iteration and trainer.is_global_zero:
            link_or_copy(self.last, self.folder / name)

    def _restore_handlers(self) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._handlers.clear()


def _alias(name: str) -> str:
    """Name of the checkpoint that is best by a metric."""
    return f"best_{name.replace('/', '_')}"


def _measured(names: Iterable[str], keys: Collection[str]) -> dict[str, str]:
    """Map each name in ``best`` that the run measures to its ``<protocol>/<metric>``."""
    measured = {}
    for name in names:
        if "/" in name and name not in keys:
            raise ConfigError(
                f"callback.checkpoint.best: this run does not measure {name!r}{nearest(name, keys)}"
                f" (it measures: {', '.join(keys) or 'nothing'}); choose with protocol=[...] and"
                " metric=[...]"
            )
        key = next((k for k in keys if name in (k, k.rpartition("/")[2])), None)
        if key is not None:
            measured[name] = key
    return measured


def _mean_score(means: Mapping[str, float], key: str) -> float | None:
    """Mean of ``val/<set>/<key>`` over the sets; ``None`` if no set has this score."""
    scores = [mean for name, mean in means.items() if name.split("/", maxsplit=2)[2] == key]
    return sum(scores) / len(scores) if scores else None
