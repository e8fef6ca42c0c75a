"""Make lr pictures: ``python -m srrescgan.degrade input=DIR output=DIR degradation=NAME``."""

from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf
from rich.console import Console

from srrescgan.callbacks import software
from srrescgan.config.build import build
from srrescgan.config.cli import entry_point, plain
from srrescgan.degradations import Learned
from srrescgan.degrade.degrading import degrade_folder
from srrescgan.degrade.pairs import PairMaker
from srrescgan.errors import ConfigError, DataError
from srrescgan.files import file_sha256
from srrescgan.inference import choose_device


def degrade(cfg: DictConfig) -> None:
    """Write the pictures and their manifest; report the originals that could not be used."""
    degradation = build(cfg.degradation)
    if cfg.weights and not any(isinstance(part, Learned) for part in degradation.modules()):
        raise ConfigError("weights= are for a learned degradation, such as degradation=dsgan")
    device = choose_device(cfg.device)
    maker = PairMaker(degradation, cfg.scale, cfg.seed, cfg.pairs, cfg.cleanup, device)
    made_with = {**software(), "device": device.type}
    folder = Path(cfg.output).expanduser()
    outcome = degrade_folder(
        Path(cfg.input).expanduser(),
        folder,
        maker,
        _settings(cfg),
        made_with,
        cfg.workers,
        cfg.overwrite,
    )
    if outcome.failures:
        listed = "\n  ".join(failure["reason"] for failure in outcome.failures)
        total = outcome.made + outcome.found + len(outcome.failures)
        raise DataError(
            f"{len(outcome.failures)} of {total} pictures could not be used:\n  {listed}\n"
            f"The others are in {folder}. Mend these and run the same command again"
        )
    what = f"{outcome.made} made, {outcome.found} were there" if outcome.made else "nothing to do"
    Console().print(f"{what}: {folder}", soft_wrap=True)


def _settings(cfg: DictConfig) -> dict[str, Any]:
    """Everything that decides about pixels; weights by what is in them, not by where they lie."""
    weights = Path(cfg.weights).expanduser() if cfg.weights else None
    named = OmegaConf.merge(cfg, {"degradation_weights": weights.name if weights else None})
    assert isinstance(named, DictConfig)
    return {
        "degradation": plain(named)["degradation"],
        "weights_sha256": file_sha256(weights) if weights else None,
        **{key: cfg[key] for key in ("scale", "seed", "pairs")},
        "cleanup": cfg.cleanup if cfg.pairs == "tdsr" else None,
    }


main = entry_point("degrade", degrade)

if __name__ == "__main__":
    main()
