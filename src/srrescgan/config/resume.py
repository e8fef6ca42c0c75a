"""A checkpoint held against the run that is to continue it."""

from pathlib import Path

import pytorch_lightning as pl

from srrescgan.errors import WeightsError
from srrescgan.inference.weights import read_checkpoint


def check_resumable(path: Path, system: pl.LightningModule, iterations: int) -> None:
    """Make sure that a run can go on from a checkpoint, before Lightning tries.

    Raises:
        WeightsError: when the file is no checkpoint of a training run, belongs to other networks,
            or is already past ``iterations``.
    """
    checkpoint = read_checkpoint(path)
    if "iteration" not in checkpoint or "optimizer_states" not in checkpoint:
        raise WeightsError(
            f"{path} holds no state of a training run. ckpt_path= resumes from a .ckpt of this"
            " project; to start from trained weights use init_weights="
        )
    if checkpoint["iteration"] >= iterations:
        raise WeightsError(
            f"{path} is at iteration {checkpoint['iteration']} already; iterations={iterations} is"
            " the length of the whole run, resumed part included. Ask for more."
        )
    own = {key: value.shape for key, value in system.state_dict().items()}
    theirs = {key: value.shape for key, value in checkpoint["state_dict"].items()}
    differing = sorted(k for k in own.keys() | theirs.keys() if own.get(k) != theirs.get(k))
    if differing:
        raise WeightsError(
            f"{path} was trained with other networks: {len(differing)} of {len(own)} parameters"
            f" differ (first: {differing[0]}). Resume with the configuration it was trained with;"
            " the checkpoint holds it under 'config'."
        )
