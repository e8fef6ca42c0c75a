"""ImageNet weights of feature extractors: search and download."""

import math
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from srrescgan.errors import BackboneUnavailableError, WeightsError

FOLDER_VARIABLE = "SRRESCGAN_BACKBONES"
"""Environment variable: path of a folder of weight files."""

NETWORK_WAIT = 10.0
"""Seconds without any data after which a download fails."""

_SUFFIXES = (".pth", ".pt", ".safetensors")


def imagenet_state(name: str, expected: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """ImageNet weights of the convolutional part of a torchvision network.

    Looks in the folder that ``SRRESCGAN_BACKBONES`` names, then in torchvision's cache, then
    downloads with torchvision. In the folder, the first file (sorted by name) is used that starts
    with ``name`` and ends in .pth, .pt or .safetensors; batch-norm variants, ``<name>_bn*``, are
    other networks. The file may have the whole network or only its features, in any float type.

    Args:
        name: ``alexnet``, ``vgg16``, ``vgg19`` or ``squeezenet1_1``.
        expected: tensors of the expected shapes by key, ``<index>.weight`` and ``<index>.bias``.

    Returns:
        Float32 tensors under the keys of ``expected``.

    Raises:
        BackboneUnavailableError: no file was found and the download failed.
        WeightsError: the file that was found is damaged or belongs to another network.
    """
    path = _file_in_folder(name)
    if path is None:
        path = _torchvision_file(name)
    return _checked(_read(path), expected, name, path)


def _file_in_folder(name: str) -> Path | None:
    folder = os.environ.get(FOLDER_VARIABLE)
    if not folder or not Path(folder).expanduser().is_dir():
        return None
    files = (
        file
        for file in Path(folder).expanduser().iterdir()
        if file.name.startswith(name)
        and not file.name.startswith(f"{name}_bn")
        and file.suffix in _SUFFIXES
    )
    return min(files, default=None)


def _torchvision_file(name: str) -> Path:
    from torchvision.models import get_model_weights

    weights = get_model_weights(name).IMAGENET1K_V1
    cached = Path(torch.hub.get_dir(), "checkpoints", Path(weights.url).name)
    if not cached.exists():
        try:
            with _bounded_silence(NETWORK_WAIT):
                weights.get_state_dict(check_hash=True, weights_only=True, map_location="cpu")
        # torch.hub raises RuntimeError if the downloaded file has a wrong checksum.
        except (OSError, HTTPException, RuntimeError) as error:
            message = _unavailable(name, cached, weights.url, error)
            raise BackboneUnavailableError(message) from error
    return cached


@contextmanager
def _bounded_silence(seconds: float) -> Iterator[None]:
    # torch.hub connects without a timeout.
    previous = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(previous)


def _unavailable(name: str, cached: Path, url: str, error: Exception) -> str:
    folder = os.environ.get(FOLDER_VARIABLE)
    if not folder:
        seen = "not set"
    elif not Path(folder).expanduser().is_dir():
        seen = f"{folder}, which is not a folder"
    else:
        seen = f"{folder}, which has no such file"
    return (
        f"the ImageNet weights of {name} are not on this machine. Looked for\n"
        f"  {name}*.pth, .pt or .safetensors in the folder ${FOLDER_VARIABLE} ({seen}),\n"
        f"  {cached} (absent; downloading it failed: {error}).\n"
        f"Set {FOLDER_VARIABLE} to a folder with a file such as {name}_features.pth, or download\n"
        f"  {url}\n"
        f"on a machine with internet and copy it to the second path, or choose another backbone."
    )


def _read(path: Path) -> Any:
    try:
        if path.suffix == ".safetensors":
            from safetensors.torch import load_file

            return load_file(path)
        return torch.load(path, map_location="cpu", weights_only=True)
    # A damaged file makes the unpickler raise nearly anything.
    except Exception as error:
        raise WeightsError(f"cannot read {path} as a weight file: {error}") from error


def _checked(
    state: Any, expected: Mapping[str, Tensor], name: str, path: Path
) -> dict[str, Tensor]:
    wrong = f"{path} does not contain the ImageNet weights of {name}"
    remedy = "Replace or remove the file."
    if not isinstance(state, Mapping) or not all(isinstance(v, Tensor) for v in state.values()):
        raise WeightsError(f"{wrong}: it is not a flat state dict of tensors. {remedy}")
    found = {
        str(key).removeprefix("features."): value.float()
        for key, value in state.items()
        if not str(key).startswith("classifier.")
    }
    for key in sorted(expected.keys() | found.keys()):
        if key not in expected:
            raise WeightsError(f"{wrong}: unexpected key {key!r}. {remedy}")
        if key not in found:
            raise WeightsError(f"{wrong}: key {key!r} is missing. {remedy}")
        want, have = tuple(expected[key].shape), tuple(found[key].shape)
        if want != have:
            raise WeightsError(f"{wrong}: {key!r} has shape {have}, expected {want}. {remedy}")
        if not math.isfinite(found[key].sum()):
            raise WeightsError(f"{wrong}: {key!r} is not finite. {remedy}")
    return found
