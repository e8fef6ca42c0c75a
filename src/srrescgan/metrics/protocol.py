"""The rule by which two images are compared; no number means anything without it."""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from srrescgan.errors import DataError
from srrescgan.ops.color import rgb_to_y

_ROUNDINGS = {"round": "8-bit rounded", "truncate": "8-bit truncated", "none": "not quantised"}


@dataclass(frozen=True)
class Protocol:
    """How images are prepared before a metric sees them.

    Published figures differ by tenths of a decibel in these choices alone. Common ones: RGB, no
    border, rounded (what a saved PNG is worth); RGB, no border, truncated (SRResCGAN's validation);
    luma and ``scale`` pixels of border (classic papers).

    Args:
        channel: ``rgb``, or ``y`` for BT.601 luma of the quantised RGB, itself not rounded.
        border: pixels cropped at each side.
        rounding: how [0, 1] becomes 8 bit: to the nearest level (``round``), to the level below
            (``truncate``) or not at all (``none``).

    Raises:
        ValueError: a value is not one of the above.
    """

    channel: Literal["rgb", "y"] = "rgb"
    border: int = 0
    rounding: Literal["round", "truncate", "none"] = "round"

    def __post_init__(self) -> None:
        if self.channel not in ("rgb", "y"):
            raise ValueError(f"channel is {self.channel!r}; expected rgb or y")
        if not isinstance(self.border, int) or self.border < 0:
            raise ValueError(f"border is {self.border!r}; expected a whole number of pixels >= 0")
        if self.rounding not in _ROUNDINGS:
            raise ValueError(f"rounding is {self.rounding!r}; expected round, truncate or none")

    @property
    def label(self) -> str:
        """Short text that accompanies every number, e.g. ``rgb, border 0, 8-bit rounded``."""
        return f"{self.channel}, border {self.border}, {_ROUNDINGS[self.rounding]}"

    def prepare(self, image: Tensor) -> Tensor:
        """Clamp, quantise, convert and crop.

        Args:
            image: RGB, values outside [0, 1] are clamped.

        Shape:
            - image: ``(B, 3, H, W)``.
            - Output: ``(B, C, H - 2 border, W - 2 border)`` float64 in [0, 1]; C is 3 or 1.

        Raises:
            DataError: nothing is left inside the border.
        """
        if image.ndim != 4:
            raise ValueError(f"expected (B, C, H, W), got {tuple(image.shape)}")
        height, width = image.shape[-2:]
        if min(height, width) <= 2 * self.border:
            raise DataError(
                f"an image of {height}x{width} has no pixel left inside a border of {self.border}; "
                "choose a smaller protocol.border or larger images"
            )
        # Apple's devices know no float64.
        image = (image.cpu() if image.device.type == "mps" else image).double().clamp(0, 1)
        if self.rounding == "round":
            image = (image * 255).round() / 255
        elif self.rounding == "truncate":
            # Exact for 8-bit images: float32(k / 255) is never below k / 255.
            image = (image * 255).floor() / 255
        if self.channel == "y":
            image = rgb_to_y(image)
        return image[..., self.border : height - self.border, self.border : width - self.border]

    def prepare_pair(self, sr: Tensor, hr: Tensor) -> tuple[Tensor, Tensor]:
        """Prepare an image and its reference.

        Raises:
            DataError: the shapes differ, ``sr`` is not finite, or as :meth:`prepare`.
        """
        if sr.shape != hr.shape:
            raise DataError(
                f"cannot compare images of different shapes: sr is {tuple(sr.shape)}, "
                f"hr is {tuple(hr.shape)}"
            )
        if not torch.isfinite(sr).all():
            raise DataError(
                "the super-resolved image holds NaN or infinite values: the weights are damaged or "
                "their training has diverged"
            )
        return self.prepare(sr), self.prepare(hr)
