"""Radially averaged power spectrum of an image."""

import torch
from torch import Tensor


def radial_power(image: Tensor) -> Tensor:
    """Power spectrum, averaged over rings of equal frequency.

    The mean of each image is removed and a Hann window applied, which prevents its borders from
    leaking into every frequency. White noise of variance ``v`` gives ``v`` in every ring except the
    first, which loses a third with the mean.

    Args:
        image: any value range.

    Returns:
        Power per ring, in squared units of the image. Ring ``k``, counted from 1, contains the
        frequencies nearest to ``k / S`` cycles per pixel. The mean and the corners beyond half a
        cycle per pixel are in no ring.

    Raises:
        ValueError: the images are not square.

    Shape:
        - image: ``(..., S, S)``.
        - Output: ``(..., S // 2)``.

    Example:
        >>> noise = 3 * torch.randn(500, 32, 32, generator=torch.Generator().manual_seed(0))
        >>> radial_power(noise).mean(0)[[2, 8, 15]].round()
        tensor([9., 9., 9.])
    """
    height, side = image.shape[-2:]
    if height != side:
        raise ValueError(f"expected square images, got {height} x {side}")
    window = torch.hann_window(side, dtype=image.dtype, device=image.device)
    window = window[:, None] * window
    # The windowed image must have zero mean.
    mean = (image * window).sum(dim=(-2, -1), keepdim=True) / window.sum()
    spectrum = torch.fft.fft2((image - mean) * window)
    power = (spectrum.real.square() + spectrum.imag.square()) / window.square().sum()
    frequency = torch.fft.fftfreq(side, d=1 / side, device=image.device)
    ring = torch.hypot(frequency[:, None], frequency).round().flatten()
    members = (ring == torch.arange(1, side // 2 + 1, device=image.device)[:, None]).to(power)
    return power.flatten(-2) @ (members / members.sum(dim=1, keepdim=True)).T


def ring_frequencies(side: int) -> Tensor:
    """Frequency of each ring of :func:`radial_power` in cycles per pixel, ``(side // 2,)``.

    Example:
        >>> ring_frequencies(8)
        tensor([0.1250, 0.2500, 0.3750, 0.5000])
    """
    return torch.arange(1, side // 2 + 1) / side
