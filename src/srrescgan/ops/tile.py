"""How a large picture is cut into tiles that a local network may process one by one."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from torch import Tensor


@dataclass(frozen=True)
class Span:
    """One tile along one axis: what is kept, and what has to be looked at for it.

    A network whose output pixels depend on ``halo`` pixels around them gives the same ``core``
    whether it sees the whole axis or the ``context`` only.
    """

    core: slice
    """Pixels of the axis that this tile gives."""
    context: slice
    """``core`` and up to ``halo`` pixels on either side, as many as the axis has."""
    inner: slice
    """``core``, counted from the start of ``context``."""

    @classmethod
    def around(cls, start: int, stop: int, length: int, halo: int) -> "Span":
        """The span that gives the pixels from ``start`` to ``stop`` of an axis.

        Example:
            >>> Span.around(4, 8, length=9, halo=2).context
            slice(2, 9, None)
        """
        before, after = max(0, start - halo), min(length, stop + halo)
        return cls(slice(start, stop), slice(before, after), slice(start - before, stop - before))


def spans(length: int, tile: int, halo: int) -> list[Span]:
    """Cut an axis into as few tiles as possible, of lengths that differ by at most one.

    The cores follow each other without gap or overlap and cover the axis.

    Args:
        length: of the axis, at least 1.
        tile: longest core, at least 1.
        halo: pixels of context on either side, at least 0.

    Raises:
        ValueError: an argument below its least value.

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
    return [Span.around(start, stop, length, halo) for start, stop in pairwise(cuts)]


def in_tiles(local: Callable[[Tensor], Tensor], image: Tensor, tile: int, halo: int) -> Tensor:
    """Apply a function tile by tile; the result is that of the whole picture.

    At a cut the function sees the true neighbours, at the picture's border its own padding.

    Args:
        local: keeps the size; an output pixel depends on at most ``halo`` pixels around it.
        image: what it is applied to.
        tile: largest side that is computed at once, plus its halo. It decides about memory and not
            about pixels.
        halo: in pixels.

    Shape:
        - image: ``(B, C, H, W)``.
        - Output: ``(B, D, H, W)``, D being that of ``local``.
    """
    height, width = image.shape[-2:]
    whole: Tensor | None = None
    for y in spans(height, tile, halo):
        for x in spans(width, tile, halo):
            part = local(image[..., y.context, x.context])
            if whole is None:
                whole = part.new_empty((*part.shape[:-2], height, width))
            whole[..., y.core, x.core] = part[..., y.inner, x.inner]
    assert whole is not None
    return whole
