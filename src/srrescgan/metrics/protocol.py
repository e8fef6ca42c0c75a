"""Protocol: how images are prepared before they are scored."""

from dataclasses import dataclass, replace
from typing import Literal

from torch import Tensor

from srrescgan.errors import DataError
from srrescgan.ops.color import rgb_to_y

_ROUNDINGS = {"round": "8-bit rounded", "truncate": "8-bit truncated", "none": "not quantised"}
_SSIM_WINDOWS = {"gaussian": "Gaussian 11x11", "uniform": "uniform 7x7"}


@dataclass(frozen=True)
class Protocol:
    """Preparation of images before they are scored.

    These choices alone change scores by tenths of a decibel. Common ones: RGB, no border, rounded
    (the quality of a saved PNG); RGB, no border, truncated (SRResCGAN's validation); luma and a
    border of ``scale`` pixels (classic papers).

    Args:
        channel: ``rgb``, or ``y`` for the BT.601 luma of the quantized RGB, not rounded again.
        border: pixels cropped at each side.
        rounding: how values in [0, 1] are quantized to 8 bits: to the nearest level (``round``), to
            the level below (``truncate``) or not at all (``none``).
        ssim_window: ``gaussian`` (11x11, sigma 1.5, the paper's) or ``uniform`` (7x7 and unbiased
            moments, scikit-image's default): see :class:`srrescgan.metrics.SSIM`.
        network_input: input of metrics that are networks, such as LPIPS: quantized as for the
            other metrics (``quantised``), or the generator's floats (``float``).

    Raises:
        ValueError: a value is not one of the above.
    """

    channel: Literal["rgb", "y"] = "rgb"
    border: int = 0
    rounding: Literal["round", "truncate", "none"] = "round"
    ssim_window: Literal["gaussian", "uniform"] = "gaussian"
    network_input: Literal["quantised", "float"] = "quantised"

    def __post_init__(self) -> None:
        if self.channel not in ("rgb", "y"):
            raise ValueError(f"channel is {self.channel!r}; expected rgb or y")
        if not isinstance(self.border, int) or self.border < 0:
            raise ValueError(f"border is {self.border!r}; expected a whole number of pixels >= 0")
        if self.rounding not in _ROUNDINGS:
            raise ValueError(f"rounding is {self.rounding!r}; expected round, truncate or none")
        if self.ssim_window not in _SSIM_WINDOWS:
            raise ValueError(f"ssim_window is {self.ssim_window!r}; expected gaussian or uniform")
        if self.network_input not in ("quantised", "float"):
            raise ValueError(
                f"network_input is {self.network_input!r}; expected quantised or float"
            )

    @property
    def label(self) -> str:
        """Short text that is shown with every number.

        Example:
            >>> Protocol().label
            'rgb, border 0, 8-bit rounded, SSIM Gaussian 11x11'
        """
        parts = [
            self.channel,
            f"border {self.border}",
            _ROUNDINGS[self.rounding],
            f"SSIM {_SSIM_WINDOWS[self.ssim_window]}",
        ]
        if self.network_input == "float" and self.rounding != "none":
            parts.append("networks not quantised")
        return ", ".join(parts)

    def for_networks(self) -> "Protocol":
        """The protocol of metrics that are networks: always RGB, quantized or not."""
        rounding = "none" if self.network_input == "float" else self.rounding
        return replace(self, channel="rgb", rounding=rounding)

    def prepare(self, image: Tensor) -> Tensor:
        """Clamp, quantize, convert and crop.

        Args:
            image: RGB; values outside [0, 1] are clamped.

        Shape:
            - image: ``(B, 3, H, W)``.
            - Output: ``(B, C, H - 2 border, W - 2 border)`` float64 in [0, 1]; C is 3 or 1.

        Raises:
            DataError: no pixel is left inside the border.
        """
        if image.ndim != 4:
            raise ValueError(f"expected (B, C, H, W), got {tuple(image.shape)}")
        height, width = image.shape[-2:]
        if min(height, width) <= 2 * self.border:
            raise DataError(
                f"an image of {height}x{width} has no pixel left inside a border of {self.border}; "
                "choose a protocol with a smaller border or larger images"
            )
        # Apple's devices do not support float64.
        image = (image.cpu() if image.device.type == "mps" else image).double().clamp(0, 1)
        if self.rounding == "round":
            image = (image * 255).round() / 255
        elif self.rounding == "truncate":
            # Exact for 8-bit images: float32(k / 255) is never below k / 255.
            image = (image * 255).floor() / 255
        if self.channel == "y":
            image = rgb_to_y(image)
        return image[..., self.border : height - self.border, self.border : width - self.border]

    def require(self, image: Tensor, side: int, metric: str) -> None:
        """Check that a prepared image is large enough for a metric.

        Args:
            image: output of :meth:`prepare`.
            side: minimum height and width.
            metric: its name in the message.

        Raises:
            DataError: the image is smaller.
        """
        height, width = image.shape[-2:]
        if min(height, width) < side:
            raise DataError(
                f"{metric} needs {side}x{side} pixels inside the border of {self.border}, "
                f"there are {height}x{width}"
            )
