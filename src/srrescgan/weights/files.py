"""Reads weight files (Lightning checkpoints, ``.safetensors``, ``.pth``, ncnn) and writes some."""

import json
import pickle
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from srrescgan.errors import WeightsError
from srrescgan.files import replacing
from srrescgan.weights.ncnn import read_ncnn
from srrescgan.weights.spellings import to_native, unwrapped

_CONFIG = "srrescgan"


@dataclass(frozen=True)
class GeneratorWeights:
    """Parameters of a generator and, if the file holds it, the configuration to build it."""

    state: dict[str, Tensor]
    """With the keys of our networks, however the file spells them."""
    config: dict[str, Any] | None
    """The generator's node: ``_target_`` and constructor arguments."""
    source: Path
    is_degradation: bool | None = None
    """Whether it was trained to degrade pictures; ``None``: the file does not say."""


def read_checkpoint(path: Path) -> dict[str, Any]:
    """Read a file written by ``torch.save``; only tensors and plain containers are accepted.

    Raises:
        WeightsError: the file is missing, damaged, or would run code on loading.
    """
    if not path.is_file():
        raise WeightsError(f"no weight file at {path}")
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise WeightsError(
            f"{path} was refused: it is damaged, or holds Python objects whose loading could run"
            " code. Expected a file of tensors only: a checkpoint of this project, a"
            " .safetensors file, or a reference .pth."
        ) from error
    except Exception as error:  # a damaged file can raise almost anything
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise WeightsError(f"{path} cannot be read as a weight file: {reason}") from error
    if not isinstance(content, dict):
        raise WeightsError(f"{path} holds a {type(content).__name__}, expected named tensors")
    return content


def read_generator(path: str | Path) -> GeneratorWeights:
    """Read the generator from a weight file; if a file holds two, the averaged one.

    Files of other programs are read too; see :mod:`srrescgan.weights.spellings`.

    Raises:
        WeightsError: the file cannot be read or holds no generator.
    """
    path = Path(path).expanduser()
    if path.suffix == ".safetensors":
        return _read_safetensors(path)
    if path.suffix == ".param" or (path.suffix == ".bin" and path.with_suffix(".param").is_file()):
        return GeneratorWeights(*read_ncnn(path.with_suffix(".param")), path)
    content = read_checkpoint(path)
    if "pytorch-lightning_version" in content:
        return _from_lightning(content, path)
    state = unwrapped(content)
    named = all(isinstance(key, str) for key in state)
    if not state or not named or not all(isinstance(value, Tensor) for value in state.values()):
        raise WeightsError(f"{path} holds no named tensors (found keys: {_some(state)})")
    return GeneratorWeights(_native(state, path), None, path)


def load_into(
    generator: nn.Module, weights: GeneratorWeights, skip: Collection[str] = ()
) -> list[str]:
    """Load every key of ``weights`` into ``generator``.

    Args:
        generator: whose parameters are replaced.
        weights: of the same network.
        skip: beginnings of keys that are neither loaded nor expected, such as ``tail``: their
            parameters stay as they are.

    Returns:
        Keys of ``generator`` that were skipped.

    Raises:
        WeightsError: the weights belong to another network; the message names what does not fit.
    """
    own = generator.state_dict()
    skipped = {key for key in own.keys() | weights.state.keys() if key.startswith(tuple(skip))}
    given = {key: value for key, value in weights.state.items() if key not in skipped}
    wanted = own.keys() - skipped
    missing = sorted(wanted - given.keys())
    unknown = sorted(given.keys() - wanted)
    misfits = [
        f"{key}: {tuple(given[key].shape)} in the file, {tuple(own[key].shape)} expected"
        for key in sorted(wanted & given.keys())
        if own[key].shape != given[key].shape
    ]
    if missing or unknown or misfits:
        parts = [
            f"{len(missing)} of {len(own)} parameters missing ({_some(missing)})" * bool(missing),
            f"{len(unknown)} unknown ({_some(unknown)})" * bool(unknown),
            f"{len(misfits)} of another shape ({_some(misfits)})" * bool(misfits),
        ]
        raise WeightsError(
            f"{weights.source} does not hold weights of {type(generator).__name__}: "
            + "; ".join(part for part in parts if part)
            + ". Choose the matching network with generator=."
        )
    generator.load_state_dict(given, strict=False)
    return [key for key in own if key in skipped]


def write_pth(state: Mapping[str, Tensor], path: Path, wrapper: str | None = None) -> None:
    """Write tensors by name, bare as the reference does, or in a dictionary named ``wrapper``."""
    with replacing(path) as temporary:
        copies = {key: value.detach().cpu().clone() for key, value in state.items()}
        with temporary.open("wb") as file:  # given a path, torch raises no OSError
            torch.save(copies if wrapper is None else {wrapper: copies}, file)


def write_safetensors(state: dict[str, Tensor], config: dict[str, Any], path: Path) -> None:
    """Write tensors with the generator's configuration in the header."""
    tensors = {key: value.detach().cpu().contiguous() for key, value in state.items()}
    with replacing(path) as temporary:
        save_file(tensors, temporary, metadata={_CONFIG: json.dumps({"generator": config})})


def _read_safetensors(path: Path) -> GeneratorWeights:
    if not path.is_file():
        raise WeightsError(f"no weight file at {path}")
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            state = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 (no dict)
        config = json.loads(metadata.get(_CONFIG, "{}")).get("generator")
    except (SafetensorError, OSError, ValueError) as error:
        raise WeightsError(f"{path} cannot be read as safetensors: {error}") from error
    return GeneratorWeights(_native(state, path), config, path)


def _from_lightning(content: dict[str, Any], path: Path) -> GeneratorWeights:
    for prefix in ("ema.module.", "generator."):
        state = {
            key.removeprefix(prefix): value
            for key, value in content.get("state_dict", {}).items()
            if key.startswith(prefix)
        }
        if state:
            config = content.get("config", {})
            return GeneratorWeights(
                state, config.get("generator"), path, _is_degradation(config.get("system"))
            )
    raise WeightsError(
        f"{path} holds no generator (found keys: {_some(content.get('state_dict', {}))})"
    )


def _is_degradation(system: Mapping[str, Any] | None) -> bool | None:
    """Whether a system's node is that of a degradation; ``None``: its name does not say."""
    name = str((system or {}).get("_target_", "")).rsplit(".", 1)[-1]
    is_degradation = name.startswith("Degradation")
    return is_degradation if is_degradation or name.startswith("SR") else None


def _native(state: Mapping[str, Tensor], path: Path) -> dict[str, Tensor]:
    try:
        return to_native(state)
    except WeightsError as error:
        raise WeightsError(f"{path}: {error}") from error


def _some(items: Any) -> str:
    listed = [str(item) for item in items]
    return ", ".join(listed[:3]) + (", ..." if len(listed) > 3 else "")
