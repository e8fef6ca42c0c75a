"""RRDBNet: the generator of ESRGAN, RealSR and Real-ESRGAN."""

import re
from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

UNSHUFFLE = {4: 1, 2: 2, 1: 4}
"""Pixel-unshuffle factor by scale: the network itself always enlarges by 4."""
OVERLAP_LEVELS = {16: 83.0, 32: 42.0, 48: 26.0, 64: 22.0, 80: 3.7, 96: 1.2, 112: 0.1}
"""Largest difference of a tile from the whole image in gray levels, by overlap in lr pixels.

Measured as in ``tests/benchmarks/overlaps.py`` at scale 4, with 23 blocks and the weights of
Real-ESRGAN, on 8 photographs, clean, with noise and with JPEG; at 96 on the four that differ most
at 80, at 112 on the one that does. The largest mean of a photograph is 0.019 levels at 80 and
0.0025 at 96. With the weights of RealSR the largest difference is 0.008 from 64 on. Other weights
may differ by more.
"""
_SLOPE = 0.2
_RESIDUAL = 0.2
_BLOCK = re.compile(r"body\.(\d+)\.")


class RRDBNet(nn.Module):
    """Residual-in-residual dense blocks at lr size, then nearest-neighbor upsampling by 4.

    Wang et al., "ESRGAN: Enhanced Super-Resolution Generative Adversarial Networks", ECCVW 2018,
    section 3.1. With 64 features, 23 blocks and a growth of 32 it has 16,697,987 parameters. Names
    and order of the parameters are those of BasicSR. No batch norm; every convolution is 3×3 with
    zero padding.

    For scales 2 and 1 pixel-unshuffle first halves or quarters the sides of the input (Wang et
    al., "Real-ESRGAN", ICCVW 2021, section 3.3), so that the first convolution has 12 or 48
    inputs. Sides that are no multiple of 2 or 4 are padded at the right and the bottom (by
    reflection; a side with too few pixels to reflect repeats its first one), and the output is
    cropped.

    The convolutions of the dense blocks start at 0.1 times the He initialization, their biases at
    0 (ESRGAN, section 4.1, and its code); all others start as PyTorch does.

    Args:
        scale: 4, 2 or 1. At 1 the network restores an image and keeps its size.
        features: channels between the blocks.
        blocks: number of residual-in-residual dense blocks.
        growth: channels that each convolution of a dense block adds.

    Raises:
        ValueError: an argument is out of its range.

    Shape:
        - lr: ``(B, 3, h, w)``, RGB in [0, 1].
        - Output: ``(B, 3, scale * h, scale * w)``, RGB, nominally in [0, 1]: not clipped.
    """

    def __init__(
        self, scale: int = 4, features: int = 64, blocks: int = 23, growth: int = 32
    ) -> None:
        super().__init__()
        if scale not in UNSHUFFLE:
            raise ValueError(f"scale must be one of {tuple(UNSHUFFLE)}, got {scale!r}")
        if min(features, blocks, growth) < 1:
            raise ValueError(
                "features, blocks and growth must be 1 or more, got"
                f" {features}, {blocks} and {growth}"
            )
        self.scale = scale
        self._factor = UNSHUFFLE[scale]
        self.grid = self._factor
        self.conv_first = _conv(3 * self._factor**2, features)
        self.body = nn.Sequential(*(_RRDB(features, growth) for _ in range(blocks)))
        self.conv_body = _conv(features, features)
        self.conv_up1 = _conv(features, features)
        self.conv_up2 = _conv(features, features)
        self.conv_hr = _conv(features, features)
        self.conv_last = _conv(features, 3)

    @property
    def halo(self) -> int:
        """Input pixels in every direction that an output pixel depends on.

        15 for each block, 1 for the first convolution, 1 for that after the blocks, and 2 for the
        four after upsampling; times the pixel-unshuffle factor.
        """
        return self._factor * (15 * len(self.body) + 4)

    @property
    def overlap_levels(self) -> dict[int, float]:
        """Largest difference of tiles from the whole image in gray levels, by overlap in lr pixels.

        Measured (:data:`OVERLAP_LEVELS`) at scale 4. For scales 2 and 1 the same is assumed of the
        pixels that the blocks see, since there are no weights to measure it with.
        """
        return {self._factor * overlap: levels for overlap, levels in OVERLAP_LEVELS.items()}

    def forward(self, lr: Tensor) -> Tensor:
        """Super-resolve."""
        if self._factor == 1:
            return self._enlarge_by_4(lr)
        height, width = lr.shape[-2:]
        sr = self._enlarge_by_4(F.pixel_unshuffle(_padded(lr, self._factor), self._factor))
        return sr[..., : self.scale * height, : self.scale * width]

    def _enlarge_by_4(self, x: Tensor) -> Tensor:
        x = self.conv_first(x)
        x = x + self.conv_body(self.body(x))
        x = _leaky(self.conv_up1(F.interpolate(x, scale_factor=2, mode="nearest")))
        x = _leaky(self.conv_up2(F.interpolate(x, scale_factor=2, mode="nearest")))
        return self.conv_last(_leaky(self.conv_hr(x)))

    @classmethod
    def arguments_from(cls, state: Mapping[str, Tensor]) -> dict[str, Any] | None:
        """Constructor arguments of a state dict with these keys; ``None``: another network."""
        first, dense = state.get("conv_first.weight"), state.get("body.0.rdb1.conv1.weight")
        if first is None or dense is None or first.ndim != 4 or dense.ndim != 4:
            return None
        scales = {3 * factor**2: scale for scale, factor in UNSHUFFLE.items()}
        if first.shape[1] not in scales or "conv_up2.weight" not in state:
            return None
        found = {match[1] for match in map(_BLOCK.match, state) if match}
        return {
            "scale": scales[first.shape[1]],
            "features": first.shape[0],
            "blocks": len(found),
            "growth": dense.shape[0],
        }


