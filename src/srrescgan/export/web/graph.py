"""SRResDNet's residual as an ONNX graph, to be computed in tiles."""

from typing import cast

import torch
from torch import Tensor, nn

from srrescgan.errors import WeightsError
from srrescgan.export.onnx_graph import to_onnx_graph
from srrescgan.generators import SRResDNet
from srrescgan.layers.weight_norm import fold_weight_norm

_SIZES = ((48, 40), (41, 63), (9, 130))
_TOLERANCE = 1e-4
"""Allowed difference of a value, relative to the largest value."""


def residual_graph(generator: SRResDNet) -> bytes:
    """Export ``generator.residual`` for pictures of any size, verified in ONNX Runtime.

    The graph maps ``upsampled``, ``(1, 3, H, W)`` in [0, 255], to ``residual`` of the same shape,
    and pads at all of its borders.

    Returns:
        The content of the ONNX file.

    Raises:
        ConfigError: a package is missing.
        WeightsError: ONNX Runtime and PyTorch disagree.
    """
    residual = _Residual(cast(SRResDNet, fold_weight_norm(generator))).eval()
    example = torch.zeros(1, 3, 32, 40)
    names = ("upsampled", "residual")
    content = to_onnx_graph(residual, example, names, {2: "height", 3: "width"}).SerializeToString()
    from onnxruntime import InferenceSession

    session = InferenceSession(content, providers=["CPUExecutionProvider"])
    random = torch.Generator().manual_seed(0)
    for height, width in _SIZES:
        upsampled = 255 * torch.rand(1, 3, height, width, generator=random)
        with torch.inference_mode():
            expected = generator.residual(upsampled)
        (found,) = session.run(["residual"], {"upsampled": upsampled.numpy()})
        difference = (torch.from_numpy(found) - expected).abs().max() / expected.abs().max()
        if not difference <= _TOLERANCE:  # NaN fails too
            raise WeightsError(
                f"nothing was written: ONNX Runtime and PyTorch disagree. At {height} x {width}"
                f" pixels the residual differs by {difference:.1e} of its largest value, allowed"
                f" {_TOLERANCE}"
            )
    return content


class _Residual(nn.Module):
    def __init__(self, generator: SRResDNet) -> None:
        super().__init__()
        self.generator = generator

    def forward(self, upsampled: Tensor) -> Tensor:
        return self.generator.residual(upsampled)
