"""One job of a multirun: answered from its record, resumed, or run; it never ends the sweep."""

import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from filelock import FileLock
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.types import RunMode
from omegaconf import DictConfig
from rich.console import Console

from srrescgan.config.cli import user_message
from srrescgan.errors import UserError
from srrescgan.sweeps.job import Job, read_jobs
from srrescgan.sweeps.objective import NoScoreError, Objective
from srrescgan.sweeps.plan import Plan
from srrescgan.sweeps.results import number

Answer = float | tuple[float, ...] | None
"""What a sweeper takes: a number for one objective, several for more, ``None`` for a failed job."""


def in_sweep() -> bool:
    """Whether this is a job of a multirun."""
    return HydraConfig.initialized() and HydraConfig.get().mode == RunMode.MULTIRUN


def run_job(cfg: DictConfig, train: Callable[[DictConfig], dict[str, float]]) -> Answer:
    """Train with ``cfg`` unless that was done before, and answer the sweeper.

    A job that failed is tried again. One that was interrupted goes on from its newest checkpoint,
    exactly. Whatever goes wrong is written into the record and does not end the sweep.

    Args:
        cfg: of the job; ``output_dir`` is its own folder, in that of the sweep.
        train: runs it and returns the scores of its last validation by log name.

    Raises:
        KeyboardInterrupt: somebody wants the sweep to end.
    """
    folder = Path(cfg.output_dir)
    objectives = Plan.read(folder.parent).objectives
    # A sweeper may ask for the same settings twice at a time: the second waits for the first.
    with FileLock(folder / ".lock"):
        job = _prepared(folder)
        if job.is_over:
            _say(job, folder, f"{job.status} before, not run again")
            with suppress(NoScoreError):  # the sweep may have been begun with other objectives
                return _answer(job, objectives)
            return None
        last = folder / "checkpoints/last.ckpt"
        if last.exists():
            cfg.ckpt_path, cfg.init_weights = str(last), None
        _say(job, folder, "continued" if last.exists() else "begun")
        job = replace(job, status="running", message="")
        job.write(folder)
        try:
            scores = train(cfg)
            known = Job.read(folder)
            if known is not None and known.status == "pruned":
                job = known  # by the callback that stopped it
            else:
                kept = {key: value for key, value in scores.items() if key.startswith("val/")}
                job = replace(job, status="finished", scores=kept, iteration=cfg.iterations)
            answer = _answer(job, objectives)  # a missing score is a failure
        except KeyboardInterrupt:
            replace(job, status="stopped").write(folder)
            raise
        except Exception as error:
            job, answer = replace(job, status="failed", message=_told(error)), None
            _say(job, folder, f"failed: {job.message}")
        job.write(folder)
        return answer


def _prepared(folder: Path) -> Job:
    """The job's record, or a new one for a job that was never begun."""
    settings = HydraConfig.get()
    common = settings.job.config.override_dirname.exclude_keys
    parsed = OverridesParser.create().parse_overrides(list(settings.overrides.task))
    own = sorted(o.input_line or "" for o in parsed if o.key_or_group not in common)
    place = int(settings.job.num)
    known = Job.read(folder)
    if known is None:
        return Job(place, tuple(own), "running")
    later = any(job.number > known.number for job in read_jobs(folder.parent).values())
    given_up = known.given_up or (known.status == "failed" and later)
    return replace(known, number=place, given_up=given_up)


def _answer(job: Job, objectives: tuple[Objective, ...]) -> Answer:
    values = tuple(objective.value(job.scores) for objective in objectives)
    if job.given_up or not values:
        return None
    return values if len(values) > 1 else values[0]


def _told(error: Exception) -> str:
    """An error for the record; a bug leaves its traceback on the terminal, too."""
    if isinstance(error, UserError):
        return user_message(error)
    traceback.print_exception(error)
    return f"{type(error).__name__}: {error}"


def _say(job: Job, folder: Path, what: str) -> None:
    own = (override.partition("=")[::2] for override in job.overrides)
    settings = " ".join(f"{key}={number(value)}" for key, value in own)
    line = f"job {job.number} ({folder.name}: {settings}) {what}"
    Console().print(line, style="bold", soft_wrap=True, highlight=False, markup=False)
