"""Blur with a shifted Gaussian, then every n-th pixel."""

from dataclasses import dataclass

from torch import Tensor

from srrescgan.degradations.random_numbers import RandomNumbers, Range, check_range
from srrescgan.degradations.step import Operation, Size, Step
from srrescgan.ops.kernels import filter_image, gaussian_kernel


@dataclass(frozen=True)
class Subsample:
    """Downscaling of one image to the lr size by subsampling."""

    sigma: float
    size: int

    def __call__(self, image: Tensor, lr_size: Size) -> Tensor:
        """Blur, and keep one pixel of each square."""
        height, width = image.shape[-2:]
        stride = max(1, round(height / lr_size[0]), round(width / lr_size[1]))
        # A pixel of lr is the center of its square; the first pixel of the square is kept.
        kernel = gaussian_kernel(self.size, (self.sigma, self.sigma), shift=(stride - 1) / 2)
        return filter_image(image, kernel)[..., ::stride, ::stride]

    def __str__(self) -> str:
        return f"subsampling, blur {self.sigma:.1f}"


class RandomSubsample(Step):
    """Downscale to the lr size by blur and subsampling ("shifted nearest").

    BSRGAN (Zhang et al., ICCV 2021, section 3.2): nearest-neighbor downscaling would shift the
    image, so the Gaussian before it is shifted by ``(stride - 1) / 2`` pixels the other way.

    Args:
        sigma: of the Gaussian, pixels; BSRGAN has 0.1 to 0.6 times the stride.
        size: width of the kernel, odd; BSRGAN has 25.

    Raises:
        ValueError: ``sigma`` is no range, or ``size`` is even.
    """

    def __init__(self, sigma: Range, size: int = 25) -> None:
        super().__init__()
        self.sigma = check_range("sigma", sigma, 0, 99)
        if size < 1 or size % 2 == 0:
            raise ValueError(f"the size of a blur kernel must be odd and positive, got {size}")
        self.size = size

    def draw(self, seed: int) -> list[Operation]:
        """One downscaling."""
        return [Subsample(RandomNumbers(seed).uniform(*self.sigma), self.size)]
