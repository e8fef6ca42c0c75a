"""One job of a multirun: skipped, resumed or run; a failed job does not end the sweep."""

import traceback
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from filelock import FileLock
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.types import RunMode
from omegaconf import DictConfig
from rich.console import Console

from srrescgan.config.cli import user_message
from srrescgan.errors import UserError
from srrescgan.sweeps.job_record import JobRecord, read_jobs
from srrescgan.sweeps.objective import NoScoreError, Objective
from srrescgan.sweeps.plan import Plan
from srrescgan.sweeps.results import short_number
from srrescgan.weights.files import read_checkpoint

SweeperValue = float | tuple[float, ...] | None
"""A sweeper's result: a number for one objective, several for more, ``None`` for a failed job."""


class TrainingResult(Protocol):
    """Result of a training run."""

    @property
    def scores(self) -> Mapping[str, float]:
        """Scores of the last validation by log name, and other logged values."""

    @property
    def stopped(self) -> bool:
        """Whether a signal ended the run early."""


class Train(Protocol):
    """Runs the training that a configuration describes."""

    def __call__(self, cfg: DictConfig, validate_only: bool) -> TrainingResult:
        """Train; or only validate ``cfg.ckpt_path``, the checkpoint of a complete run."""


def in_sweep() -> bool:
    """Whether this is a job of a multirun."""
    return HydraConfig.initialized() and HydraConfig.get().mode == RunMode.MULTIRUN


def run_job(cfg: DictConfig, train: Train) -> SweeperValue:
    """Train with ``cfg`` unless that was done before, and return the sweeper's value.

    A failed job is tried again. An interrupted one resumes exactly from its newest checkpoint. An
    error is written into the job's record and does not end the sweep.

    Args:
        cfg: of the job; ``output_dir`` is the job's own folder, inside the folder of the sweep.
        train: runs it.

    Raises:
        KeyboardInterrupt: the user stops the sweep.
    """
    folder = Path(cfg.output_dir)
    objectives = Plan.read(folder.parent).objectives
    # A sweeper may ask for the same settings twice at a time: the second waits for the first.
    with FileLock(folder / ".lock"):
        job = _start_record(folder)
        if job.is_over:
            _announce(job, folder, f"{job.status} before, not run again")
            with suppress(NoScoreError):  # the sweep may have started with other objectives
                return _sweeper_value(job, objectives)
            return None
        last = folder / "checkpoints/last.ckpt"
        if last.exists():
            cfg.ckpt_path, cfg.init_weights = str(last), None
        _announce(job, folder, "resumed" if last.exists() else "started")
        job = replace(job, status="running", message="")
        job.write(folder)
        try:
            result = train(cfg, validate_only=_is_complete(cfg))
            if result.stopped:
                raise KeyboardInterrupt  # it is saved; the user stopped the whole sweep
            written = JobRecord.read(folder)
            if written is not None and written.status == "pruned":
                job = written  # by the callback that stopped it
            else:
                scores = {k: v for k, v in result.scores.items() if k.startswith("val/")}
                job = replace(job, status="finished", scores=scores, iteration=cfg.iterations)
            value = _sweeper_value(job, objectives)  # a missing score is a failure
        except KeyboardInterrupt:
            replace(job, status="stopped").write(folder)
            raise
        except Exception as error:
            job, value = replace(job, status="failed", message=_error_message(error)), None
            _announce(job, folder, f"failed: {job.message}")
        job.write(folder)
        return value


def _is_complete(cfg: DictConfig) -> bool:
    """Whether the job was killed after its last iteration and lacks its last validation only."""
    return bool(cfg.ckpt_path) and (
        read_checkpoint(Path(cfg.ckpt_path)).get("iteration", 0) >= cfg.iterations
    )


def _start_record(folder: Path) -> JobRecord:
    """The job's record, or a new one for a job that never started."""
    settings = HydraConfig.get()
    common = settings.job.config.override_dirname.exclude_keys
    parsed = OverridesParser.create().parse_overrides(list(settings.overrides.task))
    overrides = sorted(o.input_line or "" for o in parsed if o.key_or_group not in common)
    number = int(settings.job.num)
    record = JobRecord.read(folder)
    if record is None:
        return JobRecord(number, tuple(overrides), "running")
    later = any(job.number > record.number for job in read_jobs(folder.parent).values())
    abandoned = record.abandoned or (record.status == "failed" and later)
    return replace(record, number=number, abandoned=abandoned)


def _sweeper_value(job: JobRecord, objectives: tuple[Objective, ...]) -> SweeperValue:
    values = tuple(objective.value(job.scores) for objective in objectives)
    if job.abandoned or not values:
        return None
    return values if len(values) > 1 else values[0]


def _error_message(error: Exception) -> str:
    """An error for the record; a bug is also printed with its traceback."""
    if isinstance(error, UserError):
        return user_message(error)
    traceback.print_exception(error)
    return f"{type(error).__name__}: {error}"


def _announce(job: JobRecord, folder: Path, event: str) -> None:
    overrides = (override.partition("=")[::2] for override in job.overrides)
    settings = " ".join(f"{key}={short_number(value)}" for key, value in overrides)
    line = f"job {job.number} ({folder.name}: {settings}) {event}"
    Console().print(line, style="bold", soft_wrap=True, highlight=False, markup=False)
