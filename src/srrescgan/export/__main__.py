"""Write a trained generator for others: ``python -m srrescgan.export target=... weights=FILE``."""

from pathlib import Path
from typing import Any

from omegaconf import DictConfig
from rich.console import Console
from torch import nn

from srrescgan.config.cli import entry_point, overridden, plain
from srrescgan.errors import ConfigError, DataError, nearest
from srrescgan.weights.build import REFERENCE, load_generator
from srrescgan.weights.files import read_generator
from srrescgan.weights.find import find_weights

SUFFIXES = {"safetensors": ".safetensors", "pth": ".pth", "onnx": ".onnx", "int8": ".onnx"}
"""Of targets that are one file."""
FOLDERS = ("web", "spandrel", "cog", "card")
"""Targets that are a folder."""


def export(cfg: DictConfig) -> None:
    """Write the generator for ``target``, and say how well it was found to work there."""
    output = Path(cfg.output).expanduser()
    _check(cfg, output)
    path = find_weights(cfg.weights)
    weights = read_generator(path)
    config = plain(cfg.generator) if cfg.generator else weights.config or REFERENCE
    generator = load_generator(path, config)
    try:
        said = _write(cfg, generator, config, path, output)
    except OSError as error:
        raise DataError(
            f"cannot write {output} ({error.strerror or error}): make room, or choose a place that"
            " you may write to"
        ) from error
    Console().print(said, soft_wrap=True, markup=False, highlight=False)


def _check(cfg: DictConfig, output: Path) -> None:
    known = (*SUFFIXES, *FOLDERS)
    if cfg.target not in known:
        raise ConfigError(
            f"target={cfg.target}: expected {', '.join(known)}{nearest(cfg.target, known)}"
        )
    suffix = SUFFIXES.get(cfg.target)
    if suffix and output.suffix != suffix:
        raise ConfigError(
            f"output={output}: target={cfg.target} is a file whose name ends in {suffix}"
        )
    if suffix and output.is_dir():
        raise ConfigError(f"output={output} is a folder; give a file of another name")
    if overridden("scale") and not cfg.generator:
        raise ConfigError("scale= says something about generator= only; the weights have their own")
    for key, target in {
        "calibration": "int8",
        "hr": "int8",
        "runtime": "web",
        "card": "card",
    }.items():
        if cfg.target != target and overridden(key):
            raise ConfigError(f"{key}= says something about target={target} only")


def _write(
    cfg: DictConfig, generator: nn.Module, config: dict[str, Any], weights: Path, output: Path
) -> str:
    """Call the target's writer, which alone needs the target's packages."""
    match cfg.target:
        case "safetensors":
            from srrescgan.export.weight_files import write_safetensors as write
        case "pth":
            from srrescgan.export.weight_files import write_pth as write
        case "onnx":
            from srrescgan.export.onnx import write_onnx as write
        case "spandrel":
            from srrescgan.export.spandrel import write_spandrel as write
        case "cog":
            from srrescgan.export.cog import write_cog as write
        case "int8":
            from srrescgan.export.int8 import write_int8

            return write_int8(generator, config, output, _path(cfg.calibration), _path(cfg.hr))
        case "web":
            from srrescgan.export.web import write_web

            return write_web(generator, config, output, weights, _path(cfg.runtime))
        case "card":
            from srrescgan.export.cards import Publication, write_card

            said = plain(cfg.card)
            metrics = _path(said.pop("metrics"))
            publication = Publication(**{**said, "name": said["name"] or output.name})
            return write_card(generator, config, output, weights, publication, metrics)
    return write(generator, config, output)


def _path(value: str | None) -> Path | None:
    return None if value is None else Path(value).expanduser()


main = entry_point("export", export)

if __name__ == "__main__":
    main()
