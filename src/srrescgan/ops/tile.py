"""How a large picture is cut into tiles that a local network may process one by one."""

from dataclasses import dataclass
from itertools import pairwise


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
    found = []
    for start, stop in pairwise(cuts):
        before, after = max(0, start - halo), min(length, stop + halo)
        inner = slice(start - before, stop - before)
        found.append(Span(slice(start, stop), slice(before, after), inner))
    return found
