"""Gaussian noise of random strength and color."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from srrescgan.degradations.random_numbers import (
    RandomNumbers,
    Range,
    check_range,
    check_weights,
)
from srrescgan.degradations.step import Operation, Size, Step

COLORS = ("color", "gray", "correlated")


@dataclass(frozen=True)
class AddGaussianNoise:
    """Gaussian noise for one image."""

    level: float
    """Standard deviation in 8-bit levels."""
    color: str
    """One of :data:`COLORS`."""
    seed: int

    def __call__(self, image: Tensor, lr_size: Size) -> Tensor:
        """Add the noise and clamp."""
        # Drawn on the CPU, so that a seed gives the same noise on every device.
        rng = torch.Generator().manual_seed(self.seed)
        if self.color == "gray":
            noise = torch.randn(1, 1, *image.shape[-2:], generator=rng)
        else:
            noise = torch.randn(1, 3, *image.shape[-2:], generator=rng)
        if self.color == "correlated":
            noise = torch.einsum("ij,bjhw->bihw", _mixing(rng), noise)
        return (image + noise.to(image.device) * (self.level / 255)).clamp(0, 1)

    def __str__(self) -> str:
        return f"noise {self.level:.0f} {self.color}"


class RandomGaussianNoise(Step):
    """Add Gaussian noise of random strength: independent per channel, gray, or correlated.

    Unlike :class:`srrescgan.degradations.GaussianNoise`, nothing is rounded. Correlated noise is
    BSRGAN's (Zhang et al., ICCV 2021, section 3.3): its covariance between the channels is drawn,
    and its strength is always the largest; a channel has less than that, as the covariance's
    eigenvalues are drawn from [0, 1] times it.

    Args:
        levels: standard deviation in 8-bit levels, smallest and largest.
        colors: probability of color, gray and correlated, or any numbers in the same proportions; a
            missing one is 0.

    Raises:
        ValueError: an unknown color, or a range that is none.
    """

    def __init__(self, levels: Range, colors: Mapping[str, float]) -> None:
        super().__init__()
        self.levels = check_range("levels", levels, 0, 255)
        check_weights("colors", colors, COLORS)
        self.colors = dict(colors)

    def draw(self, seed: int) -> list[Operation]:
        """One noise."""
        numbers = RandomNumbers(seed)
        color = numbers.pick(self.colors)
        level = numbers.uniform(*self.levels)
        if color == "correlated":
            level = self.levels[1]
        return [AddGaussianNoise(level, color, numbers.seed())]


def _mixing(rng: torch.Generator) -> Tensor:
    """Matrix that gives independent unit noise of three channels a random covariance."""
    variances = torch.rand(3, generator=rng, dtype=torch.float64)
    # Orthogonal, from the singular vectors of a random matrix, as scipy.linalg.orth.
    basis = torch.linalg.svd(torch.rand(3, 3, generator=rng, dtype=torch.float64)).U
    covariance = (basis.T @ torch.diag(variances) @ basis).abs()
    eigenvalues, vectors = torch.linalg.eigh(covariance)
    return (vectors * eigenvalues.clamp(min=0).sqrt() @ vectors.T).float()