def _conv(inputs: int, outputs: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 3, padding=1)


def _leaky(x: Tensor) -> Tensor:
    return F.leaky_relu(x, _SLOPE)


def _padded(image: Tensor, factor: int) -> Tensor:
    """Pad right and bottom so that both sides are multiples of ``factor``.

    By indices and without a condition on the size, so that torch.export keeps the size open.
    """
    for dim in (-2, -1):
        side = image.shape[dim]
        index = torch.arange((side + factor - 1) // factor * factor, device=image.device)
        mirrored = (2 * (side - 1) - index).clamp(min=0)
        image = image.index_select(dim, torch.where(index < side, index, mirrored))
    return image


class _RRDB(nn.Module):
    """Three dense blocks, times 0.2, plus the input."""

    def __init__(self, features: int, growth: int) -> None:
        super().__init__()
        self.rdb1 = _DenseBlock(features, growth)
        self.rdb2 = _DenseBlock(features, growth)
        self.rdb3 = _DenseBlock(features, growth)

    def forward(self, x: Tensor) -> Tensor:
        return x + _RESIDUAL * self.rdb3(self.rdb2(self.rdb1(x)))


class _DenseBlock(nn.Module):
    """Five convolutions, each of which reads all earlier outputs; times 0.2, plus the input."""

    def __init__(self, features: int, growth: int) -> None:
        super().__init__()
        for index in range(5):
            conv = _conv(features + index * growth, growth if index < 4 else features)
            nn.init.kaiming_normal_(conv.weight)
            with torch.no_grad():
                conv.weight *= 0.1
                assert conv.bias is not None
                conv.bias.zero_()
            self.add_module(f"conv{index + 1}", conv)

    def forward(self, x: Tensor) -> Tensor:
        seen = x
        for index in range(1, 5):
            seen = torch.cat((seen, _leaky(self.get_submodule(f"conv{index}")(seen))), 1)
        return x + _RESIDUAL * self.get_submodule("conv5")(seen)
