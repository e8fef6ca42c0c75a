"""Export to ONNX: the complete network in one file, for pictures of any size."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import nn

from srrescgan.export.onnx_check import verify_onnx
from srrescgan.export.onnx_graph import to_onnx_graph
from srrescgan.files import replacing
from srrescgan.layers.weight_norm import fold_weight_norm
from srrescgan.types import SRGenerator

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto

_DYNAMIC = {0: "batch", 2: "height", 3: "width"}


def write_onnx(generator: nn.Module, config: dict[str, Any], output: Path) -> str:
    """Write the network as one ONNX file and verify it.

    Input ``lr`` is ``(batch, 3, height, width)``, RGB in [0, 1], of any size the network takes;
    output ``sr`` is ``scale`` times as large, in [0, 1]. For SRResDNet this includes upsampling,
    noise estimate and projection.

    Args:
        generator: any :class:`~srrescgan.types.SRGenerator`, in eval mode, on the CPU.
        config: its ``_target_`` and constructor arguments, stored in the metadata of the file.
        output: the file; an existing one is replaced.

    Returns:
        Message for the user.

    Raises:
        ConfigError: a package is missing, or torch cannot export the network with dynamic sizes.
        WeightsError: ONNX Runtime and PyTorch disagree; an existing file is kept.
    """
    model = onnx_model(generator, config)
    with replacing(output) as temporary:
        temporary.write_bytes(model.SerializeToString())
        worst = verify_onnx(temporary.read_bytes(), generator, output)
    return (
        f"{output}: for any batch, height and width; verified in ONNX Runtime, differs from PyTorch"
        f" by at most {255 * worst:.5f} levels of 255"
    )


def onnx_model(generator: nn.Module, config: dict[str, Any]) -> "ModelProto":
    """The network as an ONNX graph with metadata, weight norm folded; see :func:`write_onnx`.

    Raises:
        ConfigError: a package is missing, or torch cannot export the network.
    """
    example = torch.rand(2, 3, 12, 10)
    model = to_onnx_graph(fold_weight_norm(generator).eval(), example, ("lr", "sr"), _DYNAMIC)
    _clip_output(model.graph)
    from onnx.helper import set_model_props

    metadata = {
        "srrescgan": json.dumps({"generator": config}),  # as in the header of .safetensors
        "scale": str(cast(SRGenerator, generator).scale),
        "value_range": "lr and sr: RGB in [0, 1]",
    }
    set_model_props(model, metadata)
    return model


def _clip_output(graph: "GraphProto") -> None:
    """Clip ``sr`` to [0, 1]; a network does not, as its losses need what is beyond."""
    import numpy as np
    from onnx.helper import make_node
    from onnx.numpy_helper import from_array

    for node in graph.node:
        for index, name in enumerate(node.output):
            if name == "sr":
                node.output[index] = "sr_not_clipped"
    limits = {"sr_lowest": np.float32(0), "sr_highest": np.float32(1)}
    graph.initializer.extend(from_array(np.asarray(value), name) for name, value in limits.items())
    graph.node.append(make_node("Clip", ["sr_not_clipped", *limits], ["sr"]))
