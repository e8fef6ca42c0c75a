"""Who takes part in an evaluation, from its configuration."""

from pathlib import Path
from typing import cast

import torch
from omegaconf import DictConfig
from rich.console import Console

from srrescgan.config.cli import overridden, plain
from srrescgan.data import SRDataModule
from srrescgan.errors import ConfigError, nearest
from srrescgan.eval.default_checkpoint import known_weights
from srrescgan.eval.methods import Entrant, bicubic, network, pictures
from srrescgan.eval.pictures import SRPictures
from srrescgan.types import SRGenerator
from srrescgan.weights import load_pretrained

_TRUTH = ("lr", "hr")
_ENSEMBLES = {"false": (False,), "true": (True,), "both": (False, True)}


def entrants_of(
    cfg: DictConfig, datamodule: SRDataModule, device: torch.device
) -> dict[str, Entrant]:
    """Bicubic, the checkpoint and every further method, in the order of the tables' lines.

    Raises:
        ConfigError: a name is taken, or weights have another scale than the experiment.
        DataError: a folder of pictures does not fit the sets.
        WeightsError: a weight file cannot be read or belongs to another network.
    """
    path = Path(cfg.ckpt_path) if cfg.ckpt_path else _known_weights(cfg)
    entrants = {"bicubic": bicubic(cfg.scale)}
    entrants |= _networks(cfg, "sr", path, device, own=overridden("generator"))
    methods = cfg.methods or {}
    if not hasattr(methods, "items"):
        raise ConfigError(f"methods={methods}: expected names and places, methods='{{name: DIR}}'")
    for name, place in methods.items():
        if "/" in str(name) or str(name).startswith("."):
            raise ConfigError(
                f"methods.{name}: a name becomes a folder; choose one without / and ."
            )
        added = _method(cfg, str(name), Path(str(place)), datamodule, device)
        taken = added.keys() & {*entrants, *_TRUTH}
        if taken:
            raise ConfigError(f"methods.{name}: {', '.join(taken)} takes part already; rename it")
        entrants |= added
    return entrants


def _method(
    cfg: DictConfig, name: str, place: Path, datamodule: SRDataModule, device: torch.device
) -> dict[str, Entrant]:
    if place.is_file():
        return _networks(cfg, name, place, device, own=False)
    datasets = {key.split("/")[-1]: each for key, each in datamodule.datasets("test").items()}
    return {name: pictures(place, SRPictures(place, datasets))}


def _networks(
    cfg: DictConfig, name: str, path: Path, device: torch.device, own: bool
) -> dict[str, Entrant]:
    """Plain, as self-ensemble, or both.

    The network is what the file says; ``own``: what the command line says. A file that does not say
    holds the authors' network, whatever the experiment trains.
    """
    generator = load_pretrained(path, plain(cfg.generator) if own else None)
    scale = cast(SRGenerator, generator).scale
    if scale != cfg.scale:
        raise ConfigError(
            f"{path} upscales by {scale}, the experiment by {cfg.scale}:"
            f" give scale={scale} or another checkpoint"
        )
    choice = str(cfg.ensemble).lower()
    if choice not in _ENSEMBLES:
        hint = nearest(choice, _ENSEMBLES)
        raise ConfigError(f"ensemble={cfg.ensemble}: must be {', '.join(_ENSEMBLES)}{hint}")
    return {
        f"{name}+" if ensemble else name: network(generator, str(path), ensemble, device, cfg.tile)
        for ensemble in _ENSEMBLES[choice]
    }


def _known_weights(cfg: DictConfig) -> Path:
    folder, name = Path(cfg.paths.weights_dir), cfg.released_weights
    path = known_weights(folder / name if name else None, Path("outputs") / str(cfg.name))
    Console().print(f"ckpt_path= was not given: evaluating {path}", soft_wrap=True)
    return path
