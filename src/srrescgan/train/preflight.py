"""Checks before training starts: the output folder, the data, the system, the checkpoint."""

from collections.abc import Collection
from pathlib import Path

from lightning_utilities.core.rank_zero import rank_zero_only
from torch import nn

from srrescgan.data import SRDataModule
from srrescgan.doctor import Checkup, require_healthy
from srrescgan.errors import ConfigError, WeightsError
from srrescgan.generators.promises import check_scale
from srrescgan.systems import PhasedSystem
from srrescgan.train.report import print_notice
from srrescgan.weights import find_weights
from srrescgan.weights.files import load_into, read_checkpoint, read_generator


def check_output(folder: Path, ckpt_path: str | None, init_weights: str | None) -> None:
    """Make sure that a run does not overwrite what an earlier one left in its folder.

    A resumed run may continue in the same folder: its training curve so far is renamed to
    ``metrics.before_resume_<n>.csv``.

    Raises:
        ConfigError: a new run would replace the checkpoints of an earlier one, or both
            ``ckpt_path`` and ``init_weights`` are given.
    """
    if ckpt_path and init_weights:
        raise ConfigError("ckpt_path= resumes a run, init_weights= starts one: give only one")
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


def check_data(data: SRDataModule, checkup: Checkup | None, folder: Path) -> None:
    """Make sure that the data is there and healthy; takes a second if a folder is missing.

    Args:
        data: training and validation sets.
        checkup: the doctor's checks; ``None`` skips them.
        folder: for the doctor's report on data with errors.

    Raises:
        DataError: a folder is not as expected, or the doctor found errors.
    """
    data.setup("fit")
    if checkup is not None:
        rank_zero_only(require_healthy)(checkup, data.datasets("fit"), folder)


def check_match(system: PhasedSystem, data: SRDataModule) -> None:
    """Make sure that the batches hold the images that the system trains on.

    Raises:
        ConfigError: a degradation system was given pairs, or an SR system unpaired domains; or the
            generator does not say its scale.
    """
    check_scale(system.generator)
    for name, dataset in data.datasets("fit").items():
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


def sets_with_hr(data: SRDataModule) -> dict[str, bool]:
    """Each validation set by name: whether it has hr images to compare with."""
    validated = data.datasets("validate").items()
    return {name.removeprefix("val/"): "hr" in dataset.folders() for name, dataset in validated}


def load_initial_state(
    system: PhasedSystem,
    init_weights: str | None,
    ckpt_path: str | None,
    iterations: int,
    init_skip: Collection[str] = (),
) -> None:
    """Load the initial weights of the generator, or check the checkpoint to resume from.

    Lightning loads the checkpoint itself, when fitting starts.

    Args:
        system: whose generator gets the weights.
        init_weights: weight file or checkpoint, or the name of known weights; ``None`` keeps the
            random initialization.
        ckpt_path: checkpoint to resume from; ``None`` for none.
        iterations: length of the whole run.
        init_skip: beginnings of keys that are not loaded from ``init_weights``.

    Raises:
        ConfigError: no key begins as ``init_skip`` says.
        WeightsError: a file cannot be read or does not fit.
    """
    if init_weights:
        _load_initial_weights(system.generator, init_weights, init_skip)
    if ckpt_path:
        check_resumable(Path(ckpt_path), system, iterations)


def _load_initial_weights(generator: nn.Module, path: str, skip: Collection[str]) -> None:
    weights = read_generator(find_weights(path))
    keys = weights.state.keys() | generator.state_dict().keys()
    for beginning in skip:
        if not any(key.startswith(beginning) for key in keys):
            raise ConfigError(
                f"init_skip={beginning}: no key of {path} or of {type(generator).__name__} begins"
                f" so; the first of the network is {next(iter(generator.state_dict()))}"
            )
    skipped = load_into(generator, weights, skip)
    if skip:
        print_notice(None, f"init_weights={path}: not loaded (init_skip): {', '.join(skipped)}")


def check_resumable(path: Path, system: PhasedSystem, iterations: int) -> None:
    """Make sure that a run can resume from a checkpoint.

    Raises:
        WeightsError: the file is no checkpoint of a training run, belongs to other networks, or has
            reached ``iterations`` already.
    """
    checkpoint = read_checkpoint(path)
    if "iteration" not in checkpoint or "optimizer_states" not in checkpoint:
        raise WeightsError(
            f"{path} holds no training state. ckpt_path= resumes from a .ckpt of this project; to"
            " start from trained weights use init_weights="
        )
    if checkpoint["iteration"] >= iterations:
        raise WeightsError(
            f"{path} has reached iteration {checkpoint['iteration']}; iterations={iterations}"
            " counts the whole run, resumed part included. Raise iterations= to train longer."
        )
    ours = {key: value.shape for key, value in system.state_dict().items()}
    theirs = {key: value.shape for key, value in checkpoint["state_dict"].items()}
    differing = sorted(k for k in ours.keys() | theirs.keys() if ours.get(k) != theirs.get(k))
    if differing and all(key.startswith("ema.") for key in differing):
        raise WeightsError(
            f"{path} and this run differ in ema_decay: only one of them averages the weights."
            " Resume with the ema_decay it was trained with."
        )
    if differing:
        raise WeightsError(
            f"{path} was trained with other networks: {len(differing)} of {len(ours)} parameters"
            f" differ (first: {differing[0]}). Resume with the configuration it was trained with;"
            " the checkpoint holds it under 'config'."
        )
