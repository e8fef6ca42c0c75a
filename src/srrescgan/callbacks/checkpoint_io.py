"""Atomic writing of checkpoint files."""

from pathlib import Path
from typing import Any

import torch
from pytorch_lightning.plugins.io import TorchCheckpointIO

from srrescgan.errors import UserError
from srrescgan.files import replacing


class CheckpointWriteError(UserError):
    """A checkpoint could not be written; the previous one is intact."""


class AtomicCheckpointIO(TorchCheckpointIO):
    """Writes a temporary file and renames it, so that no checkpoint is ever incomplete.

    Raises:
        CheckpointWriteError: the disk is full, or the folder is not writable.
    """

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: Any, storage_options: Any = None
    ) -> None:
        """Write ``checkpoint`` to ``path``, completely or not at all."""
        try:
            with replacing(Path(path)) as temporary, temporary.open("wb") as file:
                torch.save(checkpoint, file)
        # torch's zip writer raises a RuntimeError if writing the file fails.
        except (OSError, RuntimeError) as error:
            raise CheckpointWriteError(
                f"could not save {path}: {error}. A previous checkpoint of this name is intact."
                " Free some space, or set another output_dir."
            ) from error
