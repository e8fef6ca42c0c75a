"""The reference's own format: a bare state dict."""

from pathlib import Path
from typing import Any

import torch
from torch import nn

from srrescgan.files import replacing
from srrescgan.portable.reading_back import require_equal
from srrescgan.weights import files as weights


def write_pth(generator: nn.Module, config: dict[str, Any], output: Path) -> str:
    """Write the tensors, read them back and compare.

    Args:
        generator: on the CPU.
        config: its ``_target_`` and constructor arguments. The format has no place for them.
        output: the file; replaced whole when it exists.

    Returns:
        What to tell the user.

    Raises:
        WeightsError: it does not read back equal; an older file stays.
    """
    state = generator.state_dict()
    with replacing(output) as temporary:
        weights.write_pth(state, temporary)
        require_equal(torch.load(temporary, weights_only=True), state, output)
    settings = {key: value for key, value in config.items() if not key.startswith("_")}
    return (
        f"{output}: {len(state)} tensors, read back equal\n"
        f"A .pth holds no configuration. This network's: {settings}"
    )
