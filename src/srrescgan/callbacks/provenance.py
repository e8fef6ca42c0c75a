"""Provenance of a checkpoint: configuration, code revision and library versions."""

import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytorch_lightning as pl

PACKAGES = ("srrescgan", "torch", "torchvision", "pytorch-lightning", "numpy", "pillow")


class Provenance(pl.Callback):
    """Stores configuration, code revision and library versions in every checkpoint.

    Thus a checkpoint documents its training, and ``upscale`` can rebuild its network.

    Args:
        config: the resolved configuration as plain dicts and lists.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        self.config = config
        self.software = software()

    def on_save_checkpoint(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, checkpoint: dict[str, Any]
    ) -> None:
        """Add ``config`` and ``provenance`` to the checkpoint."""
        checkpoint["config"] = self.config
        checkpoint["provenance"] = self.software


def software() -> dict[str, Any]:
    """Return the revision of this code and the versions of Python and the main libraries."""
    return {
        "code": git_revision(),
        "python": platform.python_version(),
        "versions": {package: version(package) for package in PACKAGES},
    }


def git_revision() -> str:
    """Return the git revision of this code, ``+changes`` if edited; ``unknown`` without git."""
    here = Path(__file__).parent
    try:
        described = subprocess.run(
            ["git", "describe", "--always", "--abbrev=12", "--dirty=+changes", "--exclude=*"],
            cwd=here,
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
        # If the code is only installed inside another repository, git described that repository.
        subprocess.run(
            ["git", "ls-files", "--error-unmatch", __file__],
            cwd=here,
            capture_output=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return described.stdout.strip()
