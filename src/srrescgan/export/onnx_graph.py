"""A PyTorch module as an ONNX graph, by torch's own exporter."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from importlib.util import find_spec
from io import StringIO
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from srrescgan.errors import ConfigError

if TYPE_CHECKING:
    from onnx import ModelProto

_OPSET = 18
"""The exporter's own; any newer one it gets by converting, and fewer programs would read it."""


def traced(
    module: nn.Module, example: Tensor, names: tuple[str, str], free: dict[int, str]
) -> "ModelProto":
    """Write down what a module of one input and one output computes.

    Args:
        module: in eval mode, on the CPU.
        example: an input; none of its free sizes may be 1, which would be taken for a constant.
        names: of the input and of the output.
        free: names of the dimensions whose size is left open.

    Raises:
        ConfigError: a package is missing.
    """
    for package in ("onnx", "onnxscript", "onnxruntime"):
        if find_spec(package) is None:
            raise ConfigError(f"ONNX needs the package {package}: pip install 'srrescgan[onnx]'")
    with _quiet():
        program = torch.onnx.export(
            module,
            (example,),
            input_names=names[:1],
            output_names=names[1:],
            dynamic_shapes=(free,),
            opset_version=_OPSET,
            dynamo=True,
            verbose=False,
        )
    assert program is not None
    model = program.model_proto
    _forget_origin(model)
    return model


def _forget_origin(model: "ModelProto") -> None:
    """Drop the exporter's notes on every node: lines of our source, and paths of this machine."""
    graph = model.graph
    for part in (*graph.node, *graph.input, *graph.output, *graph.value_info, *graph.initializer):
        part.doc_string = ""
        del part.metadata_props[:]


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the exporter's progress, and the deprecations inside of it, from the user."""
    previous = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with (
            warnings.catch_warnings(action="ignore"),
            redirect_stdout(StringIO()),
            redirect_stderr(StringIO()),
        ):
            yield
    finally:
        logging.disable(previous)
