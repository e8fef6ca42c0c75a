"""Export to ``.pth`` and ``.safetensors``, verified by reading the file back."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from srrescgan.errors import WeightsError
from srrescgan.files import replacing
from srrescgan.weights import files


def write_pth(generator: nn.Module, config: dict[str, Any], output: Path) -> str:
    """Write a bare state dict, the format of the reference.

    Args:
        generator: on the CPU.
        config: its ``_target_`` and constructor arguments. The format has no place for them.
        output: the file; an existing one is replaced as a whole.

    Returns:
        What to tell the user.

    Raises:
        WeightsError: the file does not read back equal; an older file stays.
    """
    state = generator.state_dict()
    with replacing(output) as temporary:
        files.write_pth(state, temporary)
        _verify(torch.load(temporary, weights_only=True), state, output)
    settings = {key: value for key, value in config.items() if not key.startswith("_")}
    return (
        f"{output}: {len(state)} tensors, read back equal\n"
        f"A .pth holds no configuration. This network's: {settings}"
    )


def write_safetensors(generator: nn.Module, config: dict[str, Any], output: Path) -> str:
    """Write the tensors, with the configuration in the header; arguments as :func:`write_pth`.

    Raises:
        WeightsError: the file does not read back equal; an older file stays.
    """
    state = generator.state_dict()
    with replacing(output) as temporary:
        files.write_safetensors(state, config, temporary)
        _verify(load_file(temporary), state, output)
    return f"{output}: {len(state)} tensors and the configuration, read back equal"


def _verify(written: Mapping[str, Tensor], state: Mapping[str, Tensor], path: Path) -> None:
    if written.keys() != state.keys() or not all(torch.equal(written[k], state[k]) for k in state):
        raise WeightsError(f"{path} was not written: it does not read back equal")
