"""Colour spaces."""

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
