"""The residuals of one row of tiles, computed together where their shapes allow it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from srrescgan.inference.engine import Engine
from srrescgan.ops.ensemble import transform, transform_edges, untransform
from srrescgan.ops.tile import Span
from srrescgan.types import Edges


@dataclass(frozen=True)
class Tile:
    """One tile of an image; spans are in hr pixels."""

    rows: Span
    columns: Span
    upsampled: Tensor
    """With its halo, ``(1, 3, H, W)``."""

    @property
    def core(self) -> Tensor:
        """Upsampled, without the halo."""
        return self.upsampled[..., self.rows.inner, self.columns.inner]


@dataclass(frozen=True)
class TileWork:
    """Data that all tiles of one image share."""

    engine: Engine
    upsampled: Callable[[slice, slice], Tensor]
    """Part of the upsampled image, ``(1, 3, H, W)``, by rows and columns in hr pixels."""
    size: tuple[int, int]
    """Height and width of the image in hr pixels."""
    halo: int
    """Hr pixels of context that a tile needs on every side."""
    members: Sequence[int]
    """Indices of the transforms that are averaged over."""
    skipped: Sequence[bool]
    """Members whose residual would not be visible, so that it is not computed."""
    batch: int
    """Pieces that are computed together."""


def residuals(
    work: TileWork, start: int, stop: int, columns: Iterable[slice]
) -> Iterator[tuple[Tile, int, Tensor | None]]:
    """Compute the residuals of a row of tiles, in any order.

    Args:
        work: what the tiles have in common.
        start: first row of the image.
        stop: the row after the last.
        columns: of each tile.

    Yields:
        A tile, the place of a member among the members, and the residual of the tile's core,
        ``(1, 3, h, w)``, turned back; ``None`` for members that are skipped.
    """
    rows = Span.around(start, stop, work.size[0], work.halo)
    waiting: dict[tuple[torch.Size, Edges], list[tuple[Tile, int, Tensor]]] = {}
    for axis in columns:
        span = Span.around(axis.start, axis.stop, work.size[1], work.halo)
        tile = Tile(rows, span, work.upsampled(rows.context, span.context))
        edges = _edges(tile, work.size)
        for place, index in enumerate(work.members):
            if work.skipped[place]:
                yield tile, place, None
                continue
            piece = transform(tile.upsampled, index)
            kind = piece.shape, transform_edges(edges, index)
            waiting.setdefault(kind, []).append((tile, place, piece))
            if len(waiting[kind]) == work.batch:
                yield from _computed(work, kind[1], waiting.pop(kind))
    for (_, edges), jobs in waiting.items():
        yield from _computed(work, edges, jobs)


def _computed(
    work: TileWork, edges: Edges, jobs: list[tuple[Tile, int, Tensor]]
) -> Iterator[tuple[Tile, int, Tensor]]:
    pieces = torch.cat([piece for *_, piece in jobs])
    computed = work.engine(pieces, edges).split(1)
    for (tile, place, _), residual in zip(jobs, computed, strict=True):
        straight = untransform(residual, work.members[place])
        yield tile, place, straight[..., _without_halo(tile.rows), _without_halo(tile.columns)]


def _edges(tile: Tile, size: tuple[int, int]) -> Edges:
    rows, columns = tile.rows.context, tile.columns.context
    return Edges(
        top=rows.start == 0,
        bottom=rows.stop == size[0],
        left=columns.start == 0,
        right=columns.stop == size[1],
    )


def _without_halo(span: Span) -> slice:
    """The core within a residual, which has no halo at the sides that were cut."""
    start = span.inner.start if span.context.start == 0 else 0
    return slice(start, start + span.core.stop - span.core.start)
