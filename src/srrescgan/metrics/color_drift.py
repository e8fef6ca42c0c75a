"""Color drift: the color difference between the output and the input."""

from dataclasses import replace
from fractions import Fraction

import torch.nn.functional as F
from torch import Tensor

from srrescgan.errors import ConfigError, DataError
from srrescgan.metrics.image_metric import ImageMetric
from srrescgan.metrics.protocol import Protocol
from srrescgan.ops.color import lab_distance
from srrescgan.ops.resize import imresize


class ColorDrift(ImageMetric):
    """Mean color difference between lr and the sr image downscaled to its size.

    CIE 1976 Delta E in L*a*b* (D65) of sRGB: about 2.3 is just noticeable. The image is downscaled
    like MATLAB's bicubic ``imresize``. Needs no ground truth. Always on RGB and the whole image,
    whatever the protocol's channel and border; its rounding applies to both images.

    Noise that the network removed counts as a difference. For noisy input choose a larger ``area``,
    over which both images are averaged first: this removes noise but not a color shift.

    Args:
        protocol: how images are prepared.
        area: side of the squares whose mean colors are compared, in lr pixels; 1: single pixels.

    Shape:
        - sr: ``(B, 3, s H, s W)``, RGB in [0, 1], s an integer.
        - lr: ``(B, 3, H, W)``, RGB in [0, 1], at least ``area`` pixels a side.
        - Output: ``(B,)`` float64, at least 0; close to 0 for bicubic upscaling of a smooth image.

    Raises:
        ConfigError: ``area`` is not a whole number above 0.
        DataError: on call, if sr is not an integer number of times as large as lr, for images
            smaller than the area, and as in :meth:`ImageMetric.__call__`.
    """

    higher_is_better = False
    reference = "lr"
    decimals = 2
    needs_same_size = False
    description = "mean CIE76 Delta E (Lab, D65) between downscaled SR and LR"

    def __init__(self, protocol: Protocol, area: int = 1) -> None:
        super().__init__(replace(protocol, channel="rgb", border=0))
        if not isinstance(area, int) or area < 1:
            raise ConfigError(f"area is {area!r}; expected a whole number of lr pixels >= 1")
        self.area = area
        of = "pixel by pixel" if area == 1 else f"of means over {area}x{area} lr pixels"
        self.description = (
            f"mean CIE76 Delta E (Lab, D65) between MATLAB-bicubically downscaled SR and LR, {of}, "
            "whole picture in RGB"
        )

    def score(self, *pictures: Tensor) -> Tensor:
        """Score one image."""
        sr, lr = pictures
        (height, width), (low_height, low_width) = sr.shape[-2:], lr.shape[-2:]
        scale = height // low_height
        if scale < 1 or (height, width) != (scale * low_height, scale * low_width):
            raise DataError(
                f"sr of {height}x{width} is not a whole number of times as large as lr of "
                f"{low_height}x{low_width}"
            )
        if min(low_height, low_width) < self.area:
            raise DataError(
                f"color drift over areas of {self.area}x{self.area} pixels needs an lr of at "
                f"least that, it is {low_height}x{low_width}"
            )
        # At scale 1, imresize changes nothing.
        small = imresize(sr, Fraction(1, scale))
        return lab_distance(*(F.avg_pool2d(image, self.area) for image in (small, lr))).mean()
