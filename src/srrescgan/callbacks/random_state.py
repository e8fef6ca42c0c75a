"""Random state of every process, saved in the checkpoint."""

import random
from typing import Any

import numpy as np
import pytorch_lightning as pl
import torch
import torch.distributed as dist

from srrescgan.ops.distributed import rank, world_size

State = dict[str, Any]


class RandomState(pl.Callback):
    """Saves and restores the Python, NumPy, torch and CUDA generators of every process.

    With them, everything that draws random numbers in a training step resumes exactly. (Sampling,
    augmentation and degradation do not need them: they are functions of seed, epoch and index.)
    """

    def __init__(self) -> None:
        self._restored: list[State] = []

    def state_dict(self) -> State:
        """Return one state per process. Lightning makes this collective call on every process."""
        states = [_capture()]
        if world_size() > 1:
            states = [{}] * world_size()
            dist.all_gather_object(states, _capture())
        return {"processes": states}

    def load_state_dict(self, state_dict: State) -> None:
        """Keep the states until training starts."""
        self._restored = state_dict["processes"]

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Restore the states; only now, because the setup draws random numbers too."""
        if rank() < len(self._restored):
            _restore(self._restored[rank()])


def _capture() -> State:
    # Plain numbers and tensors only: checkpoints are read with weights_only=True.
    numpy_state = np.random.get_state(legacy=False)  # noqa: NPY002 (third parties draw from it)
    return {
        "python": list(random.getstate()[1]),
        "python_gauss": random.getstate()[2],
        "numpy_key": torch.from_numpy(numpy_state["state"]["key"].astype(np.int64)),
        "numpy_pos": int(numpy_state["state"]["pos"]),
        "numpy_gauss": [int(numpy_state["has_gauss"]), float(numpy_state["gauss"])],
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
    }


def _restore(state: State) -> None:
    random.setstate((random.getstate()[0], tuple(state["python"]), state["python_gauss"]))
    np.random.set_state(  # noqa: NPY002
        (
            "MT19937",
            state["numpy_key"].numpy().astype(np.uint32),
            state["numpy_pos"],
            *state["numpy_gauss"],
        )
    )
    torch.set_rng_state(state["torch"].cpu())
    if state["cuda"] and len(state["cuda"]) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all([generator.cpu() for generator in state["cuda"]])
