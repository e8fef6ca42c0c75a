"""Color conversion to luma, and the CIE color difference."""

import torch
from torch import Tensor


def rgb_to_y(image: Tensor) -> Tensor:
    """Luma of RGB images, ITU-R BT.601 in studio range.

    The luma of MATLAB's ``rgb2ycbcr``, on which super-resolution papers report PSNR and SSIM:
    black is 16/255 and white 235/255. The result is not rounded.

    Args:
        image: RGB in [0, 1].

    Shape:
        - image: ``(B, 3, H, W)``, floating point.
        - Output: ``(B, 1, H, W)``, same type, in [16/255, 235/255].

    Raises:
        ValueError: ``image`` does not have three channels.

    Example:
        >>> import torch
        >>> white = torch.ones(1, 3, 1, 1)
        >>> (255 * rgb_to_y(white)).item(), (255 * rgb_to_y(0 * white)).item()
        (235.0, 16.0)
    """
    if image.ndim != 4 or image.shape[1] != 3:
        raise ValueError(f"expected (B, 3, H, W), got {tuple(image.shape)}")
    weights = image.new_tensor([65.481, 128.553, 24.966]).view(3, 1, 1)
    return ((image * weights).sum(dim=1, keepdim=True) + 16) / 255


def lab_distance(first: Tensor, second: Tensor) -> Tensor:
    """Color difference of each pixel: CIE 1976, Delta E*ab.

    The Euclidean distance in CIE L*a*b* (white point D65) of sRGB colors. About 2.3 is just
    noticeable; black and white are 100 apart. Values outside [0, 1] count as clipped. In float32 or
    wider on every device: kornia's conversion is a convolution on a GPU, and those round to TF32.

    Args:
        first: RGB in [0, 1].
        second: RGB in [0, 1].

    Shape:
        - first, second: ``(B, 3, H, W)``.
        - Output: ``(B, H, W)``, 0 or more.

    Raises:
        ValueError: the shapes differ, or are not those of RGB images.

    Example:
        >>> white = torch.ones(1, 3, 1, 1)
        >>> round(lab_distance(white, 0 * white).item(), 2)
        100.0
    """
    if first.shape != second.shape or first.ndim != 4 or first.shape[1] != 3:
        shapes = f"{tuple(first.shape)} and {tuple(second.shape)}"
        raise ValueError(f"expected two images (B, 3, H, W) of one size, got {shapes}")
    wide = torch.promote_types(torch.promote_types(first.dtype, second.dtype), torch.float32)
    difference = _lab(first.to(wide).clamp(0, 1)) - _lab(second.to(wide).clamp(0, 1))
    return difference.square().sum(dim=1).sqrt()


def _lab(image: Tensor) -> Tensor:
    """L*, a*, b* of sRGB in [0, 1] (IEC 61966-2-1, CIE 15), with scikit-image's constants."""
    linear = torch.where(image > 0.04045, ((image + 0.055) / 1.055).pow(2.4), image / 12.92)
    red, green, blue = linear.unbind(dim=1)
    x = (0.412453 * red + 0.357580 * green + 0.180423 * blue) / 0.95047
    y = 0.212671 * red + 0.715160 * green + 0.072169 * blue
    z = (0.019334 * red + 0.119193 * green + 0.950227 * blue) / 1.08883
    ratios = torch.stack([x, y, z])
    x, y, z = torch.where(ratios > 0.008856, ratios.pow(1 / 3), 7.787 * ratios + 16 / 116)
    return torch.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], dim=1)
