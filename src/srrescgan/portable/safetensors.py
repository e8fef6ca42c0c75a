"""Tensors with the configuration in the header: everything that this package needs."""

from pathlib import Path
from typing import Any

from safetensors.torch import load_file
from torch import nn

from srrescgan.files import replacing
from srrescgan.portable.reading_back import require_equal
from srrescgan.weights import files as weights


def write_safetensors(generator: nn.Module, config: dict[str, Any], output: Path) -> str:
    """Write the tensors and the configuration, read the tensors back and compare.

    Args:
        generator: on the CPU.
        config: its ``_target_`` and constructor arguments.
        output: the file; replaced whole when it exists.

    Returns:
        What to tell the user.

    Raises:
        WeightsError: it does not read back equal; an older file stays.
    """
    state = generator.state_dict()
    with replacing(output) as temporary:
        weights.write_safetensors(state, config, temporary)
        require_equal(load_file(temporary), state, output)
    return f"{output}: {len(state)} tensors and the configuration, read back equal"
