"""Whether ONNX Runtime makes the pictures that PyTorch makes."""

from pathlib import Path
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from srrescgan.errors import WeightsError
from srrescgan.types import SRGenerator

TOLERANCE = 0.1 / 255
"""A tenth of a level of 8 bits. Sums in another order differ by a thousandth of one. Where the
projection shortens the residual it is ten times as much, since it multiplies the last bit of the
noise estimate by exp(alpha), which is 8000 in the released weights."""


def require_same_pictures(model: bytes, generator: nn.Module, path: Path) -> float:
    """Compare at three sizes, odd ones and a batch of two among them.

    One picture is noisy, one is flat, which makes the noise estimate and the projected residual 0,
    and two have so little noise that the projection shortens the residual.

    Args:
        model: the ONNX file.
        generator: in eval mode, on the CPU.
        path: where the file is going to be.

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
            expected = cast(SRGenerator, generator)(lr).numpy()
        (found,) = session.run(["sr"], {"lr": lr.numpy()})
        batch, _, height, width = lr.shape
        place = f"{batch} {name} of {height} x {width} (height x width)"
        if found.shape != expected.shape:
            raise WeightsError(
                f"{path} was not written: for {place} ONNX Runtime gives {found.shape}, and"
                f" PyTorch {expected.shape}"
            )
        difference = float(np.abs(found - expected).max())
        if not difference <= TOLERANCE:  # nor is it when it is not a number
            raise WeightsError(
                f"{path} was not written: for {place} ONNX Runtime differs from PyTorch by up to"
                f" {255 * difference:.3g} levels of 255, more than the {255 * TOLERANCE:.1f} that"
                " rounding explains. Other versions of onnx, onnxscript and onnxruntime may do"
                " better"
            )
        differences.append(difference)
    return max(differences)


def probes() -> dict[str, Tensor]:
    """Pictures that bring every part of the network to work, by what they are."""
    draw = torch.Generator().manual_seed(0)
    faint = torch.tensor([0.002, 0.0004])[:, None, None, None]
    # Dark, for its last bits to be small beside the noise.
    slope = torch.linspace(0.05, 0.12, 31).expand(2, 3, 23, 31)
    return {
        "noisy picture": torch.rand(1, 3, 37, 24, generator=draw),
        "faintly noisy pictures": slope + faint * torch.randn(2, 3, 23, 31, generator=draw),
        "flat picture": torch.full((1, 3, 16, 41), 0.4),
    }
