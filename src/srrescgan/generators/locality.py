"""How far an output pixel of a network looks, and how its tiles may be cut."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import nn

from srrescgan.errors import ConfigError
from srrescgan.types import LocalGenerator

VISIBLE = 1.5
"""Gray levels: a smaller difference from the whole image is about one step of an 8-bit file."""


@dataclass(frozen=True)
class Locality:
    """Attributes of a :class:`~srrescgan.types.LocalGenerator`, or their defaults.

    Distances are in pixels of the network's input.
    """

    halo: int
    """Pixels in every direction that an output pixel depends on."""
    grid: int = 1
    """Tiles begin at multiples of it."""
    overlap_levels: Mapping[int, float] = field(default_factory=dict)
    """Largest measured difference from the whole image, in gray levels, by overlap."""

    @property
    def overlap(self) -> int:
        """Smallest overlap whose difference is not visible; the halo if none was measured."""
        invisible = [each for each, levels in self.overlap_levels.items() if levels < VISIBLE]
        return min(invisible, default=self.halo)

    def levels(self, overlap: int) -> float | None:
        """Largest difference from the whole image, in gray levels; ``None``: not measured."""
        if overlap >= self.halo:
            return 0.0
        measured = [each for each in self.overlap_levels if each <= overlap]
        return self.overlap_levels[max(measured)] if measured else None


def locality_of(generator: nn.Module) -> Locality | None:
    """Read the attributes of a network; ``None``: it is not local.

    Raises:
        ConfigError: an attribute has a value that it cannot have.
    """
    if not isinstance(generator, LocalGenerator):
        return None
    halo: Any = generator.halo
    grid: Any = getattr(generator, "grid", 1)
    levels: Any = getattr(generator, "overlap_levels", {})
    for name, value, least in (("halo", halo, 0), ("grid", grid, 1)):
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise ConfigError(
                f"generator {type(generator).__name__} has {name} {value!r}: set self.{name} to a"
                f" whole number of at least {least}",
                key="generator",
            )
    return Locality(halo, grid, levels)
