"""Noise level estimation: the wavelet median estimator of SRResCGAN."""

from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from srrescgan.ops.median import streamed_median
from srrescgan.ops.tile import spans

# High-pass decomposition filter of the Daubechies-7 wavelet.
_HIGH_PASS = (
    -0.07785205408506236,
    0.39653931948230575,
    -0.7291320908465551,
    0.4697822874053586,
    0.14390600392910627,
    -0.22403618499416572,
    -0.07130921926705004,
    0.0806126091510659,
    0.03802993693503463,
    -0.01657454163101562,
    -0.012550998556013784,
    0.00042957797300470274,
    0.0018016407039998328,
    0.0003537138000010399,
)
_MARGIN = len(_HIGH_PASS) // 2
MIN_SIZE = _MARGIN + 1
"""Smallest height and width :func:`estimate_sigma` takes: reflection by 7 pixels needs 8."""

# Median of |x| for a standard normal x.
_NORMAL_MAD = 0.6745


def estimate_sigma(image: Tensor) -> Tensor:
    """Estimate the standard deviation of the noise in each image.

    The finest diagonal wavelet coefficients of a photo are mostly noise, so their median absolute
    value, divided by that of a standard normal variable, is the noise level (Donoho and Johnstone,
    Biometrika 1994). SRResCGAN (Umer, Foresti, Micheloni, CVPRW 2020) sets the strength of its
    L2 projection by it. An image that is flat in more than half of its area has a median of 0.

    The reference divides a whole batch by 255 when its maximum exceeds 1. Here the
    maximum of each image decides: a single image gives the result of the reference, and the other
    images of a batch do not change it.

    The result needs true float32 (TF32 inflates it up to 16 times, bfloat16 up to 140 times). It is
    therefore computed as a sum of shifted images, since autocast, cuDNN or oneDNN may run a
    convolution in lower precision.

    Args:
        image: any number of channels, values in [0, 1] or in [0, 255].

    Returns:
        Noise standard deviation in [0, 1] units, float32, averaged over the channels. No gradient
        flows through it.

    Raises:
        ValueError: the image is smaller than 8 × 8.

    Shape:
        - image: ``(B, C, H, W)``, H and W at least 8.
        - Output: ``(B,)``.

    Example:
        >>> noise = 0.05 * torch.randn(2, 3, 128, 128, generator=torch.Generator().manual_seed(0))
        >>> estimate_sigma(0.5 + noise).round(decimals=2)
        tensor([0.0500, 0.0500])
    """
    require_size(*image.shape[-2:])
    image = image.detach().float()
    peak = image.amax(dim=(1, 2, 3), keepdim=True)
    image = torch.where(peak > 1, image / 255, image)
    # The reference takes the lower of the two middle values. A sort has a deterministic
    # implementation on every device, which the median has not.
    ordered = _coefficients(image).abs().flatten(2).sort(dim=2).values
    median = ordered[:, :, (ordered.shape[2] - 1) // 2]
    return (median / _NORMAL_MAD).mean(dim=1)


def streamed_sigma(rows: Callable[[int, int], Tensor], height: int, step: int) -> Tensor:
    """:func:`estimate_sigma` of one image, computed from a few rows at a time.

    Args:
        rows: called as ``rows(start, stop)``, returns these rows of the image, without ``stop``;
            called several times for the same rows.
        height: height of the image.
        step: approximate number of rows that are processed together.

    Returns:
        The result of :func:`estimate_sigma`, bit for bit.

    Raises:
        ValueError: the image is smaller than 8 × 8.

    Shape:
        - rows: ``(1, C, n, W)``.
        - Output: ``(1,)``.
    """
    require_size(height, rows(0, 1).shape[-1])
    bands = spans(height // 2 + 1, max(step // 2, MIN_SIZE), halo=0)

    def images() -> Iterator[tuple[Tensor, bool, bool]]:
        for band in bands:
            # Coefficient k is computed from the rows 2k - 7 to 2k + 6.
            first, last = 2 * band.core.start - _MARGIN, 2 * band.core.stop + _MARGIN - 2
            yield rows(max(first, 0), min(last, height)), first < 0, last > height

    # The estimate can be as small as the rounding errors of its sums. So the divisor must be known
    # first, to round exactly as for the whole image.
    divisor = 255 if any(image.amax() > 1 for image, *_ in images()) else 1

    def coefficients() -> Iterator[Tensor]:
        for image, top, bottom in images():
            yield _coefficients(image / divisor, top, bottom)[0].abs().flatten(1)

    return (streamed_median(coefficients) / _NORMAL_MAD).mean()[None]


def require_size(height: int, width: int) -> None:
    """Check that an image is large enough for the noise estimate.

    Raises:
        ValueError: the image is smaller than 8 × 8.
    """
    if height < MIN_SIZE or width < MIN_SIZE:
        raise ValueError(
            f"the noise estimate needs an image of at least {MIN_SIZE} x {MIN_SIZE} pixels, "
            f"got {height} x {width} (height x width)"
        )


def _coefficients(image: Tensor, top: bool = True, bottom: bool = True) -> Tensor:
    """Finest diagonal wavelet coefficients, ``(B, C, H//2+1, W//2+1)`` of a whole image.

    For a band of rows, only the coefficients whose rows are all in the band. With ``top`` and
    ``bottom`` the band ends at the border of the image, where it is reflected.
    """
    # Two passes, vertical first: a single 2-D filter rounds differently on constant images.
    return _decimated_high_pass(_decimated_high_pass(image, top, bottom).mT)


def _decimated_high_pass(image: Tensor, top: bool = True, bottom: bool = True) -> Tensor:
    """High-pass filter along the height, at every second row."""
    padded = F.pad(image, (0, 0, _MARGIN * top, _MARGIN * bottom), mode="reflect")
    span = padded.shape[2] - len(_HIGH_PASS) + 1
    result = torch.zeros_like(padded[:, :, 0:span:2])
    for tap, weight in enumerate(_HIGH_PASS):
        result = torch.add(result, padded[:, :, tap : tap + span : 2], alpha=weight)
    return result
