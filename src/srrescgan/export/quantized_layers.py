"""The convolutions of an ONNX graph that can be computed in integers."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from onnx import GraphProto, NodeProto

_COLORS = 3
_CONVOLUTIONS = ("Conv", "ConvTranspose")
_NO_MARGINS = (0, 0, 0, 0)


@dataclass(frozen=True)
class Layer:
    """A convolution to be quantized, with its padding."""

    convolution: "NodeProto"
    weight: np.ndarray
    bias: np.ndarray
    sources: tuple[str, ...]
    """Names of the tensors that it reads, before padding; several are concatenated."""
    margins: tuple[int, ...]
    """Zeros around its input: top, left, bottom, right."""
    reflection: "NodeProto | None"
    """The node that reflects the borders of its input."""

    @property
    def result(self) -> str:
        """Name of the output tensor."""
        return self.convolution.output[0]


def find_layers(graph: "GraphProto") -> list[Layer]:
    """Find the convolutions to be quantized, in the order of the graph.

    These stay float32: a convolution that reads or writes the picture, which means that it has
    three channels on either side, or that there is no other convolution before or after it. It
    costs little time and matters most for the quality. Transposed and grouped convolutions, which
    integer kernels compute slowly or not at all, stay float32 as well.
    """
    from onnx.numpy_helper import to_array

    producers = {name: node for node in graph.node for name in node.output}
    tensors = {each.name: each for each in graph.initializer}
    inner = _after_a_convolution(graph) & _before_a_convolution(graph)
    layers = []
    for node in graph.node:
        if node.op_type != "Conv" or node.name not in inner or node.input[1] not in tensors:
            continue
        settings = {each.name: each for each in node.attribute}
        weight = to_array(tensors[node.input[1]])
        outputs, inputs = weight.shape[:2]
        grouped = "group" in settings and settings["group"].i != 1
        automatic = "auto_pad" in settings and settings["auto_pad"].s != b"NOTSET"
        if _COLORS in (inputs, outputs) or grouped or automatic:
            continue
        bias = np.zeros(outputs, np.float32)  # the exporter omits a bias of zeros
        if len(node.input) > 2:
            bias = to_array(tensors[node.input[2]])
        margins = tuple(settings["pads"].ints) if "pads" in settings else _NO_MARGINS
        source, reflection = node.input[0], None
        before = producers.get(source)
        if before is not None and before.op_type == "Pad" and _mode(before) == "reflect":
            source, reflection = before.input[0], before
        parts = _parts(source, producers)
        layers.append(Layer(node, weight, bias, parts, margins, reflection))
    return layers


def count_layers(graph: "GraphProto") -> tuple[int, int]:
    """Convolutions of a graph that are to be quantized, and those that stay float32."""
    quantized = len(find_layers(graph))
    return quantized, sum(node.op_type in _CONVOLUTIONS for node in graph.node) - quantized


def _parts(name: str, producers: dict[str, "NodeProto"]) -> tuple[str, ...]:
    """Tensors whose channels make up a tensor."""
    node = producers.get(name)
    if node is None or node.op_type != "Concat" or node.attribute[0].i != 1:
        return (name,)
    return tuple(part for source in node.input for part in _parts(source, producers))


def _mode(pad: "NodeProto") -> str:
    modes = [each.s.decode() for each in pad.attribute if each.name == "mode"]
    return modes[0] if modes else "constant"


def _after_a_convolution(graph: "GraphProto") -> set[str]:
    """Names of the nodes that depend on a convolution."""
    reached: set[str] = set()
    names = set()
    for node in graph.node:
        depends = not reached.isdisjoint(node.input)
        if depends:
            names.add(node.name)
        if depends or node.op_type in _CONVOLUTIONS:
            reached.update(node.output)
    return names


def _before_a_convolution(graph: "GraphProto") -> set[str]:
    """Names of the nodes that a convolution depends on."""
    reached: set[str] = set()
    names = set()
    for node in reversed(graph.node):
        needed = not reached.isdisjoint(node.output)
        if needed:
            names.add(node.name)
        if needed or node.op_type in _CONVOLUTIONS:
            reached.update(node.input)
    return names
