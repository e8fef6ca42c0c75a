"""JPEG compression of random quality."""

from dataclasses import dataclass

from torch import Tensor

from srrescgan.degradations.jpeg import JPEG
from srrescgan.degradations.random_numbers import RandomNumbers, Range, check_range
from srrescgan.degradations.step import Operation, Size, Step


@dataclass(frozen=True)
class Compress:
    """JPEG compression of one image."""

    quality: int

    def __call__(self, image: Tensor, lr_size: Size) -> Tensor:
        """Compress and decompress."""
        return JPEG(self.quality)(image, [0])

    def __str__(self) -> str:
        return f"JPEG {self.quality}"


class RandomJPEG(Step):
    """Compress with :class:`srrescgan.degradations.JPEG` (libjpeg) at a random quality.

    The codec is libjpeg's for all published ranges. (Real-ESRGAN has a differentiable
    approximation of it, which takes fractions of a quality.)

    Args:
        quality: smallest and largest, whole numbers from 1 to 95.

    Raises:
        ValueError: ``quality`` is not such a range.
    """

    def __init__(self, quality: Range) -> None:
        super().__init__()
        low, high = check_range("quality", quality, 1, 95)
        self.quality = int(low), int(high)

    def draw(self, seed: int) -> list[Operation]:
        """One compression."""
        low, high = self.quality
        return [Compress(low + RandomNumbers(seed).below(high - low + 1))]
