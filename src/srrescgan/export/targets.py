"""The targets of an export: their names, their options and their writers."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import nn

from srrescgan.errors import ConfigError, DataError, nearest
from srrescgan.generators.promises import check_size
from srrescgan.weights.build import load_with_config
from srrescgan.weights.spellings import NATIVE

SUFFIXES = {"safetensors": ".safetensors", "pth": ".pth", "onnx": ".onnx", "int8": ".onnx"}
"""Targets that are one file, with the suffix of its name."""
FOLDERS = ("web", "spandrel", "cog", "card")
"""Targets that are a folder."""
OPTIONS = {"calibration": "int8", "hr": "int8", "runtime": "web", "card": "card", "keys": "pth"}
"""Options that belong to one target each."""


@dataclass(frozen=True)
class ExportOptions:
    """Settings of single targets; see ``conf/export.yaml``."""

    calibration: Path | None = None
    hr: Path | None = None
    runtime: Path | None = None
    card: Mapping[str, Any] = field(default_factory=dict)
    """``name``, ``license``, ``author`` and ``date`` of a publication."""
    metrics: Path | None = None
    keys: str = NATIVE
    """Names of the tensors in a ``.pth``; see :func:`srrescgan.weights.spellings.find_spelling`."""


def check_target(target: str, output: Path, given: Collection[str]) -> None:
    """Check a target, its output path and the options that were given.

    Args:
        target: to be written.
        output: where.
        given: names among :data:`OPTIONS` that the user set.

    Raises:
        ConfigError: one of them is not valid.
    """
    known = (*SUFFIXES, *FOLDERS)
    if target not in known:
        raise ConfigError(f"target={target}: expected {', '.join(known)}{nearest(target, known)}")
    suffix = SUFFIXES.get(target)
    if suffix and output.suffix != suffix:
        raise ConfigError(
            f"output={output}: target={target} writes one file; its name must end in {suffix}"
        )
    if suffix and output.is_dir():
        raise ConfigError(f"output={output} is a folder; give the name of a file")
    for key in given:
        if target != OPTIONS[key]:
            raise ConfigError(f"{key}= applies to target={OPTIONS[key]} only, not to {target}")


def export_weights(
    weights: Path,
    config: dict[str, Any] | None,
    target: str,
    output: Path,
    options: ExportOptions,
) -> str:
    """Load a generator and write it for ``target``.

    Args:
        weights: a weight file of any kind.
        config: ``_target_`` and constructor arguments, instead of those in the file.
        target: checked by :func:`check_target`.
        output: the file or folder to write.
        options: of single targets.

    Returns:
        Message for the user.

    Raises:
        UserError: the weights, an option or the machine do not allow it; nothing is written.
    """
    generator, config = load_with_config(weights, config)
    _check_output(generator)
    try:
        return _write(target, generator, config, weights, output, options)
    except OSError as error:
        raise DataError(
            f"cannot write {output} ({error.strerror or error}): free some space, or choose a"
            " place that you may write to"
        ) from error


def _check_output(generator: nn.Module) -> None:
    """Refuse a network whose output has another size than its ``scale`` promises."""
    lr = torch.rand(1, 3, 16, 20, generator=torch.Generator().manual_seed(0))
    try:
        with torch.no_grad():
            sr = generator(lr)
    except (RuntimeError, ValueError):  # it needs a larger picture: the target's own check decides
        return
    check_size(generator, lr, sr)


def _write(
    target: str,
    generator: nn.Module,
    config: dict[str, Any],
    weights: Path,
    output: Path,
    options: ExportOptions,
) -> str:
    """Call the writer. It is imported here because only its users need its packages."""
    match target:
        case "safetensors":
            from srrescgan.export.weight_files import write_safetensors as write
        case "pth":
            from srrescgan.export.weight_files import write_pth

            return write_pth(generator, config, output, options.keys)
        case "onnx":
            from srrescgan.export.onnx import write_onnx as write
        case "spandrel":
            from srrescgan.export.spandrel import write_spandrel as write
        case "cog":
            from srrescgan.export.cog import write_cog as write
        case "int8":
            from srrescgan.export.int8 import write_int8

            return write_int8(generator, config, output, options.calibration, options.hr)
        case "web":
            from srrescgan.export.web import write_web

            return write_web(generator, config, output, weights, options.runtime)
        case "card":
            from srrescgan.export.cards import Publication, write_card

            card = {**options.card, "name": options.card.get("name") or output.name}
            publication = Publication(**card)
            return write_card(generator, config, output, weights, publication, options.metrics)
    return write(generator, config, output)
