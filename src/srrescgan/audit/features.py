"""Features of the classifier: 26 numbers that describe the noise of one flat block."""

import torch
from torch import Tensor

from srrescgan.audit.domain import Domain
from srrescgan.audit.flat_blocks import residual
from srrescgan.audit.statistics.noise_color import PAIRS, channel_correlation
from srrescgan.audit.statistics.statistic import ROUNDING
from srrescgan.ops.spectrum import radial_power

_BANDS = 4
_SHIFTS = ((0, 1), (1, 0), (1, 1), (0, 2), (2, 0))

NAMES = (
    *(f"variance of {channel}" for channel in ("red", "green", "blue")),
    *(
        f"power of {plane} in band {band + 1} of {_BANDS}"
        for plane in ("grey", "red - green", "blue - green")
        for band in range(_BANDS)
    ),
    *(f"correlation with the pixel {x} to the right and {y} below" for y, x in _SHIFTS),
    *(f"correlation of {pair.replace('_', ' and ')}" for pair in PAIRS),
    *("mean to root mean square", "kurtosis", "share of pixels without noise"),
)
"""Name of each feature."""


def domain_features(domain: Domain) -> tuple[Tensor, Tensor]:
    """Features of every flat block, and the index of the picture it is cut from.

    The features describe only the high-pass residual of flat places; otherwise the classifier would
    learn the subjects. With whole patches, one degradation applied to two sets of photographs
    (BSDS500 and CID22; noise 8, JPEG 30, both) was distinguished from itself with an AUC of 0.69 to
    0.82; with flat places, of 0.47 to 0.51.

    Shape:
        - Output: ``(M, 26)`` and ``(M,)``.
    """
    blocks, patch = domain.flat
    return noise_features(residual(blocks)), domain.picture[patch]


def noise_features(noise: Tensor) -> Tensor:
    """Features of noise, see :data:`NAMES`. Powers and variances are logarithms.

    Shape:
        - noise: ``(N, 3, S, S)``, grey levels.
        - Output: ``(N, 26)``.
    """
    red, green, blue = noise.unbind(dim=1)
    planes = torch.stack([noise.mean(dim=1), red - green, blue - green], dim=1)
    power = radial_power(planes)
    bands = torch.stack([band.mean(dim=2) for band in power.tensor_split(_BANDS, dim=2)], dim=2)
    grey = planes[:, 0] - planes[:, 0].mean(dim=(1, 2), keepdim=True)
    deviation = (grey.square().mean(dim=(1, 2), keepdim=True) + ROUNDING).sqrt()
    unit = grey / deviation
    shape = [
        unit.abs().mean(dim=(1, 2)),
        unit.pow(4).mean(dim=(1, 2)).log1p(),
        (grey.abs() < 0.25).float().mean(dim=(1, 2)),
    ]
    return torch.cat(
        [
            (noise.var(dim=(2, 3)) + ROUNDING).log(),
            (bands + ROUNDING).log().flatten(1),
            torch.stack([_shifted_product(unit, y, x) for y, x in _SHIFTS], dim=1),
            channel_correlation(noise),
            torch.stack(shape, dim=1),
        ],
        dim=1,
    )


def _shifted_product(image: Tensor, y: int, x: int) -> Tensor:
    height, width = image.shape[1:]
    return (image[:, : height - y, : width - x] * image[:, y:, x:]).mean(dim=(1, 2))
