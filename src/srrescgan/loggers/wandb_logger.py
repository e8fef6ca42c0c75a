"""Weights & Biases logger with iterations as x-axis; its failures never stop a run."""

import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from PIL import Image
from pytorch_lightning.loggers import WandbLogger
from pytorch_lightning.loggers.logger import rank_zero_experiment
from pytorch_lightning.utilities import rank_zero_info, rank_zero_only, rank_zero_warn

from srrescgan.callbacks.dashboards import CaptionedImage, Cell
from srrescgan.files import link_or_copy
from srrescgan.loggers.wandb_server import offline_reason


class IterationWandbLogger(WandbLogger):
    """Logs every value against ``iteration``.

    Lightning's logger uses the trainer's step as x-axis, which counts two per iteration if two
    networks are trained. Each logger has its own W&B run: one that an earlier job of this process
    left open is finished first.

    Args:
        project: W&B project.
        name: of the run; ``None`` lets W&B invent one. Jobs of a multirun append their number.
        group: of runs; ``None``: the jobs of a multirun share the name of its folder, a single run
            has none.
        save_dir: folder of the run's local files.
        mode: ``online``, ``offline``, or ``auto``: online when an API key is configured and the
            server answers, else offline. ``WANDB_MODE`` in the environment overrides ``auto``.
        tags: of the run.
        checkpoints: store the last and the best checkpoints as artifacts when training ends.
    """

    def __init__(
        self,
        project: str,
        name: str | None,
        group: str | None,
        save_dir: str,
        mode: str,
        tags: list[str],
        checkpoints: bool,
    ) -> None:
        if mode not in ("auto", "online", "offline"):
            raise ValueError(f"mode must be auto, online or offline, not {mode!r}")
        if mode == "auto":
            mode = os.environ.get("WANDB_MODE") or _reachable_mode()
        sweep, number = _multirun_job()
        # `mode` goes to wandb.init. Lightning's offline= would set an environment variable for the
        # whole process, which wandb no longer understands.
        super().__init__(
            name=name if number is None or name is None else f"{name}-{number}",
            project=project,
            save_dir=save_dir,
            tags=tags,
            mode=mode,
            group=group or sweep,
        )
        self.checkpoints = checkpoints

    @property
    @rank_zero_experiment
    def experiment(self) -> Any:
        """The W&B run, with ``iteration`` as the x-axis of every metric."""
        import wandb

        is_new = self._experiment is None
        if is_new and wandb.run is not None:
            wandb.run.finish()
        run = super().experiment
        if is_new:
            run.define_metric("iteration")
            # overwrite: Lightning has just made its own step the x-axis.
            run.define_metric("*", step_metric="iteration", overwrite=True)
        return run

    @rank_zero_only
    def log_metrics(self, metrics: Mapping[str, Any], step: int | None = None) -> None:
        """Log ``metrics`` at iteration ``step``."""
        self.experiment.log({**metrics, "iteration": step})

    @rank_zero_only
    def log_picture_table(
        self, key: str, columns: Sequence[str], rows: Sequence[Sequence[Cell]], step: int
    ) -> None:
        """Log a table at iteration ``step``; infinite values, which W&B cannot show, stay empty."""
        import wandb

        data = [[_for_table(cell) for cell in row] for row in rows]
        self.log_metrics({key: wandb.Table(columns=[*columns], data=data)}, step)

    @rank_zero_only
    def log_checkpoint(
        self, path: Path, aliases: Sequence[str], metadata: Mapping[str, Any]
    ) -> None:
        """Store a checkpoint as a version of the artifact ``checkpoint-<run id>``.

        Offline it stays in the run's folder until ``wandb sync``. If that folder has no room left,
        a warning is printed; the checkpoint itself is safe.

        Args:
            path: a file that may be replaced but is never rewritten.
            aliases: names of this version, such as ``last`` and ``best_psnr``.
            metadata: shown beside the file.
        """
        if not self.checkpoints:
            return
        import wandb

        run = self.experiment
        artifact = wandb.Artifact(f"checkpoint-{run.id}", type="model", metadata=dict(metadata))
        link = Path(run.dir).parent / "checkpoints" / f"{aliases[0]}.ckpt"
        try:
            # A hard link: nothing is copied, and W&B can read it later.
            link.parent.mkdir(parents=True, exist_ok=True)
            link_or_copy(path, link)
            artifact.add_file(str(link), name="model.ckpt", skip_cache=True, policy="immutable")
        except OSError as error:
            rank_zero_warn(f"{path} was not uploaded to W&B: {error}. The file itself is safe.")
            return
        run.log_artifact(artifact, aliases=[*aliases])

    @rank_zero_only
    def finalize(self, status: str) -> None:
        """End the run, uploads included, unless more may follow.

        Args:
            status: ``finished``: nothing follows, the next job of a multirun starts its own run.
                ``success``: Lightning has ended one of its phases; the run stays open, because a
                validation may follow. Anything else: the run failed.
        """
        if status != "success":
            self.close(exit_code=0 if status == "finished" else 1)

    @rank_zero_only
    def close(self, exit_code: int = 0) -> None:
        """End the run with an exit code, uploads included."""
        if self._experiment is not None:
            self._experiment.finish(exit_code=exit_code)


def _multirun_job() -> tuple[str | None, int | None]:
    """Name of the multirun to which this job belongs, and the job's number."""
    if not HydraConfig.initialized() or HydraConfig.get().mode != RunMode.MULTIRUN:
        return None, None
    return Path(HydraConfig.get().sweep.dir).name, HydraConfig.get().job.num


def _for_table(cell: Cell) -> Any:
    import wandb

    if isinstance(cell, CaptionedImage):
        return wandb.Image(Image.fromarray(cell.image), caption=cell.caption)
    if isinstance(cell, float) and not math.isfinite(cell):
        return None
    return cell


def _reachable_mode() -> str:
    reason = offline_reason()
    if reason is None:
        return "online"
    rank_zero_info(f"W&B: {reason}; logging offline.")
    return "offline"
