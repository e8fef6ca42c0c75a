"""The part of a generator that is computed tile by tile."""

from typing import cast

from torch import Tensor, nn

from srrescgan.generators.locality import Locality, locality_of
from srrescgan.generators.promises import check_scale
from srrescgan.types import WHOLE, Edges, ProjectedGenerator


class LocalPart(nn.Module):
    """The costly, local part of a generator.

    For a :class:`~srrescgan.types.ProjectedGenerator` that is ``residual``, at hr size. For a
    :class:`~srrescgan.types.LocalGenerator` it is the whole network.

    Args:
        generator: one of these two.

    Raises:
        TypeError: it is neither.
    """

    def __init__(self, generator: nn.Module) -> None:
        super().__init__()
        self.generator = generator
        scale = check_scale(generator)
        locality = locality_of(generator)
        self.is_residual = isinstance(generator, ProjectedGenerator)
        if isinstance(generator, ProjectedGenerator):
            locality = Locality(generator.residual_halo)
        if locality is None:
            raise TypeError(f"{type(generator).__name__} is not local")
        self.locality = locality
        """Distances in pixels of the input of this part."""
        self.input_scale = scale if self.is_residual else 1
        """Pixels of its input per lr pixel."""
        self.output_scale = 1 if self.is_residual else scale
        """Pixels of its output per pixel of its input."""
        self.margin = locality.halo if self.is_residual else 0
        """Pixels that its output lacks at every side of a tile that is a cut."""

    @property
    def lr_locality(self) -> Locality:
        """The same with distances in lr pixels."""
        if not self.is_residual:
            return self.locality
        return Locality(-(-self.locality.halo // self.input_scale))

    def forward(self, tiles: Tensor, edges: Edges = WHOLE) -> Tensor:
        """Compute ``(B, 3, h, w)``; ``edges`` are the sides of the tiles that are no cuts."""
        if self.is_residual:
            return cast(ProjectedGenerator, self.generator).residual(tiles, edges)
        return self.generator(tiles)


def is_local(generator: nn.Module) -> bool:
    """Whether a generator has a local part."""
    return isinstance(generator, ProjectedGenerator) or locality_of(generator) is not None
