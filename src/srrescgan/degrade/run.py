"""Run the degrade command: settings of the manifest, and the report of the result."""

from pathlib import Path
from typing import Any

from rich.console import Console
from torch import nn

from srrescgan.callbacks import software
from srrescgan.degradations import Learned, NoiseInjection
from srrescgan.degrade.degrade_folder import degrade_folder
from srrescgan.degrade.pairs import PairMaker
from srrescgan.errors import ConfigError, DataError
from srrescgan.files import file_sha256


def check_weights(degradation: nn.Module, weights: Path | None) -> None:
    """Make sure that weights are only given to a learned degradation.

    Raises:
        ConfigError: the degradation has nothing to load them into.
    """
    if weights and not any(isinstance(part, Learned) for part in degradation.modules()):
        raise ConfigError(
            f"weights={weights}: this degradation has no weights. Leave weights= out, or choose a"
            " learned degradation, such as degradation=dsgan"
        )


def degrade_settings(
    maker: PairMaker, degradation: dict[str, Any], weights: Path | None
) -> dict[str, Any]:
    """Everything that affects pixels, as the manifest stores it.

    Args:
        maker: of the pictures.
        degradation: its configuration.
        weights: of a learned degradation, which are identified by their content, as is the noise
            of photographs.

    Raises:
        DataError: the photographs have no usable noise.
    """
    settings: dict[str, Any] = {
        "degradation": degradation,
        "weights_sha256": file_sha256(weights) if weights else None,
        "scale": maker.scale,
        "seed": maker.seed,
        "pairs": maker.pairs,
        "cleanup": maker.reduction if maker.pairs == "tdsr" else None,
    }
    injected = [part for part in maker.degradation.modules() if isinstance(part, NoiseInjection)]
    if injected:
        settings["noise_sha256"] = [part.fingerprint() for part in injected]
    return settings


def run_degrade(
    source: Path,
    folder: Path,
    maker: PairMaker,
    settings: dict[str, Any],
    workers: int,
    overwrite: bool,
) -> None:
    """Degrade a folder and print what was done; see :func:`degrade_folder` for the arguments.

    Raises:
        DataError: lists the originals that cannot be used; the others have been degraded.
    """
    versions = {**software(), "device": maker.device.type}
    summary = degrade_folder(source, folder, maker, settings, versions, workers, overwrite)
    if summary.failures:
        listed = "\n  ".join(failure["reason"] for failure in summary.failures)
        total = summary.made + summary.kept + len(summary.failures)
        raise DataError(
            f"{len(summary.failures)} of {total} pictures cannot be used:\n  {listed}\n"
            f"The others are in {folder}. Replace or remove these pictures, then run the same"
            " command again to complete the folder"
        )
    what = f"{summary.made} made, {summary.kept} kept" if summary.made else "nothing to do"
    Console().print(f"{what}: {folder}", soft_wrap=True)
