"""Conversion of a PyTorch module to an ONNX graph, by torch's exporter."""

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
"""The exporter's own version. A newer one would be converted from it, and older programs could
not read the file."""


def to_onnx_graph(
    module: nn.Module, example: Tensor, names: tuple[str, str], dynamic: dict[int, str]
) -> "ModelProto":
    """Convert a module with one input and one output.

    Args:
        module: in eval mode, on the CPU.
        example: an input; none of its dynamic sizes may be 1, which would become a constant.
        names: of the input and of the output.
        dynamic: names of the dimensions of any size, by index.

    Raises:
        ConfigError: a package is missing, or torch cannot export the module with dynamic sizes.
    """
    for package in ("onnx", "onnxscript", "onnxruntime"):
        if find_spec(package) is None:
            raise ConfigError(f"ONNX needs the package {package}: pip install 'srrescgan[onnx]'")
    try:
        with _quiet():
            program = torch.onnx.export(
                module,
                (example,),
                input_names=names[:1],
                output_names=names[1:],
                dynamic_shapes=(dynamic,),
                opset_version=_OPSET,
                dynamo=True,
                verbose=False,
            )
    except torch.onnx.OnnxExporterError as error:
        raise ConfigError(
            f"torch.export cannot convert {type(module).__name__} to ONNX for any"
            f" {', '.join(dynamic.values())}: {_reason(error)}"
        ) from error
    assert program is not None
    model = program.model_proto
    _remove_origin(model)
    return model


def _reason(error: Exception) -> str:
    """First line of what torch.export said."""
    cause = error.__cause__ or error
    lines = [line.strip() for line in str(cause).splitlines() if line.strip()]
    return lines[0] if lines else type(cause).__name__


def _remove_origin(model: "ModelProto") -> None:
    """Remove the exporter's notes on every node: our source lines and paths of this machine."""
    graph = model.graph
    for part in (*graph.node, *graph.input, *graph.output, *graph.value_info, *graph.initializer):
        part.doc_string = ""
        del part.metadata_props[:]


@contextmanager
def _quiet() -> Iterator[None]:
    """Suppress the exporter's progress messages and deprecation warnings."""
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
