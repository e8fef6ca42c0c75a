"""Tiles: parts of a large image that a local network computes one at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from torch import Tensor


@dataclass(frozen=True)
class Span:
    """One tile along one axis: the pixels it produces, and the pixels it needs for that.

    A network whose output pixels depend on ``halo`` pixels around them computes the same ``core``
    from ``context`` as from the whole axis.
    """

    core: slice
    """Pixels of the axis that this tile produces."""
    context: slice
    """``core`` plus ``halo`` pixels on either side, fewer at the ends of the axis."""
    inner: slice
    """``core`` relative to the start of ``context``."""

    @classmethod
    def around(cls, start: int, stop: int, length: int, halo: int, grid: int = 1) -> "Span":
        """Return the span that produces the pixels ``start`` to ``stop`` of an axis.

        The context begins at a multiple of ``grid``, also when the axis is counted from its end:
        the self-ensemble mirrors the tile.

        Example:
            >>> Span.around(4, 8, length=9, halo=2).context
            slice(2, 9, None)
            >>> Span.around(6, 8, length=13, halo=1, grid=4).context  # 13 - 4 is 9
            slice(4, 9, None)
        """
        before = max(0, start - halo) // grid * grid
        after = length - max(0, length - stop - halo) // grid * grid
        return cls(slice(start, stop), slice(before, after), slice(start - before, stop - before))

    def scaled(self, factor: int) -> "Span":
        """Return the same span on an axis that is ``factor`` times as long.

        Example:
            >>> Span.around(4, 8, length=9, halo=2).scaled(2).core
            slice(8, 16, None)
        """

        def stretch(part: slice) -> slice:
            return slice(factor * part.start, factor * part.stop)

        return Span(stretch(self.core), stretch(self.context), stretch(self.inner))


def spans(length: int, tile: int, halo: int, grid: int = 1) -> list[Span]:
    """Cut an axis into as few tiles as possible, whose lengths differ by at most one.

    The cores cover the axis without gaps or overlaps.

    Args:
        length: of the axis, at least 1.
        tile: largest length of a core, at least 1.
        halo: pixels of context on either side, at least 0.
        grid: contexts begin at multiples of it, as in :meth:`Span.around`.

    Raises:
        ValueError: an argument is below its minimum.

    Example:
        >>> [(s.core.start, s.core.stop, s.context.start, s.context.stop) for s in spans(10, 5, 2)]
        [(0, 5, 0, 7), (5, 10, 3, 10)]
    """
    if length < 1 or tile < 1 or halo < 0:
        raise ValueError(
            f"length and tile must be at least 1 and halo at least 0, got {length}, {tile}, {halo}"
        )
    count = -(-length // tile)
    cuts = [index * length // count for index in range(count + 1)]
    return [Span.around(start, stop, length, halo, grid) for start, stop in pairwise(cuts)]


def in_tiles(
    local: Callable[[Tensor], Tensor],
    image: Tensor,
    tile: int,
    halo: int,
    scale: int = 1,
    grid: int = 1,
) -> Tensor:
    """Apply a local function to an image tile by tile, with the same result as at once.

    At a cut the function gets the true neighbors, and it pads only at the border of the image.

    Args:
        local: upscales by ``scale``; an output pixel depends on at most ``halo`` input pixels in
            every direction.
        image: what the function is applied to.
        tile: largest side that is computed at once (plus its halo), in pixels of the image. It
            affects memory only, not the result.
        halo: in pixels of the image.
        scale: integer factor between the sizes of input and output.
        grid: tiles begin at multiples of it, for a function that reads blocks of pixels.

    Shape:
        - image: ``(B, C, H, W)``.
        - Output: ``(B, D, scale * H, scale * W)`` with the ``D`` channels of ``local``'s output.
    """
    height, width = image.shape[-2:]
    whole: Tensor | None = None
    for rows in spans(height, tile, halo, grid):
        for columns in spans(width, tile, halo, grid):
            part = local(image[..., rows.context, columns.context])
            if whole is None:
                whole = part.new_empty((*part.shape[:-2], scale * height, scale * width))
            y, x = rows.scaled(scale), columns.scaled(scale)
            whole[..., y.core, x.core] = part[..., y.inner, x.inner]
    assert whole is not None
    return whole
