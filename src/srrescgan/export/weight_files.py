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
from srrescgan.weights.spellings import NATIVE, find_spelling


def write_pth(
    generator: nn.Module, config: dict[str, Any], output: Path, keys: str = NATIVE
) -> str:
    """Write the tensors, in the format of the reference implementation or of another program.

    Args:
        generator: on the CPU.
        config: its ``_target_`` and constructor arguments. The format cannot store them.
        output: the file; an existing one is replaced.
        keys: names of the tensors; see :func:`srrescgan.weights.spellings.find_spelling`.

    Returns:
        Message for the user.

    Raises:
        ConfigError: the network has no such spelling.
        WeightsError: the spelling cannot hold these weights, or the file reads back differently;
            an existing file is kept.
    """
    spelling = find_spelling(keys, type(generator).__name__)
    state = spelling.from_native(generator.state_dict())
    with replacing(output) as temporary:
        files.write_pth(state, temporary, spelling.wrapper)
        written = torch.load(temporary, weights_only=True)
        _verify(written if spelling.wrapper is None else written[spelling.wrapper], state, output)
    settings = {key: value for key, value in config.items() if not key.startswith("_")}
    return (
        f"{output}: {len(state)} tensors, verified\n"
        f"A .pth file does not store the network's settings. These are: {settings}"
    )


def write_safetensors(generator: nn.Module, config: dict[str, Any], output: Path) -> str:
    """Write the tensors, with the configuration in the header; arguments as :func:`write_pth`.

    Raises:
        WeightsError: the file reads back differently; an existing file is kept.
    """
    state = generator.state_dict()
    with replacing(output) as temporary:
        files.write_safetensors(state, config, temporary)
        _verify(load_file(temporary), state, output)
    return f"{output}: {len(state)} tensors and the network's settings, verified"


def _verify(written: Mapping[str, Tensor], state: Mapping[str, Tensor], path: Path) -> None:
    if written.keys() != state.keys() or not all(torch.equal(written[k], state[k]) for k in state):
        raise WeightsError(f"{path} was not written: it does not read back as it was written")
