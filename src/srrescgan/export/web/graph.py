"""The local part of a network as an ONNX graph, for pictures that are computed in tiles."""

from typing import cast

import torch
from torch import Tensor, nn

from srrescgan.errors import WeightsError
from srrescgan.export.onnx_graph import traced
from srrescgan.generators import SRResDNet
from srrescgan.layers.weight_norm import fold_weight_norm

_SIZES = ((48, 40), (41, 63), (9, 130))
_TOLERANCE = 1e-4
"""By how much a value may differ, as a share of the largest one."""


def residual_graph(generator: SRResDNet) -> bytes:
    """Write ``generator.residual`` for pictures of any size, and try it in ONNX Runtime.

    The graph maps ``upsampled``, ``(1, 3, H, W)`` in [0, 255], to ``residual`` of the same shape,
    and takes its borders for those of the picture.

    Returns:
        The content of the ONNX file.

    Raises:
        ConfigError: a package is missing.
        WeightsError: ONNX Runtime computes something else than PyTorch.
    """
    local = _Local(cast(SRResDNet, fold_weight_norm(generator))).eval()
    example = torch.zeros(1, 3, 32, 40)
    names = ("upsampled", "residual")
    content = traced(local, example, names, {2: "height", 3: "width"}).SerializeToString()
    from onnxruntime import InferenceSession

    session = InferenceSession(content, providers=["CPUExecutionProvider"])
    random = torch.Generator().manual_seed(0)
    for height, width in _SIZES:
        upsampled = 255 * torch.rand(1, 3, height, width, generator=random)
        with torch.inference_mode():
            expected = generator.residual(upsampled)
        (found,) = session.run(["residual"], {"upsampled": upsampled.numpy()})
        differs = (torch.from_numpy(found) - expected).abs().max() / expected.abs().max()
        if not differs <= _TOLERANCE:  # NaN neither
            raise WeightsError(
                f"ONNX Runtime does not compute what PyTorch does: at {height} x {width} pixels the"
                f" residual differs by {differs:.1e} of its largest value, allowed {_TOLERANCE}."
                " Nothing was written."
            )
    return content


class _Local(nn.Module):
    def __init__(self, generator: SRResDNet) -> None:
        super().__init__()
        self.generator = generator

    def forward(self, upsampled: Tensor) -> Tensor:
        return self.generator.residual(upsampled)
