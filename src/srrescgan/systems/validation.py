"""Validation outputs: the system's result for a batch of images, and what to compare it with."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import cast

import torch
from torch import Tensor, nn

from srrescgan.generators.promises import check_size
from srrescgan.ops.resize import imresize, upscale_bicubic
from srrescgan.types import SRBatch, SRGenerator

Network = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class ValidationOutputs:
    """One batch of whole images, ``(B, 3, H, W)`` in [0, 1]; lr images are smaller."""

    result: Tensor
    """The system's result."""
    baseline: Tensor
    """The result of a method without training, scored for comparison."""
    references: dict[str, Tensor]
    """References of the metrics by role: the ground truth ``hr``, where it exists, and the input
    ``lr``."""
    pictures: dict[str, Tensor]
    """Pictures to show by title, from left to right; of any sizes."""


def super_resolution(batch: SRBatch, network: Network, generator: nn.Module) -> ValidationOutputs:
    """Upscale ``lr`` and compare with ``hr`` where the set has it; the baseline is bicubic.

    Args:
        batch: with ``lr``, and with ``hr`` where there is ground truth.
        network: upscales an image.
        generator: the module that ``network`` applies.

    Raises:
        ConfigError: the generator returned another size than it promised.
    """
    lr = batch["lr"]
    sr = network(lr).float().clamp(0, 1)
    check_size(generator, lr, sr, batch["hr"].shape if "hr" in batch else _upscaled(lr, generator))
    bicubic = upscale_bicubic(lr, sr.shape[-1] // lr.shape[-1])
    pictures = {"lr": lr, "bicubic": bicubic, "sr": sr}
    if "hr" not in batch:
        return ValidationOutputs(sr, bicubic, {"lr": lr}, pictures)
    hr = batch["hr"]
    return ValidationOutputs(sr, bicubic, {"hr": hr, "lr": lr}, pictures | {"hr": hr})


def domain_transfer(
    batch: SRBatch, network: Network, generator: nn.Module, scale: int
) -> ValidationOutputs:
    """Degrade ``hr`` by bicubic and the network, and compare with the set's own ``lr``.

    A set without ``lr`` images is compared with the data module's degradation of ``hr``. The
    baseline is the input of the network: bicubic alone.

    Args:
        batch: with ``hr`` and ``lr``.
        network: maps an lr image to the camera's domain.
        generator: the module that ``network`` applies.
        scale: integer factor between hr and lr.

    Raises:
        ConfigError: the generator changed the size.
    """
    bicubic = downscaled(batch["hr"], scale)
    degraded = network(bicubic).float().clamp(0, 1)
    check_size(generator, bicubic, degraded, bicubic.shape)
    pictures = {"bicubic": bicubic, "made": degraded, "real": batch["lr"]}
    # The camera's picture is the ground truth here.
    return ValidationOutputs(degraded, bicubic, {"hr": batch["lr"]}, pictures)


def downscaled(hr: Tensor, scale: int) -> Tensor:
    """Downscale ``hr`` by bicubic, rounded to 8 bit like an lr image read from a file."""
    return imresize(hr, Fraction(1, scale), quantise=True).clamp(0, 1)


def _upscaled(lr: Tensor, generator: nn.Module) -> torch.Size:
    """Shape that the generator promises for ``lr``."""
    scale = cast(SRGenerator, generator).scale
    return torch.Size((*lr.shape[:2], lr.shape[2] * scale, lr.shape[3] * scale))
