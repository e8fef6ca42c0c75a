"""Convolutions of an ONNX graph in integers of 8 bits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, NodeProto

Ranges = Mapping[str, tuple[np.ndarray, np.ndarray]]
"""Lowest and highest value of each channel, by the name of the tensor."""

_STEPS = 255
_MOST = 2**30  # of the bias, an integer of 32 bits that products are added to
_PICTURE = 3  # channels; the layer that reads the picture costs little, and quality most


@dataclass(frozen=True)
class _Layer:
    """A convolution that becomes one of integers, and what it reads."""

    convolution: "NodeProto"
    pad: "NodeProto"
    weight: np.ndarray
    bias: np.ndarray

    @property
    def source(self) -> str:
        """Name of the tensor that is padded and convolved."""
        return self.pad.input[0]

    @property
    def result(self) -> str:
        return self.convolution.output[0]


def measured_ranges(model: "ModelProto", pictures: Iterable[np.ndarray]) -> Ranges:
    """What goes into, and comes out of, the layers that :func:`quantised` changes.

    Args:
        model: in float32.
        pictures: each ``(1, 3, h, w)`` float32 in [0, 1].
    """
    from onnx import ModelProto, TensorProto
    from onnx.helper import make_node, make_tensor_value_info
    from onnx.numpy_helper import from_array
    from onnxruntime import InferenceSession

    watched = ModelProto()
    watched.CopyFrom(model)
    names = [name for layer in _layers(model) for name in (layer.source, layer.result)]
    watched.graph.initializer.append(from_array(np.array([0, 2, 3]), "all_but_channels"))
    for operator in ("ReduceMin", "ReduceMax"):
        for name in names:
            made = f"{name}_{operator}"
            node = make_node(operator, [name, "all_but_channels"], [made], keepdims=0)
            watched.graph.node.append(node)
            watched.graph.output.append(make_tensor_value_info(made, TensorProto.FLOAT, None))
    session = InferenceSession(watched.SerializeToString(), providers=["CPUExecutionProvider"])
    found = [session.run(None, {"lr": picture})[1:] for picture in pictures]
    count = len(names)
    low = [np.min([each[index] for each in found], axis=0) for index in range(count)]
    high = [np.max([each[count + index] for each in found], axis=0) for index in range(count)]
    return dict(zip(names, zip(low, high, strict=True), strict=True))


def quantize(model: "ModelProto", ranges: Ranges) -> "ModelProto":
    """A copy whose convolutions, but for the first and the transposed one, are of integers.

    Weights are symmetric and scaled by output channel. What flows between the layers is scaled and
    shifted by channel, too: with one scale for all channels, the widest of them leaves the others a
    few steps only. Integer kernels know one scale, which therefore is 1 with no shift. The scale of
    a channel is multiplied into its weights, its shift added to the bias, and a multiplication
    and an addition in float32 do the opposite on the other side of the quantiser. (The
    quantiser's own scales by channel are exact as well, but ONNX Runtime is ten times slower with
    them.) Borders are reflected in integers.

    Args:
        model: in float32, as :func:`srrescgan.export.onnx.onnx_model` makes it.
        ranges: by :func:`measured_ranges`; values beyond are clipped.
    """
    from onnx import ModelProto

    result = ModelProto()
    result.CopyFrom(model)
    graph = result.graph
    replaced: dict[str, list[NodeProto]] = {}
    for index, layer in enumerate(_layers(result)):
        replaced |= _in_integers(graph, layer, ranges, f"int8_{index}")
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
    found = []
    for node in model.graph.node:
        if node.op_type != "Conv":
            continue
        weight = to_array(tensors[node.input[1]])
        bias = np.zeros(len(weight), np.float32)  # one of zeros is left out by the exporter
        if len(node.input) > 2:
            bias = to_array(tensors[node.input[2]])
        pad = producers[node.input[0]]
        if weight.shape[1] != _PICTURE and pad.op_type == "Pad":
            found.append(_Layer(node, pad, weight, bias))
    return found


def _in_integers(
    graph: "GraphProto", layer: _Layer, ranges: Ranges, name: str
) -> dict[str, list["NodeProto"]]:
    """What comes in place of a layer's padding and convolution, by their names.

    Args:
        graph: gets the constants.
        layer: of that graph.
        ranges: by :func:`measured_ranges`.
        name: the names of everything new begin with it.
    """
    from onnx.helper import make_node
    from onnx.numpy_helper import from_array

    scale_in, shift_in = _steps(*ranges[layer.source])
    scale_out, shift_out = _steps(*ranges[layer.result])
    weight = layer.weight * scale_in[:, None, None] / scale_out[:, None, None, None]
    constant = layer.bias / scale_out + shift_out
    row = np.maximum(np.abs(weight).max(axis=(1, 2, 3)) / 127, np.abs(constant) / _MOST)
    row = np.maximum(row, np.finfo(np.float32).tiny)  # a row of nothing but zeros
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
    """For ``(B, C, H, W)``."""
    return values.astype(np.float32)[:, None, None]


def _steps(low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Step and integer of zero of each channel: ``value = step * (integer - zero)``."""
    low, high = np.minimum(low, 0).astype(np.float64), np.maximum(high, 0)
    step = np.maximum(high - low, 1e-6) / _STEPS  # a channel that is always 0 has no range
    return step, np.rint(-low / step)
