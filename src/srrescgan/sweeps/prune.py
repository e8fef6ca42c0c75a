"""Stopping a job of a sweep that has fallen behind."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytorch_lightning as pl
from pytorch_lightning.utilities import rank_zero_info

from srrescgan.sweeps.job import Job
from srrescgan.sweeps.objective import Objective, names, possible
from srrescgan.sweeps.pruning import note, others, why_stop
from srrescgan.systems import PhasedSystem


class Prune(pl.Callback):
    """Stops a job that is worse than the median of its sweep's jobs in every objective.

    The rule is in :mod:`srrescgan.sweeps.pruning`. The job's record says that it was pruned, and
    its scores of that validation are its result. In a run that is no job of a sweep, or without an
    objective, nothing happens.

    Args:
        folder: the job's; the others are beside it.
        objective: one name or several, see :func:`srrescgan.sweeps.objective.possible`.
        iterations: length of a whole run; at its end there is nothing to stop.
        jobs: others that must have been validated at the same iteration.
        warmup: share of the run, 0 to 1, before which nothing is stopped.
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
        self.names = names(objective)
        self.iterations = iterations
        self.jobs = jobs
        self.warmup = warmup

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Note where this job is, and stop it if the others are ahead."""
        assert isinstance(pl_module, PhasedSystem)
        job = Job.read(self.folder)
        if trainer.sanity_checking or job is None or not self.names:
            return
        scores = {k: float(v) for k, v in trainer.callback_metrics.items() if k.startswith("val/")}
        objectives = self._objectives(pl_module, scores)
        iteration = pl_module.iteration
        own = {objective.name: objective.mean(scores) for objective in objectives}
        note(self.folder, iteration, own)
        if not self.warmup * self.iterations <= iteration < self.iterations:
            return
        rivals = others(self.folder, iteration)
        reason = why_stop(objectives, own, rivals) if len(rivals) >= self.jobs else None
        if reason is None:
            return
        rank_zero_info(f"Pruned after iteration {iteration}: {reason}.")
        # From here on the job is over, even if its process dies now.
        replace(job, status="pruned", scores=scores, iteration=iteration, message=reason).write(
            self.folder
        )
        trainer.should_stop = True

    def _objectives(self, system: PhasedSystem, scores: dict[str, float]) -> list[Objective]:
        sets = {key.split("/")[1]: True for key in scores}
        known = possible(sets, system.metrics)
        return [known[name] for name in self.names]
