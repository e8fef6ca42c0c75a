"""Quantization of an ONNX graph: its convolutions in 8-bit integers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, NodeProto

Ranges = Mapping[str, tuple[np.ndarray, np.ndarray]]
"""Minimum and maximum of each channel, by the name of the tensor."""

_STEPS = 255
_MAX_BIAS = 2**30  # of 2**31: products are added to this 32-bit integer
_IMAGE_CHANNELS = 3


@dataclass(frozen=True)
class _Layer:
    """A convolution to be quantized, with its padding."""

    convolution: "NodeProto"
    pad: "NodeProto"
    weight: np.ndarray
    bias: np.ndarray

    @property
    def source(self) -> str:
        """Name of the tensor before padding."""
        return self.pad.input[0]

    @property
    def result(self) -> str:
        """Name of the output tensor."""
        return self.convolution.output[0]


def measure_ranges(model: "ModelProto", pictures: Iterable[np.ndarray]) -> Ranges:
    """Measure the inputs and outputs of the convolutions that :func:`quantize` changes.

    Args:
        model: in float32.
        pictures: each ``(1, 3, h, w)`` float32 in [0, 1].
    """
    from onnx import ModelProto, TensorProto
    from onnx.helper import make_node, make_tensor_value_info
    from onnx.numpy_helper import from_array
    from onnxruntime import InferenceSession

    observed = ModelProto()
    observed.CopyFrom(model)
    names = [name for layer in _layers(model) for name in (layer.source, layer.result)]
    observed.graph.initializer.append(from_array(np.array([0, 2, 3]), "all_but_channels"))
    for operator in ("ReduceMin", "ReduceMax"):
        for name in names:
            extreme = f"{name}_{operator}"
            node = make_node(operator, [name, "all_but_channels"], [extreme], keepdims=0)
            observed.graph.node.append(node)
            output = make_tensor_value_info(extreme, TensorProto.FLOAT, None)
            observed.graph.output.append(output)
    session = InferenceSession(observed.SerializeToString(), providers=["CPUExecutionProvider"])
    extremes = [session.run(None, {"lr": picture})[1:] for picture in pictures]
    count = len(names)
    low = [np.min([each[index] for each in extremes], axis=0) for index in range(count)]
    high = [np.max([each[count + index] for each in extremes], axis=0) for index in range(count)]
    return dict(zip(names, zip(low, high, strict=True), strict=True))


def quantize(model: "ModelProto", ranges: Ranges) -> "ModelProto":
    """Return a copy with integer convolutions, except the first and the transposed one.

    The first one, which reads the picture, costs little time and matters most for the quality.

    Weights are quantized symmetrically with one scale per output channel. Activations have a scale
    and a shift per channel, too: with one scale for all channels, the channel of the largest range
    would leave only a few steps to the others. Integer kernels know one scale only, so theirs is 1,
    without shift. The scale of a channel is multiplied into its weights and its shift is added to
    the bias; a multiplication and an addition in float32 do the inverse on the other side of the
    quantizer. (The quantizer's own scales per channel are as exact, but ten times slower in ONNX
    Runtime.) Borders are reflected in integers.

    Args:
        model: in float32, as :func:`srrescgan.export.onnx.onnx_model` makes it.
        ranges: by :func:`measure_ranges`; values outside are clipped.
    """
    from onnx import ModelProto

    result = ModelProto()
    result.CopyFrom(model)
    graph = result.graph
    replaced: dict[str, list[NodeProto]] = {}
    for index, layer in enumerate(_layers(result)):
        replaced |= _integer_nodes(graph, layer, ranges, f"int8_{index}")
    nodes = [new for node in graph.node for new in replaced.get(node.name, [node])]
    del graph.node[:]
    graph.node.extend(nodes)
    used = {name for node in graph.node for name in node.input}
    kept = [each for each in graph.initializer if each.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    return result


def _layers(model: "ModelProto") -> list[_Layer]:
    from onnx.numpy_helper import to_array

    producers = {name: node for node in model.graph.node for name in node.output}
    tensors = {each.name: each for each in model.graph.initializer}
    layers = []
    for node in model.graph.node:
        if node.op_type != "Conv":
            continue
        weight = to_array(tensors[node.input[1]])
        bias = np.zeros(len(weight), np.float32)  # the exporter omits a bias of zeros
        if len(node.input) > 2:
            bias = to_array(tensors[node.input[2]])
        pad = producers[node.input[0]]
        if weight.shape[1] != _IMAGE_CHANNELS and pad.op_type == "Pad":
            layers.append(_Layer(node, pad, weight, bias))
    return layers


def _integer_nodes(
    graph: "GraphProto", layer: _Layer, ranges: Ranges, name: str
) -> dict[str, list["NodeProto"]]:
    """Nodes that replace the padding and the convolution of a layer, by their names.

    Args:
        graph: the constants are added to it.
        layer: of that graph.
        ranges: by :func:`measure_ranges`.
        name: prefix of all new names.
    """
    from onnx.helper import make_node
    from onnx.numpy_helper import from_array

    scale_in, shift_in = _steps(*ranges[layer.source])
    scale_out, shift_out = _steps(*ranges[layer.result])
    weight = layer.weight * scale_in[:, None, None] / scale_out[:, None, None, None]
    constant = layer.bias / scale_out + shift_out
    row = np.maximum(np.abs(weight).max(axis=(1, 2, 3)) / 127, np.abs(constant) / _MAX_BIAS)
    row = np.maximum(row, np.finfo(np.float32).tiny)  # a row of zeros
    integers = np.rint(weight / row[:, None, None, None]).astype(np.int8)
    offset = integers.astype(np.int64).sum(axis=(2, 3)) @ shift_in
    bias = np.rint(constant / row - offset).astype(np.int32)
    values = {
        "one": np.float32(1), "zero": np.uint8(0),
        "narrow": _by_channel(1 / scale_in), "up": _by_channel(shift_in),
        "widen": _by_channel(scale_out), "down": _by_channel(-shift_out * scale_out),
        "weight": integers, "bias": bias, "row": row.astype(np.float32),
        "row_zero": np.zeros(len(row), np.int8), "bias_zero": np.zeros(len(row), np.int32),
    }  # fmt: skip
    graph.initializer.extend(
        from_array(np.asarray(value), f"{name}_{key}") for key, value in values.items()
    )
    first, last = layer.source, layer.result
    layer.pad.input[0], layer.pad.output[0] = f"{name}_x8", f"{name}_padded8"
    del layer.convolution.input[:]
    layer.convolution.input.extend(f"{name}_{each}" for each in ("padded", "w", "b"))
    layer.convolution.output[0] = f"{name}_y"

    def node(operator: str, inputs: str, output: str, axis: int | None = None) -> "NodeProto":
        names = [f"{name}_{each}" for each in inputs.split()]
        return make_node(operator, names, [f"{name}_{output}"], axis=axis)

    enter = [
        node("Mul", "source narrow", "narrowed"),
        node("Add", "narrowed up", "shifted"),
        node("QuantizeLinear", "shifted one zero", "x8"),
    ]
    inside = [
        node("DequantizeLinear", "padded8 one zero", "padded"),
        node("DequantizeLinear", "weight row row_zero", "w", axis=0),
        node("DequantizeLinear", "bias row bias_zero", "b", axis=0),
    ]
    leave = [
        node("QuantizeLinear", "y one zero", "y8"),
        node("DequantizeLinear", "y8 one zero", "y_shifted"),
        node("Mul", "y_shifted widen", "widened"),
        node("Add", "widened down", "result"),
    ]
    enter[0].input[0], leave[-1].output[0] = first, last
    return {
        layer.pad.name: [*enter, layer.pad],
        layer.convolution.name: [*inside, layer.convolution, *leave],
    }


def _by_channel(values: np.ndarray) -> np.ndarray:
    """Shape ``(C,)`` values for ``(B, C, H, W)``."""
    return values.astype(np.float32)[:, None, None]


def _steps(low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Step and zero point of each channel: ``value = step * (integer - zero)``."""
    low, high = np.minimum(low, 0).astype(np.float64), np.maximum(high, 0)
    step = np.maximum(high - low, 1e-6) / _STEPS  # a channel that is always 0 has no range
    return step, np.rint(-low / step)
