"""The whole network as one ONNX file, for pictures of any size."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import nn

from srrescgan.export.onnx_check import require_same_pictures
from srrescgan.export.onnx_graph import traced
from srrescgan.files import replacing
from srrescgan.layers.weight_norm import fold_weight_norm
from srrescgan.types import SRGenerator

if TYPE_CHECKING:
    from onnx import ModelProto

_FREE = {0: "batch", 2: "height", 3: "width"}


def write_onnx(generator: nn.Module, config: dict[str, Any], output: Path) -> str:
    """Write the network with upsampling, noise estimate and projection, and try it.

    Input ``lr`` is ``(batch, 3, height, width)``, RGB in [0, 1], of any size the network takes;
    output ``sr`` is ``scale`` times as large, in [0, 1]. ONNX Runtime has to give the pictures
    that PyTorch gives, see :func:`require_same_pictures`.

    Args:
        generator: in eval mode, on the CPU.
        config: its ``_target_`` and constructor arguments; the file's metadata carries them.
        output: the file; replaced whole when it exists.

    Returns:
        What to tell the user.

    Raises:
        ConfigError: a package is missing.
        WeightsError: ONNX Runtime computes something else; an older file stays.
    """
    model = onnx_model(generator, config)
    with replacing(output) as temporary:
        temporary.write_bytes(model.SerializeToString())
        worst = require_same_pictures(temporary.read_bytes(), generator, output)
    return (
        f"{output}: any batch, height and width; in ONNX Runtime it differs from PyTorch by at most"
        f" {255 * worst:.5f} levels of 255"
    )


def onnx_model(generator: nn.Module, config: dict[str, Any]) -> "ModelProto":
    """The network as an ONNX graph, weight norm folded; see :func:`write_onnx`.

    Raises:
        ConfigError: a package is missing.
    """
    example = torch.rand(2, 3, 12, 10)
    model = traced(fold_weight_norm(generator).eval(), example, ("lr", "sr"), _FREE)
    from onnx.helper import set_model_props

    describe = {
        "srrescgan": json.dumps({"generator": config}),  # as in the header of .safetensors
        "scale": str(cast(SRGenerator, generator).scale),
        "value_range": "lr and sr: RGB in [0, 1]",
    }
    set_model_props(model, describe)
    return model
