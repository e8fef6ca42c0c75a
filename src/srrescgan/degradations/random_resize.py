"""Resizing by a random factor and method, and to the lr size."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor

from srrescgan.degradations.random_numbers import (
    RandomNumbers,
    Range,
    check_range,
    check_weights,
)
from srrescgan.degradations.step import Operation, Size, Step

MODES = ("area", "bilinear", "bicubic")
_RELATIVE = ("image", "lr")


@dataclass(frozen=True)
class Resize:
    """Resizing of one image."""

    factor: float
    mode: str
    """One of :data:`MODES`."""
    of_lr: bool
    """Whether ``factor`` is relative to the lr size, not to the image's."""
    antialias: bool = False

    def __call__(self, image: Tensor, lr_size: Size) -> Tensor:
        """Resize to the factor times a size, rounded down, at least one pixel."""
        base = lr_size if self.of_lr else image.shape[-2:]
        size = [max(1, int(side * self.factor)) for side in base]
        if size == list(image.shape[-2:]):
            return image
        if self.mode == "area":
            return F.interpolate(image, size, mode="area")
        return F.interpolate(
            image, size, mode=self.mode, align_corners=False, antialias=self.antialias
        )

    def __str__(self) -> str:
        if not self.of_lr:
            return f"{self.mode} x{self.factor:.2f}"
        return f"{self.mode} to " + ("lr" if self.factor == 1 else f"{self.factor:.2f} lr")


class RandomResize(Step):
    """Make the image larger or smaller by a random factor, with a random method.

    Args:
        factor: smallest and largest. Factors below 1 are drawn for ``down``, those above for
            ``up``.
        directions: probability of ``up``, ``down`` and ``keep`` (factor 1), or any numbers in the
            same proportions; a missing one is 0.
        modes: methods that are equally likely: area, bilinear, bicubic.
        relative_to: ``image``: the factor is that of the image; ``lr``: it is relative to the lr
            size, as in the second order of Real-ESRGAN.
        uniform_divisor: draw 1 / factor uniformly, as BSRGAN does, instead of the factor.
        antialias: average over the pixels of the larger image in bilinear and bicubic downscaling.
            The published degradations do not, which adds aliasing.

    Raises:
        ValueError: an unknown name, or a range that is none or has no factor for a direction.
    """

    def __init__(
        self,
        factor: Range,
        directions: Mapping[str, float],
        modes: Sequence[str] = MODES,
        relative_to: str = "image",
        uniform_divisor: bool = False,
        antialias: bool = False,
    ) -> None:
        super().__init__()
        self.low, self.high = check_range("factor", factor, 0.01, 16)
        check_weights("directions", directions, ("up", "down", "keep"))
        for name, missing in (("up", self.high < 1), ("down", self.low > 1)):
            if directions.get(name, 0) > 0 and missing:
                raise ValueError(f"factor {list(factor)} has no value for the direction {name}")
        check_modes(modes)
        if relative_to not in _RELATIVE:
            raise ValueError(f"relative_to must be image or lr, got {relative_to!r}")
        self.directions = dict(directions)
        self.modes = tuple(modes)
        self.of_lr = relative_to == "lr"
        self.uniform_divisor = uniform_divisor
        self.antialias = antialias

    def draw(self, seed: int) -> list[Operation]:
        """One resizing; none if the image keeps its size."""
        numbers = RandomNumbers(seed)
        direction = numbers.pick(self.directions)
        mode = self.modes[numbers.below(len(self.modes))]
        if direction == "keep":
            # Relative to lr, a factor of 1 is another size than the image's.
            return [Resize(1.0, mode, True, self.antialias)] if self.of_lr else []
        low, high = (1.0, self.high) if direction == "up" else (self.low, min(1.0, self.high))
        low = max(low, self.low)
        if self.uniform_divisor:
            factor = 1 / numbers.uniform(1 / high, 1 / low)
        else:
            factor = numbers.uniform(low, high)
        return [Resize(factor, mode, self.of_lr, self.antialias)]


class ResizeToLR(Step):
    """Resize to the lr size, with a random method.

    Args:
        modes: methods that are equally likely: area, bilinear, bicubic.
        antialias: as in :class:`RandomResize`.

    Raises:
        ValueError: an unknown method.
    """

    def __init__(self, modes: Sequence[str] = MODES, antialias: bool = False) -> None:
        super().__init__()
        check_modes(modes)
        self.modes = tuple(modes)
        self.antialias = antialias

    def draw(self, seed: int) -> list[Operation]:
        """One resizing."""
        mode = self.modes[RandomNumbers(seed).below(len(self.modes))]
        return [Resize(1.0, mode, True, self.antialias)]


def check_modes(modes: Sequence[str]) -> None:
    """Check methods of resizing.

    Raises:
        ValueError: an unknown one, or none.
    """
    unknown = [mode for mode in modes if mode not in MODES]
    if unknown or not modes:
        raise ValueError(f"modes are some of {', '.join(MODES)}, got {list(modes)}")
