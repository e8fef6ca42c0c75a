"""Low-pass and high-pass filters."""

from typing import Literal

import torch.nn.functional as F
from kornia.filters import gaussian_blur2d
from torch import Tensor

FilterKind = Literal["box", "gaussian"]


def low_pass(
    image: Tensor,
    kernel_size: int,
    kind: FilterKind = "box",
    include_pad: bool = True,
    pad: bool = True,
    sigma: float | None = None,
) -> Tensor:
    """Blur an image.

    The discriminator of SRResCGAN gets what a 9-pixel box with ``include_pad=True`` removes, that
    of DSGAN what a 5-pixel box with ``include_pad=False`` removes. The color loss of DSGAN uses a
    5-pixel box with ``pad=False`` (Fritsche, Gu, Timofte, ICCVW 2019).

    Args:
        image: any value range.
        kernel_size: width of the window, odd.
        kind: ``"box"`` (plain mean) or ``"gaussian"``.
        include_pad: count the zeros beyond the border in the mean, which darkens the border;
            ``False`` averages over the pixels inside the image only. Box only.
        pad: keep the size; ``False`` returns only the pixels whose window lies inside the image.
            Box only.
        sigma: standard deviation of the Gaussian in pixels. By default ``(kernel_size - 1) / 6``,
            as ESRGAN-FS has it; DSGAN has ``kernel_size / 6``. Gaussian only.

    Raises:
        ValueError: the kernel size is even, the kind is unknown, or an option of the other kind is
            given.

    Shape:
        - image: ``(B, C, H, W)``.
        - Output: the same, or ``(B, C, H - kernel_size + 1, W - kernel_size + 1)`` without padding.

    Example:
        >>> import torch
        >>> low_pass(torch.ones(1, 1, 3, 3), kernel_size=3)[0, 0, 0]
        tensor([0.4444, 0.6667, 0.4444])
    """
    if kernel_size < 1 or kernel_size % 2 == 0:
        raise ValueError(f"kernel_size must be odd and positive, got {kernel_size}")
    if kind == "box":
        if sigma is not None:
            raise ValueError("a box filter has no sigma; leave it out or use kind='gaussian'")
        margin = kernel_size // 2 if pad else 0
        return F.avg_pool2d(image, kernel_size, 1, margin, count_include_pad=include_pad)
    if kind == "gaussian":
        if not (include_pad and pad):
            raise ValueError("a Gaussian filter always pads with zeros: pad and include_pad true")
        deviation = (kernel_size - 1) / 6 if sigma is None else sigma
        return gaussian_blur2d(image, kernel_size, (deviation, deviation), border_type="constant")
    raise ValueError(f"kind must be 'box' or 'gaussian', got {kind!r}")


def high_pass(
    image: Tensor,
    kernel_size: int,
    kind: FilterKind = "box",
    include_pad: bool = True,
    sigma: float | None = None,
) -> Tensor:
    """Subtract the blurred image and center the result at 0.5: ``0.5 + 0.5 (x - blur(x))``.

    Args:
        image: in [0, 1] for a result in [0, 1]; the SRResCGAN reference uses [0, 255].
        kernel_size: width of the window, odd; all arguments are those of :func:`low_pass`.
        kind: ``"box"`` or ``"gaussian"``.
        include_pad: count the zeros beyond the border.
        sigma: standard deviation of the Gaussian in pixels.

    Raises:
        ValueError: as :func:`low_pass`.

    Shape:
        - image and output: ``(B, C, H, W)``.

    Example:
        >>> import torch
        >>> high_pass(torch.ones(1, 1, 3, 3), kernel_size=3)[0, 0, 1]
        tensor([0.6667, 0.5000, 0.6667])
    """
    blurred = low_pass(image, kernel_size, kind=kind, include_pad=include_pad, sigma=sigma)
    return 0.5 + 0.5 * (image - blurred)
