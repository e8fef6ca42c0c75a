"""Have the colors of the input been kept?"""

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
    """Mean color difference between lr and the super-resolved picture brought to its size.

    CIE 1976 Delta E in L*a*b* (D65) of sRGB: about 2.3 is just noticeable. The picture is shrunk as
    MATLAB's bicubic ``imresize`` does it. Needs no ground truth. Always on RGB and the whole
    picture, whatever the protocol's channel and border; its rounding applies to both.

    Noise of lr that the network removed counts as difference, pixel by pixel. On noisy input choose
    an ``area``, within which both are averaged first: noise goes, a shift of color stays.

    Args:
        protocol: how images are prepared.
        area: side, in lr pixels, of the squares whose mean colors are compared; 1: single pixels.

    Shape:
        - sr: ``(B, 3, s H, s W)``, RGB in [0, 1], s a whole number.
        - lr: ``(B, 3, H, W)``, RGB in [0, 1], at least ``area`` pixels a side.
        - Output: ``(B,)`` float64, at least 0; bicubic upscaling of a smooth picture is close to 0.

    Raises:
        ConfigError: ``area`` is not a whole number above 0.
        DataError: on call, when sr is not a whole number of times as large as lr, for images
            smaller than the area, and as :meth:`ImageMetric.__call__`.
    """

    higher_is_better = False
    reference = "lr"
    decimals = 2
    compares_sizes = False

    def __init__(self, protocol: Protocol, area: int = 1) -> None:
        super().__init__(replace(protocol, channel="rgb", border=0))
        if not isinstance(area, int) or area < 1:
            raise ConfigError(f"area is {area!r}; expected a whole number of lr pixels >= 1")
        self.area = area
        of = "pixel by pixel" if area == 1 else f"of means over {area}x{area} lr pixels"
        self.what = (
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
        # At the size of lr already, imresize would blur nothing and change nothing.
        small = imresize(sr, Fraction(1, scale))
        return lab_distance(*(F.avg_pool2d(image, self.area) for image in (small, lr))).mean()
