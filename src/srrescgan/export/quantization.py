"""Quantization of an ONNX graph: its convolutions in 8-bit integers."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from srrescgan.export.quantized_layers import Layer, find_layers

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, NodeProto

Ranges = Mapping[str, tuple[np.ndarray, np.ndarray]]
"""Minimum and maximum of each channel, by the name of the tensor."""

_STEPS = 255
_MAX_BIAS = 2**30  # of 2**31: products are added to this 32-bit integer
_ONE, _ZERO = "int8_one", "int8_zero"  # scale and zero point of every quantizer


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
    layers = find_layers(model.graph)
    names = sorted({name for layer in layers for name in (*layer.sources, layer.result)})
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
    """Return a copy with integer convolutions; :func:`find_layers` chooses them.

    Weights are quantized symmetrically with one scale per output channel. Activations have a scale
    and a shift per channel, too: with one scale for all channels, the channel of the largest range
    would leave only a few steps to the others. Integer kernels know one scale only, so theirs is 1,
    without shift. The scale of a channel is multiplied into its weights and its shift is added to
    the bias; a multiplication and an addition in float32 do the inverse on the other side of the
    quantizer. (The quantizer's own scales per channel are as exact, but ten times slower in ONNX
    Runtime.)

    Reflected borders are made in integers. Borders of zeros are added before, because zero is
    another integer in every channel. A tensor that several convolutions read, as in dense blocks,
    is quantized once, and concatenated in integers.

    Args:
        model: in float32, as :func:`srrescgan.export.onnx.onnx_model` makes it.
        ranges: by :func:`measure_ranges`; values outside are clipped.
    """
    from onnx import ModelProto

    result = ModelProto()
    result.CopyFrom(model)
    graph = result.graph
    quantizer = _Quantizer(graph, ranges)
    layers = {layer.convolution.name: layer for layer in find_layers(graph)}
    nodes: list[NodeProto] = []
    for index, node in enumerate(graph.node):
        layer = layers.get(node.name)
        nodes += quantizer.replace(layer, f"int8_{index}") if layer else [node]
    del graph.node[:]
    graph.node.extend(_used(nodes, {output.name for output in graph.output}))
    used = {name for node in graph.node for name in node.input}
    kept = [each for each in graph.initializer if each.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    return result


class _Quantizer:
    """Replaces the layers of a graph one by one, in the order of the graph.

    Args:
        graph: constants are added to it.
        ranges: by :func:`measure_ranges`.
    """

    def __init__(self, graph: "GraphProto", ranges: Ranges) -> None:
        self.graph = graph
        self.ranges = ranges
        self.integers: dict[tuple[object, ...], str] = {}
        """Names of the tensors that exist in integers, by what they hold."""
        self._add(_ONE, np.float32(1))
        self._add(_ZERO, np.uint8(0))

    def replace(self, layer: Layer, name: str) -> list["NodeProto"]:
        """Nodes that compute a layer in integers.

        Args:
            layer: of the graph.
            name: prefix of all new names.
        """
        from onnx.helper import make_node

        steps = [_steps(*self.ranges[source]) for source in layer.sources]
        scale_in = np.concatenate([scale for scale, _ in steps])
        shift_in = np.concatenate([shift for _, shift in steps])
        scale_out, shift_out = _steps(*self.ranges[layer.result])
        weight = layer.weight * scale_in[:, None, None] / scale_out[:, None, None, None]
        constant = layer.bias / scale_out + shift_out
        row = np.maximum(np.abs(weight).max(axis=(1, 2, 3)) / 127, np.abs(constant) / _MAX_BIAS)
        row = np.maximum(row, np.finfo(np.float32).tiny)  # a row of zeros
        integers = np.rint(weight / row[:, None, None, None]).astype(np.int8)
        offset = integers.astype(np.int64).sum(axis=(2, 3)) @ shift_in
        values = {
            "weight": integers, "bias": np.rint(constant / row - offset).astype(np.int32),
            "row": row.astype(np.float32), "weight_zero": np.zeros(len(row), np.int8),
            "bias_zero": np.zeros(len(row), np.int32),
            "widen": _by_channel(scale_out), "down": _by_channel(-shift_out * scale_out),
        }  # fmt: skip
        for key, value in values.items():
            self._add(f"{name}_{key}", value)
        nodes, source = self._enter(layer, name)
        convolution = type(layer.convolution)()
        convolution.CopyFrom(layer.convolution)
        del convolution.input[:]
        convolution.input.extend(f"{name}_{each}" for each in ("x", "w", "b"))
        convolution.output[0] = f"{name}_y"
        attributes = [each for each in convolution.attribute if each.name != "pads"]
        del convolution.attribute[:]
        convolution.attribute.extend(attributes)  # what it reads has its margins

        return [
            *nodes,
            make_node("DequantizeLinear", [source, _ONE, _ZERO], [f"{name}_x"]),
            *(
                make_node(
                    "DequantizeLinear",
                    [f"{name}_{each}" for each in (tensor, "row", f"{tensor}_zero")],
                    [f"{name}_{short}"],
                    axis=0,
                )
                for tensor, short in (("weight", "w"), ("bias", "b"))
            ),
            convolution,
            make_node("QuantizeLinear", [f"{name}_y", _ONE, _ZERO], [f"{name}_y8"]),
            make_node("DequantizeLinear", [f"{name}_y8", _ONE, _ZERO], [f"{name}_shifted"]),
            make_node("Mul", [f"{name}_shifted", f"{name}_widen"], [f"{name}_widened"]),
            make_node("Add", [f"{name}_widened", f"{name}_down"], [layer.result]),
        ]

    def _enter(self, layer: Layer, name: str) -> tuple[list["NodeProto"], str]:
        """Nodes that make the input of a layer in integers, and its name."""
        from onnx.helper import make_node

        nodes: list[NodeProto] = []
        parts = [self._integers(source, layer.margins, nodes) for source in layer.sources]
        source = parts[0]
        if len(parts) > 1:
            source = f"{name}_joined8"
            nodes.append(make_node("Concat", parts, [source], axis=1))
        if layer.reflection is not None:
            pad = type(layer.reflection)()
            pad.CopyFrom(layer.reflection)
            pad.name = f"{name}_pad"
            pad.input[0], pad.output[0] = source, f"{name}_padded8"
            nodes.append(pad)
            source = f"{name}_padded8"
        return nodes, source

    def _integers(self, source: str, margins: tuple[int, ...], nodes: list["NodeProto"]) -> str:
        """Name of a tensor in integers, with margins of zeros; adds the nodes that are missing."""
        from onnx.helper import make_node

        known = self.integers.get((source, margins))
        if known is not None:
            return known
        name = f"int8_{len(self.integers)}_of_{source}"
        scale, shift = _steps(*self.ranges[source])
        self._add(f"{name}_narrow", _by_channel(1 / scale))
        self._add(f"{name}_up", _by_channel(shift))
        place = source
        if any(margins):
            top, left, bottom, right = margins
            pads = [0, 0, top, left, 0, 0, bottom, right]
            self._add(f"{name}_pads", np.array(pads))
            nodes.append(make_node("Pad", [source, f"{name}_pads"], [f"{name}_padded"]))
            place = f"{name}_padded"
        nodes += [
            make_node("Mul", [place, f"{name}_narrow"], [f"{name}_narrowed"]),
            make_node("Add", [f"{name}_narrowed", f"{name}_up"], [f"{name}_shifted"]),
            make_node("QuantizeLinear", [f"{name}_shifted", _ONE, _ZERO], [name]),
        ]
        self.integers[source, margins] = name
        return name

    def _add(self, name: str, value: "np.ndarray | np.generic") -> None:
        from onnx.numpy_helper import from_array

        self.graph.initializer.append(from_array(np.asarray(value), name))


def _used(nodes: list["NodeProto"], outputs: set[str]) -> list["NodeProto"]:
    """Those nodes that an output depends on."""
    needed, kept = set(outputs), []
    for node in reversed(nodes):
        if needed.intersection(node.output):
            needed.update(node.input)
            kept.append(node)
    return kept[::-1]


def _by_channel(values: np.ndarray) -> np.ndarray:
    """Shape ``(C,)`` values for ``(B, C, H, W)``."""
    return values.astype(np.float32)[:, None, None]


def _steps(low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Step and zero point of each channel: ``value = step * (integer - zero)``."""
    low, high = np.minimum(low, 0).astype(np.float64), np.maximum(high, 0)
    step = np.maximum(high - low, 1e-6) / _STEPS  # a channel that is always 0 has no range
    return step, np.rint(-low / step)
