"""How a checkpoint reaches the disk."""

from pathlib import Path
from typing import Any

import torch
from pytorch_lightning.plugins.io import TorchCheckpointIO

from srrescgan.errors import UserError
from srrescgan.files import replacing


class CheckpointWriteError(UserError):
    """A checkpoint could not be written; the one before it is intact."""


class AtomicCheckpointIO(TorchCheckpointIO):
    """Writes to a temporary file, then renames: a checkpoint is whole or the old one stays.

    Raises:
        CheckpointWriteError: when the disk is full or the folder cannot be written.
    """

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: Any, storage_options: Any = None
    ) -> None:
        """Write ``checkpoint`` to ``path``, all of it or nothing."""
        try:
            with replacing(Path(path)) as temporary, temporary.open("wb") as file:
                torch.save(checkpoint, file)
        # torch's zip writer turns an error of the file below it into a RuntimeError.
        except (OSError, RuntimeError) as error:
            raise CheckpointWriteError(
                f"could not save {path}: {error}. The previous checkpoint there, if any, is"
                " untouched. Free some space, or choose another output_dir=."
            ) from error
