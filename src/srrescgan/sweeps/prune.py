"""The callback that stops a job of a sweep by the median rule."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytorch_lightning as pl
from pytorch_lightning.utilities import rank_zero_info

from srrescgan.sweeps.job_record import JobRecord
from srrescgan.sweeps.median_rule import median_rule, record_score, rivals_at
from srrescgan.sweeps.objective import Objective, available_objectives, objective_names
from srrescgan.systems import PhasedSystem


class Prune(pl.Callback):
    """Stops a job that is worse than the median of its sweep's jobs in every objective.

    See :func:`srrescgan.sweeps.median_rule.median_rule`. The job's record then says ``pruned``, and
    the scores of that validation are the job's result. In a run that is no job of a sweep, or has
    no objective, the callback does nothing.

    Args:
        folder: of the job; the folders of the other jobs are beside it.
        objective: one name or several, as
            :func:`srrescgan.sweeps.objective.available_objectives` returns them.
        iterations: length of a whole run; its last validation stops nothing.
        jobs: number of other jobs that must have a score at the same iteration.
        warmup: share of the run, 0 to 1, before which no job is stopped.
    """

    def __init__(
        self,
        folder: str,
        objective: str | Sequence[str] | None,
        iterations: int,
        jobs: int,
        warmup: float,
    ) -> None:
        if jobs < 1 or not 0 <= warmup <= 1:
            raise ValueError(
                f"prune: jobs={jobs} must be at least 1 and warmup={warmup} between 0 and 1"
            )
        self.folder = Path(folder)
        self.names = objective_names(objective)
        self.iterations = iterations
        self.jobs = jobs
        self.warmup = warmup

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Record the scores of this job, and stop it if it is behind the others."""
        assert isinstance(pl_module, PhasedSystem)
        job = JobRecord.read(self.folder)
        if trainer.sanity_checking or job is None or not self.names:
            return
        scores = {k: float(v) for k, v in trainer.callback_metrics.items() if k.startswith("val/")}
        objectives = self._objectives(pl_module, scores)
        iteration = pl_module.iteration
        own = {objective.name: objective.mean(scores) for objective in objectives}
        record_score(self.folder, iteration, own)
        if not self.warmup * self.iterations <= iteration < self.iterations:
            return
        rivals = rivals_at(self.folder, iteration)
        reason = median_rule(objectives, own, rivals) if len(rivals) >= self.jobs else None
        if reason is None:
            return
        rank_zero_info(f"Pruned after iteration {iteration}: {reason}.")
        # Written first: now the job is over even if its process is killed.
        replace(job, status="pruned", scores=scores, iteration=iteration, message=reason).write(
            self.folder
        )
        trainer.should_stop = True

    def _objectives(self, system: PhasedSystem, scores: dict[str, float]) -> list[Objective]:
        sets = {key.split("/")[1]: True for key in scores}
        known = available_objectives(sets, system.metrics)
        return [known[name] for name in self.names]
