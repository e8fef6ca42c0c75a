"""Verifies an ONNX file: ONNX Runtime must give the pictures that PyTorch gives."""

from pathlib import Path
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from srrescgan.errors import WeightsError
from srrescgan.types import SRGenerator

TOLERANCE = 0.1 / 255
"""A tenth of an 8-bit level. Another order of summation changes a thousandth of a level. Where
SRResDNet's projection shortens the residual the change is ten times larger, because it multiplies
the last bit of the noise estimate by exp(alpha), 8000 in the released weights."""


def verify_onnx(model: bytes, generator: nn.Module, path: Path) -> float:
    """Compare the outputs for :func:`probes`: three sizes, odd ones and a batch of two among them.

    Args:
        model: content of the ONNX file.
        generator: in eval mode, on the CPU.
        path: of the file, for messages.

    Returns:
        The largest difference, of values in [0, 1].

    Raises:
        WeightsError: it is larger than :data:`TOLERANCE`, or the sizes differ.
    """
    from onnxruntime import InferenceSession

    session = InferenceSession(model, providers=["CPUExecutionProvider"])
    differences = []
    for name, lr in probes().items():
        with torch.inference_mode():
            expected = cast(SRGenerator, generator)(lr).clamp(0, 1).numpy()
        (picture,) = session.run(["sr"], {"lr": lr.numpy()})
        batch, _, height, width = lr.shape
        place = f"{batch} {name} of {height} x {width} (height x width)"
        if picture.shape != expected.shape:
            raise WeightsError(
                f"{path} was not written: for {place} ONNX Runtime gives {picture.shape}, and"
                f" PyTorch {expected.shape}"
            )
        difference = float(np.abs(picture - expected).max())
        if not difference <= TOLERANCE:  # NaN fails too
            raise WeightsError(
                f"{path} was not written: for {place} ONNX Runtime differs from PyTorch by up to"
                f" {255 * difference:.3g} levels of 255; rounding explains at most"
                f" {255 * TOLERANCE:.1f}. Other versions of onnx, onnxscript and onnxruntime may"
                " do better"
            )
        differences.append(difference)
    return max(differences)


def probes() -> dict[str, Tensor]:
    """Test pictures by description.

    For SRResDNet they cover every case of the projection: the noisy picture leaves the residual
    as it is, the flat one has a noise estimate of 0, and the faintly noisy ones shorten it.
    """
    draw = torch.Generator().manual_seed(0)
    faint = torch.tensor([0.002, 0.0004])[:, None, None, None]
    # Dark, so that its last bits are small compared with the noise.
    slope = torch.linspace(0.05, 0.12, 31).expand(2, 3, 23, 31)
    return {
        "noisy picture": torch.rand(1, 3, 37, 24, generator=draw),
        "faintly noisy pictures": slope + faint * torch.randn(2, 3, 23, 31, generator=draw),
        "flat picture": torch.full((1, 3, 16, 41), 0.4),
    }
