"""Fitting: a trainer, a system and data in, the scores of the last validation out."""

import logging
import warnings
from dataclasses import dataclass

import pytorch_lightning as pl
from pytorch_lightning.utilities.warnings import PossibleUserWarning

from srrescgan.callbacks import Checkpoint, Provenance
from srrescgan.data import SRDataModule
from srrescgan.systems import PhasedSystem


@dataclass(frozen=True)
class TrainingResult:
    """Result of a training run."""

    scores: dict[str, float]
    """Everything that the last validation and the last iteration logged, by log name."""
    stopped: bool
    """Whether a signal ended the run early; it was saved and can be resumed."""


def fit(
    trainer: pl.Trainer,
    system: PhasedSystem,
    data: SRDataModule,
    ckpt_path: str | None,
    validate_every: int,
) -> TrainingResult:
    """Train to the last iteration, and validate there.

    Args:
        trainer: with its callbacks and loggers.
        system: what is trained.
        data: training and validation sets.
        ckpt_path: checkpoint to resume from; ``None`` starts at iteration 0.
        validate_every: iterations between validations. The run ends with one of its own if its
            length is no multiple of it.
    """
    trainer.fit(system, data, ckpt_path=ckpt_path, weights_only=True)
    if system.iteration % validate_every and not trainer.should_stop:
        trainer.validate(system, data, verbose=False)
    return _finish(trainer)


def validate(
    trainer: pl.Trainer,
    system: PhasedSystem,
    data: SRDataModule,
    ckpt_path: str | None,
    validate_every: int = 1,
) -> TrainingResult:
    """Validate the checkpoint of a complete run once; the arguments are those of :func:`fit`."""
    trainer.validate(system, data, ckpt_path, verbose=False, weights_only=True)
    return _finish(trainer)


def log_config(trainer: pl.Trainer, provenance: Provenance) -> None:
    """Give every logger the resolved configuration and the versions of the code."""
    for logger in trainer.loggers:
        logger.log_hyperparams({**provenance.config, "provenance": provenance.software})


def silence_lightning() -> None:
    """Hide Lightning's advice and deprecations: a command's user cannot act on them."""
    logging.getLogger("pytorch_lightning").setLevel(logging.WARNING)
    warnings.simplefilter("ignore", PossibleUserWarning)
    warnings.filterwarnings("ignore", module="pytorch_lightning", category=FutureWarning)


def _finish(trainer: pl.Trainer) -> TrainingResult:
    # Lightning finalizes with "success" after each phase; "finished" says that nothing follows.
    for logger in trainer.loggers:
        logger.finalize("finished")
    stopped = any(isinstance(c, Checkpoint) and c.stopped for c in trainer.checkpoint_callbacks)
    scores = {name: float(value) for name, value in trainer.callback_metrics.items()}
    return TrainingResult(scores, stopped)
