"""One row of tiles, computed together where that is possible."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from srrescgan.inference.engine import Engine
from srrescgan.ops.ensemble import transform, turned, untransform
from srrescgan.ops.tile import Span
from srrescgan.types import Edges, TiledGenerator


@dataclass(frozen=True)
class TileWork:
    """What there is to do with each tile of a picture."""

    network: TiledGenerator
    engine: Engine
    upsampled: Callable[[slice, slice], Tensor]
    """Gives part of the upsampled picture, ``(1, 3, H, W)``, by rows and columns in hr pixels."""
    size: tuple[int, int]
    """Height and width of the picture in hr pixels."""
    members: Sequence[int]
    """Indices of the transforms that are averaged over."""
    shrink: Sequence[float]
    """How much of its residual is left to each member."""
    batch: int
    """Number of pieces that are computed together."""


@dataclass(frozen=True)
class _Tile:
    columns: Span
    upsampled: Tensor
    """With its rim, ``(1, 3, H, W)``."""
    edges: Edges


class TileRow:
    """A row of tiles under way.

    Args:
        work: what to do with each.
        start: first row of the picture, in hr pixels.
        stop: the row behind the last.
    """

    def __init__(self, work: TileWork, start: int, stop: int) -> None:
        self.work = work
        self.rows = Span.around(start, stop, work.size[0], work.network.halo)
        self.total = torch.zeros(3, stop - start, work.size[1])
        self.squares: list[list[Tensor]] = [[] for _ in work.members]
        self.waiting: dict[tuple[torch.Size, Edges], list[tuple[_Tile, int, Tensor]]] = {}

    def add(self, start: int, stop: int) -> None:
        """Compute the tile of these columns, in hr pixels, now or with others like it."""
        work, rows = self.work, self.rows
        columns = Span.around(start, stop, work.size[1], work.network.halo)
        upsampled = work.upsampled(rows.context, columns.context)
        edges = Edges(
            top=rows.context.start == 0,
            bottom=rows.context.stop == work.size[0],
            left=columns.context.start == 0,
            right=columns.context.stop == work.size[1],
        )
        tile = _Tile(columns, upsampled, edges)
        for place, index in enumerate(work.members):
            if work.shrink[place] == 0:  # whatever the residual is, nothing of it is left
                self._put(tile, place, upsampled.new_zeros(()))
                continue
            piece = transform(upsampled, index)
            alike = piece.shape, turned(edges, index)
            self.waiting.setdefault(alike, []).append((tile, place, piece))
            if len(self.waiting[alike]) == work.batch:
                self._compute(*alike)

    def finished(self) -> tuple[Tensor, Tensor]:
        """The rows of the result, ``(3, n, W)``, and the sum of squares of each member's residual.

        Both are on the CPU.
        """
        for alike in list(self.waiting):
            self._compute(*alike)
        sums = [torch.stack(each).double().sum().item() if each else 0.0 for each in self.squares]
        mean = (self.total / len(self.work.members)).clamp(0, 1)
        return mean, torch.tensor(sums, dtype=torch.float64)

    def _compute(self, shape: torch.Size, edges: Edges) -> None:
        jobs = self.waiting.pop((shape, edges))
        residuals = self.work.engine(torch.cat([piece for *_, piece in jobs]), edges)
        for (tile, place, _), residual in zip(jobs, residuals.split(1), strict=True):
            straight = untransform(residual, self.work.members[place])
            own = straight[..., _without_rim(self.rows), _without_rim(tile.columns)]
            self.squares[place].append(own.square().sum())
            self._put(tile, place, own)

    def _put(self, tile: _Tile, place: int, residual: Tensor) -> None:
        upsampled = tile.upsampled[..., self.rows.inner, tile.columns.inner]
        shrink = upsampled.new_tensor([self.work.shrink[place]])
        sr = self.work.network.subtract(upsampled, residual, shrink)
        self.total[..., tile.columns.core] += sr[0].cpu()


def _without_rim(span: Span) -> slice:
    """The core of a residual, which has lost its rim already where it was cut."""
    start = span.inner.start if span.context.start == 0 else 0
    return slice(start, start + span.core.stop - span.core.start)
