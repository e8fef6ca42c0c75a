"""Checks before training starts: the data against the system, the output folder, the checkpoint."""

from pathlib import Path

import pytorch_lightning as pl

from srrescgan.data import SRDataModule
from srrescgan.errors import ConfigError, WeightsError
from srrescgan.systems import PhasedSystem
from srrescgan.weights.files import read_checkpoint


def check_match(system: PhasedSystem, datamodule: SRDataModule) -> None:
    """Make sure that the batches hold what the system looks for.

    Raises:
        ConfigError: a degradation is to be learned from pairs, or super-resolution without.
    """
    for name, dataset in datamodule.datasets("fit").items():
        roles = dataset.folders().keys()
        unpaired = "real" in roles
        if name == "train" and unpaired != system.is_degradation_system:
            wanted = "unpaired domains" if system.is_degradation_system else "hr images, or pairs"
            found = "unpaired domains" if unpaired else f"{' and '.join(sorted(roles))} images"
            hint = (
                "whose name ends in _unpaired"
                if system.is_degradation_system
                else "without _unpaired"
            )
            raise ConfigError(
                f"{type(system).__name__} trains on {wanted}, the data has {found}: choose"
                f" data= {hint}, or an experiment that fits"
            )
        if system.is_degradation_system and "hr" not in roles:
            raise ConfigError(
                f"{name}: no hr images to degrade; leave the set out with"
                f" data.{name.replace('/', '.')}=null"
            )


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
    if differing and all(key.startswith("ema.") for key in differing):
        raise WeightsError(
            f"{path} and this run disagree about ema_decay: one keeps an average, the other not."
            " Resume with the ema_decay it was trained with."
        )
    if differing:
        raise WeightsError(
            f"{path} was trained with other networks: {len(differing)} of {len(own)} parameters"
            f" differ (first: {differing[0]}). Resume with the configuration it was trained with;"
            " the checkpoint holds it under 'config'."
        )


def is_over(path: Path, iterations: int) -> bool:
    """Whether the run that left a checkpoint has done all its iterations."""
    return read_checkpoint(path).get("iteration", 0) >= iterations


def check_output(folder: Path, ckpt_path: str | None, init_weights: str | None) -> None:
    """Keep what an earlier run left in ``folder``.

    A resumed run may go on in the same folder: its curve so far is set aside, not overwritten.

    Raises:
        ConfigError: a new run would replace the checkpoints of another, or is told two beginnings.
    """
    if ckpt_path and init_weights:
        raise ConfigError("ckpt_path= resumes a run, init_weights= begins one: give one of them")
    last = folder / "checkpoints/last.ckpt"
    if last.exists() and not ckpt_path:
        raise ConfigError(
            f"{folder} holds the checkpoints of an earlier run. Resume it with ckpt_path={last},"
            " or choose another output_dir="
        )
    curve = folder / "csv/metrics.csv"
    if curve.exists():
        count = len(list(curve.parent.glob("metrics.before_resume_*.csv")))
        curve.rename(curve.with_name(f"metrics.before_resume_{count + 1}.csv"))
