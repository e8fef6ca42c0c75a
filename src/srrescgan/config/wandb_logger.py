"""Weights & Biases on our iteration clock, and never in the way of a run."""

import os
import socket
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlparse

from pytorch_lightning.loggers import WandbLogger
from pytorch_lightning.loggers.logger import rank_zero_experiment
from pytorch_lightning.utilities import rank_zero_info, rank_zero_only

_TIMEOUT_S = 3.0


class IterationWandbLogger(WandbLogger):
    """Logs every value against ``iteration``.

    Lightning's logger uses the trainer's step as x-axis, which runs twice as fast as iterations
    when there are two players.

    Args:
        project: W&B project.
        name: of the run; ``None`` lets W&B invent one.
        save_dir: folder of the run's local files.
        mode: ``online``, ``offline``, or ``auto``: online when an API key is configured and the
            server answers, else offline. ``WANDB_MODE`` in the environment overrides ``auto``.
        tags: of the run.
    """

    def __init__(
        self, project: str, name: str | None, save_dir: str, mode: str, tags: list[str]
    ) -> None:
        if mode not in ("auto", "online", "offline"):
            raise ValueError(f"mode must be auto, online or offline, not {mode!r}")
        if mode == "auto":
            mode = os.environ.get("WANDB_MODE") or _reachable_mode()
        # `mode` goes to wandb.init: the variable that Lightning sets for offline=True is no longer
        # understood there.
        super().__init__(
            name=name,
            project=project,
            save_dir=save_dir,
            offline=mode == "offline",
            tags=tags,
            mode=mode,
        )

    @property
    @rank_zero_experiment
    def experiment(self) -> Any:
        """The W&B run, with ``iteration`` as everybody's x-axis."""
        is_new = self._experiment is None
        run = super().experiment
        if is_new:
            run.define_metric("iteration")
            # overwrite: Lightning has just made its own step everybody's x-axis.
            run.define_metric("*", step_metric="iteration", overwrite=True)
        return run

    @rank_zero_only
    def log_metrics(self, metrics: Mapping[str, Any], step: int | None = None) -> None:
        """Log ``metrics`` at iteration ``step``."""
        self.experiment.log({**metrics, "iteration": step})


def _reachable_mode() -> str:
    import wandb

    if not wandb.login(prompt=False, verify=False):
        rank_zero_info("W&B: no API key found (`wandb login` makes one); logging offline.")
        return "offline"
    server = urlparse(wandb.Settings().base_url)
    port = server.port or (443 if server.scheme == "https" else 80)
    try:
        socket.create_connection((server.hostname or "", port), timeout=_TIMEOUT_S).close()
    except OSError as error:
        rank_zero_info(f"W&B: {server.hostname} cannot be reached ({error}); logging offline.")
        return "offline"
    return "online"
