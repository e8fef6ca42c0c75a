"""Blur with a random kernel."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from srrescgan.degradations.random_numbers import (
    RandomNumbers,
    Range,
    check_range,
    check_weights,
)
from srrescgan.degradations.step import Operation, Size, Step
from srrescgan.ops.kernels import (
    Sigmas,
    filter_image,
    gaussian_kernel,
    plateau_kernel,
    sinc_kernel,
)

KINDS = (
    "isotropic",
    "anisotropic",
    "generalized_isotropic",
    "generalized_anisotropic",
    "plateau_isotropic",
    "plateau_anisotropic",
    "sinc",
)
_SMALL = 13  # Real-ESRGAN: a smaller sinc kernel has no room for a low cutoff


@dataclass(frozen=True)
class Blur:
    """Blur of one image."""

    kind: str
    """One of :data:`KINDS`."""
    size: int
    """Width and height of the kernel, pixels."""
    sigmas: Sigmas = (0.0, 0.0)
    """Not used by ``sinc``."""
    angle: float = 0.0
    beta: float = 1.0
    """Shape of generalized Gaussian and plateau."""
    cutoff: float = math.pi
    """Of ``sinc``, radians per pixel."""

    def kernel(self) -> Tensor:
        """``(size, size)``, sum 1."""
        if self.kind == "sinc":
            return sinc_kernel(self.size, self.cutoff)
        shape = plateau_kernel if self.kind.startswith("plateau") else gaussian_kernel
        return shape(self.size, self.sigmas, self.angle, self.beta)

    def __call__(self, image: Tensor, lr_size: Size) -> Tensor:
        """Filter every channel."""
        return filter_image(image, self.kernel())

    def __str__(self) -> str:
        if self.kind == "sinc":
            return f"sinc {self.cutoff / math.pi:.2f} pi"
        sigmas = f"{self.sigmas[0]:.1f}" + (
            f" x {self.sigmas[1]:.1f}" if "anisotropic" in self.kind else ""
        )
        shape = self.kind.split("_")[0] if "_" in self.kind else "Gaussian"
        return f"{shape} blur {sigmas}"


class RandomBlur(Step):
    """Blur with a kernel whose kind, size and parameters are drawn.

    The kernels of Real-ESRGAN (Wang et al., ICCVW 2021, sections 3.2 and 3.3) and BSRGAN (Zhang et
    al., ICCV 2021, section 3.1). An anisotropic kernel has two independent sigmas and is turned by
    any angle. A kernel ends at its size, even if it is not small there. The border of the image is
    reflected.

    Args:
        kernels: probability of each kind, or any numbers in the same proportions: isotropic,
            anisotropic, generalized_isotropic, generalized_anisotropic, plateau_isotropic,
            plateau_anisotropic, sinc; a missing one is 0.
        sizes: smallest and largest width of a kernel in pixels; odd widths between them are equally
            likely.
        sigma: of the Gaussians and plateaus, in pixels of the image that is blurred.
        uniform_variance: draw ``sigma ** 2`` uniformly, as BSRGAN does for anisotropic kernels,
            instead of ``sigma``.
        generalized_beta: shape of generalized Gaussians; as published, values below and above 1
            are equally likely.
        plateau_beta: likewise for plateaus.
        cutoff: of sinc filters, in units of pi radians per pixel.
        small_cutoff: likewise, for kernels of less than 13 pixels.

    Raises:
        ValueError: an unknown kind, or a range that is none.
    """

    def __init__(
        self,
        kernels: Mapping[str, float],
        sizes: Range,
        sigma: Range,
        uniform_variance: bool = False,
        generalized_beta: Range = (0.5, 4.0),
        plateau_beta: Range = (1.0, 2.0),
        cutoff: Range = (0.2, 1.0),
        small_cutoff: Range = (1 / 3, 1.0),
    ) -> None:
        super().__init__()
        check_weights("kernels", kernels, KINDS)
        self.kernels = dict(kernels)
        low, high = check_range("sizes", sizes, 1, 99)
        if not (low % 2 == high % 2 == 1):
            raise ValueError(f"sizes of blur kernels are odd, got {list(sizes)}")
        self.sizes = int(low), int(high)
        self.sigma = check_range("sigma", sigma, 0, 99)
        self.uniform_variance = uniform_variance
        self.generalized_beta = check_range("generalized_beta", generalized_beta, 0.01, 99)
        self.plateau_beta = check_range("plateau_beta", plateau_beta, 0.01, 99)
        self.cutoff = check_range("cutoff", cutoff, 0.01, 1)
        self.small_cutoff = check_range("small_cutoff", small_cutoff, 0.01, 1)

    def draw(self, seed: int) -> list[Operation]:
        """One blur."""
        numbers = RandomNumbers(seed)
        kind = numbers.pick(self.kernels)
        smallest, largest = self.sizes
        size = smallest + 2 * numbers.below((largest - smallest) // 2 + 1)
        if kind == "sinc":
            cutoff = self.small_cutoff if size < _SMALL else self.cutoff
            return [Blur(kind, size, cutoff=math.pi * numbers.uniform(*cutoff))]
        first = second = self._sigma(numbers)
        angle = 0.0
        if "anisotropic" in kind:
            second = self._sigma(numbers)
            angle = numbers.uniform(0, math.pi)
        betas = {"generalized": self.generalized_beta, "plateau": self.plateau_beta}
        beta = _shape(betas[kind.split("_")[0]], numbers) if "_" in kind else 1.0
        return [Blur(kind, size, (first, second), angle, beta)]

    def _sigma(self, numbers: RandomNumbers) -> float:
        low, high = self.sigma
        if self.uniform_variance:
            return math.sqrt(numbers.uniform(low**2, high**2))
        return numbers.uniform(low, high)


def _shape(beta: tuple[float, float], numbers: RandomNumbers) -> float:
    low, high = beta
    middle = min(max(1.0, low), high)
    below = numbers.uniform(0, 1) < 0.5
    return numbers.uniform(low, middle) if below else numbers.uniform(middle, high)
