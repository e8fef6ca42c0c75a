"""Decides how an image is cut into tiles: their side, and how much they overlap."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from srrescgan.generators.locality import VISIBLE, Locality

_LARGEST_HALO = 1 / 4
"""Of a tile's side. With a quarter on each side a tile is 2.25 times the work of its core."""
_OVERLAPS_IN_TILE = 6
"""Side of a tile by its overlap, where that is large: 1.8 times the work of the core."""
_SMALLEST_TILE = 8
_SMALL_IMAGE = 128 * 128
"""Lr pixels that fit into any memory, so that it need not be asked for."""


@dataclass(frozen=True)
class TilePlan:
    """How an image is cut; everything in lr pixels."""

    tile: int
    """Largest side of a tile, without its overlap."""
    overlap: int
    """Pixels of context around a tile. If it is the halo, the result equals the whole image."""
    otherwise: "TilePlan | None" = None
    """The plan to follow if the whole image at once does not fit into memory after all."""

    def smaller(self, tile: int) -> "TilePlan":
        """The same overlap with smaller tiles."""
        return replace(self, tile=tile)

    def covers(self, height: int, width: int) -> bool:
        """Whether an image is computed at once."""
        return self.tile >= max(height, width)


@dataclass(frozen=True)
class Approximation:
    """The result was computed in tiles that overlap by less than the network's halo."""

    tile: int
    """Side of the tiles in lr pixels."""
    overlap: int
    """Context around them in lr pixels."""
    levels: float | None
    """Largest difference from the whole image that was measured on photographs, in gray levels;
    ``None``: nobody measured this overlap."""

    @property
    def is_visible(self) -> bool:
        """Whether the difference may be more than about a gray level."""
        return self.levels is None or self.levels >= VISIBLE

    def __str__(self) -> str:
        difference = "nobody measured how far they are"
        if self.levels is not None:
            difference = f"up to {self.levels:.2g} gray levels"
        return (
            f"tiles of {self.tile} pixels that overlap by {self.overlap}: {difference} from the"
            " whole picture; overlap=exact avoids that, and takes more memory or time"
        )


@dataclass(frozen=True)
class Tiler:
    """Makes the plan of an image from what the user chose and what fits into memory.

    ``tile="auto"`` gives the result of the whole image: in tiles with the network's halo, if that
    is at most a quarter of the tile; or else at once, if it fits into memory. Otherwise the tiles
    overlap by less, if the network says by how much.
    """

    locality: Locality
    """Of the network, in lr pixels."""
    tile: int | str | None
    """``auto``, a number of lr pixels, or ``None``: the image at once."""
    overlap: int | str
    """``auto``, ``exact`` (the halo), or a number of lr pixels."""
    default: int
    """Side of the tiles that suits the engine, in lr pixels."""
    most_pixels: Callable[[], float | None]
    """Lr pixels that fit into memory at once; ``None``: not known."""

    def plan(self, height: int, width: int, images: int = 1) -> TilePlan:
        """Plan the tiles of an image, or of several that are computed together."""
        longest = max(height, width)
        if self.tile is None:
            return TilePlan(longest, self.locality.halo)
        if isinstance(self.tile, int):
            return TilePlan(self.tile, self._overlap(self.tile))
        one_tile = longest <= self.default
        at_once = one_tile or self._is_large(self.locality.halo, self.default)
        if at_once and self._fits(height * width * images):
            cut = None if one_tile else self._cut()
            return TilePlan(longest, self.locality.halo, otherwise=cut)
        return self._cut()

    def approximation(self, plan: TilePlan, height: int, width: int) -> Approximation | None:
        """What a plan costs in accuracy; ``None``: nothing."""
        if plan.covers(height, width) or plan.overlap >= self.locality.halo:
            return None
        return Approximation(plan.tile, plan.overlap, self.locality.levels(plan.overlap))

    def _cut(self) -> TilePlan:
        overlap = self._overlap(self.default)
        most = self.most_pixels()
        tile = self.default
        if most is not None:
            room = math.isqrt(int(most)) - 2 * overlap
            # The larger a tile, the smaller the share that is computed twice.
            suitable = _OVERLAPS_IN_TILE * overlap if self._is_large(overlap, tile) else tile
            # Smaller ones would compute the overlaps only; if memory does run out, they are halved.
            tile = max(_SMALLEST_TILE, overlap // 2, min(room, suitable))
        return TilePlan(tile, self._overlap(tile))

    def _overlap(self, tile: int) -> int:
        halo = self.locality.halo
        if isinstance(self.overlap, int):
            return min(self.overlap, halo)
        if self.overlap == "auto" and self._is_large(halo, tile):
            return min(self.locality.overlap, halo)
        return halo

    def _is_large(self, halo: int, tile: int) -> bool:
        return halo > tile * _LARGEST_HALO

    def _fits(self, pixels: int) -> bool:
        if pixels <= _SMALL_IMAGE:
            return True
        most = self.most_pixels()
        return most is not None and pixels <= most
