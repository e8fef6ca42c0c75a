"""Tiles: pieces of a large image that a local network computes one at a time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import torch
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
    def around(cls, start: int, stop: int, length: int, halo: int) -> "Span":
        """Return the span that produces the pixels ``start`` to ``stop`` of an axis.

        Example:
            >>> Span.around(4, 8, length=9, halo=2).context
            slice(2, 9, None)
        """
        before, after = max(0, start - halo), min(length, stop + halo)
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


def spans(length: int, tile: int, halo: int) -> list[Span]:
    """Cut an axis into as few tiles as possible, whose lengths differ by at most one.

    The cores cover the axis without gaps or overlaps.

    Args:
        length: of the axis, at least 1.
        tile: largest length of a core, at least 1.
        halo: pixels of context on either side, at least 0.

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
    return [Span.around(start, stop, length, halo) for start, stop in pairwise(cuts)]


def row_of_tiles(
    local: Callable[[Tensor], Tensor],
    image: Tensor,
    rows: Span,
    columns: Sequence[Span],
    scale: int = 1,
    batch: int = 1,
) -> Tensor:
    """Apply a local function to one row of tiles.

    At a cut the function gets the true neighbors, and it pads only at the border of the image, so
    the result equals that of the whole image.

    Args:
        local: upscales by ``scale``; an output pixel depends on no more input pixels around it than
            the halo of the spans.
        image: what the function is applied to.
        rows: the span of the row along the height.
        columns: the spans of its tiles along the width, from left to right, without gaps.
        scale: integer factor between the sizes of input and output.
        batch: largest number of tiles of equal size that are computed together.

    Shape:
        - image: ``(B, C, H, W)``.
        - Output: ``(B, D, scale * h, scale * W)`` with the ``h`` rows of the core and the ``D``
          channels of ``local``'s output.
    """
    width = columns[-1].core.stop
    kept = rows.scaled(scale)
    band: Tensor | None = None
    for group in _of_one_size(columns, batch):
        pieces = torch.cat([image[..., rows.context, span.context] for span in group])
        for span, part in zip(group, local(pieces).split(len(image)), strict=True):
            x = span.scaled(scale)
            if band is None:
                height = kept.core.stop - kept.core.start
                band = part.new_empty((*part.shape[:-2], height, scale * width))
            band[..., x.core] = part[..., kept.inner, x.inner]
    assert band is not None
    return band


def in_tiles(
    local: Callable[[Tensor], Tensor], image: Tensor, tile: int, halo: int, scale: int = 1
) -> Tensor:
    """Apply a local function to an image tile by tile, with the same result as in one piece.

    Args:
        local: upscales by ``scale``; an output pixel depends on at most ``halo`` input pixels in
            every direction.
        image: what the function is applied to.
        tile: largest side that is computed at once (plus its halo), in pixels of the image. It
            affects memory only, not the result.
        halo: in pixels of the image.
        scale: integer factor between the sizes of input and output.

    Shape:
        - image: ``(B, C, H, W)``.
        - Output: ``(B, D, scale * H, scale * W)`` with the ``D`` channels of ``local``'s output.
    """
    height, width = image.shape[-2:]
    columns = spans(width, tile, halo)
    whole: Tensor | None = None
    for rows in spans(height, tile, halo):
        band = row_of_tiles(local, image, rows, columns, scale)
        if whole is None:
            whole = band.new_empty((*band.shape[:-2], scale * height, scale * width))
        whole[..., rows.scaled(scale).core, :] = band
    assert whole is not None
    return whole


def _of_one_size(columns: Sequence[Span], batch: int) -> Iterator[Sequence[Span]]:
    """Groups of up to ``batch`` neighboring tiles whose contexts have the same length."""
    for _, alike in groupby(columns, key=lambda span: span.context.stop - span.context.start):
        group = list(alike)
        for start in range(0, len(group), batch):
            yield group[start : start + batch]
