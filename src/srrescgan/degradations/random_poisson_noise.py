"""Poisson noise of random strength."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from srrescgan.degradations.random_numbers import RandomNumbers, Range, check_range
from srrescgan.degradations.step import Operation, Size, Step


@dataclass(frozen=True)
class AddPoissonNoise:
    """Poisson noise for one image."""

    strength: float
    photons: float
    gray: bool
    seed: int

    def __call__(self, image: Tensor, lr_size: Size) -> Tensor:
        """Add the noise and clamp."""
        rng = torch.Generator().manual_seed(self.seed)
        clean = image.clamp(0, 1)
        if self.gray:
            weights = image.new_tensor([0.2989, 0.587, 0.114]).view(3, 1, 1)
            clean = (clean * weights).sum(dim=1, keepdim=True)
        normal = torch.randn(clean.shape, generator=rng).to(image.device)
        counts = _poisson(clean * self.photons, normal)
        return (image + (counts / self.photons - clean) * self.strength).clamp(0, 1)

    def __str__(self) -> str:
        return f"Poisson {self.strength:.2f}" + (" gray" if self.gray else " color")


class RandomPoissonNoise(Step):
    """Add Poisson noise of random strength: stronger in bright places, in every channel or gray.

    The light of a pixel is counted as ``photons`` times its value, and the difference between the
    count and its mean is added, times ``strength``. The standard deviation at white is
    ``strength / sqrt(photons)``.

    Real-ESRGAN (Wang et al., ICCVW 2021) takes as photons the number of different levels in the
    image, rounded up to a power of two: 256 for nearly every photograph, and less for a small or
    dark one. That is a fixed number here, and the image is not rounded to 8 bits first. BSRGAN's
    extended generator has strength 1 and photons from 100 to 10,000.

    Args:
        strength: smallest and largest.
        photons: counted at white, smallest and largest; the logarithm is uniform.
        gray: probability that the channels share the noise of their luma.

    Raises:
        ValueError: an argument is out of range.
    """

    def __init__(self, strength: Range, photons: Range = (256, 256), gray: float = 0.4) -> None:
        super().__init__()
        self.strength = check_range("strength", strength, 0, 99)
        self.photons = check_range("photons", photons, 1, 1e9)
        if not 0 <= gray <= 1:
            raise ValueError(f"gray is a probability from 0 to 1, got {gray}")
        self.gray = gray

    def draw(self, seed: int) -> list[Operation]:
        """One noise."""
        numbers = RandomNumbers(seed)
        strength = numbers.uniform(*self.strength)
        low, high = self.photons
        photons = math.exp(numbers.uniform(math.log(low), math.log(high)))
        gray = numbers.uniform(0, 1) < self.gray
        return [AddPoissonNoise(strength, photons, gray, numbers.seed())]


def _poisson(mean: Tensor, normal: Tensor) -> Tensor:
    """Poisson counts from standard normal numbers, one for each.

    The second-order Cornish-Fisher expansion of the Poisson quantile. A sampler that consumes a
    number of draws that depends on the mean would give another image when the mean changes in its
    last bit, as between devices; and PyTorch's is fifteen times slower on a CPU.
    """
    root = mean.sqrt()
    third = (normal - normal**3) / (72 * root.clamp(min=0.5))
    counts = (mean + root * normal + (normal**2 - 1) / 6 + third + 0.5).floor().clamp(min=0)
    return torch.where(mean > 0, counts, torch.zeros_like(counts))
