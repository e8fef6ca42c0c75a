"""Reads ncnn files into a state dict with the keys of our own networks."""

from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from srrescgan.errors import WeightsError
from srrescgan.weights.ncnn.bin_file import BinFile
from srrescgan.weights.ncnn.networks import expected_network
from srrescgan.weights.ncnn.operations import Operation, Value, kernel_and_inputs, result_of
from srrescgan.weights.ncnn.param_file import Layer, parse_param

_READABLE = "expected an RRDBNet (ESRGAN, Real-ESRGAN, RealSR) or a Compact (SRVGGNetCompact)"


def read_ncnn(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read ``path`` (``.param``) and the ``.bin`` of the same name beside it.

    Returns and errors as :func:`from_ncnn`.

    Raises:
        WeightsError: also if one of the two files is missing.
    """
    binary = path.with_suffix(".bin")
    for needed in (path, binary):
        if not needed.is_file():
            raise WeightsError(
                f"no file {needed}: networks of ncnn are two files, NAME.param (the layers) and"
                " NAME.bin (the weights), in one folder"
            )
    text = path.read_text(encoding="utf-8", errors="replace")
    return from_ncnn(text, binary.read_bytes(), str(path), str(binary))


def from_ncnn(
    param: str, binary: bytes, source: str, bin_source: str
) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read a network from the content of the two files.

    Every layer is compared with the network that the file seems to hold: one that computes anything
    else is refused, as is a ``.bin`` with a byte more or less than the layers need.

    Args:
        param: text of the ``.param``.
        binary: content of the ``.bin``.
        source: name of the ``.param``, for messages.
        bin_source: name of the ``.bin``.

    Returns:
        State dict (float32) with the generator's own keys, and the generator's node: ``_target_``
        and constructor arguments.

    Raises:
        WeightsError: the files are damaged, do not belong together, or hold another network.
    """
    layers = parse_param(param, source)
    network = expected_network(layers)
    if network is None:
        raise WeightsError(f"{source} holds a network that is not known: {_READABLE}")
    weights = BinFile(binary, bin_source)
    state: dict[str, Tensor] = {}

    def find(layer: Layer, operation: Operation) -> int:
        number = network.operations.numbers.get(operation)
        if number is None:
            raise WeightsError(
                f"{layer.place}: {layer.kind} computes something else than {network.description}"
                f" there; {_READABLE}"
            )
        if number in network.keys:
            _read_weights(state, network.keys[number], layer, weights)
        return number

    values: dict[str, Value] = {}
    unused: dict[str, None] = {}
    for layer in layers:
        value = result_of(layer, [values[name] for name in layer.inputs], partial(find, layer))
        values |= dict.fromkeys(layer.outputs, value)
        unused |= dict.fromkeys(layer.outputs)
        for name in layer.inputs:
            unused.pop(name, None)
    ends = [values[name] for name in unused]
    if ends != [(network.output, 1.0)]:
        raise WeightsError(f"{source} ends before {network.description} does; {_READABLE}")
    weights.check_end()
    return state, network.config


def _read_weights(state: dict[str, Tensor], key: str, layer: Layer, weights: BinFile) -> None:
    """Read the weights of a layer into ``state``."""
    read: dict[str, Tensor] = {}
    if layer.kind == "PReLU":
        read["weight"] = weights.floats(int(layer.option(0, 0)), layer.place)
    else:
        outputs, inputs, kernel = kernel_and_inputs(layer)
        weight = weights.weights(outputs * inputs * kernel**2, layer.place)
        read["weight"] = weight.view(outputs, inputs, kernel, kernel)
        read["bias"] = weights.floats(outputs, layer.place)
    for name, tensor in read.items():
        if not torch.isfinite(tensor).all():
            raise WeightsError(f"{layer.place}: its weights are not finite: the .bin is damaged")
        if f"{key}.{name}" in state:
            raise WeightsError(f"{layer.place}: the layer is there twice")
        state[f"{key}.{name}"] = tensor
