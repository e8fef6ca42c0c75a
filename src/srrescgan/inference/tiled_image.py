"""One image on its way through the local part of a network, row of tiles by row of tiles."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor

from srrescgan.generators.promises import check_size
from srrescgan.inference.engine import Engine
from srrescgan.inference.local_part import LocalPart
from srrescgan.inference.tile_plan import TilePlan
from srrescgan.inference.tile_rows import TileRows
from srrescgan.ops.ensemble import transform, transform_edges, untransform
from srrescgan.ops.tile import Span, spans
from srrescgan.types import WHOLE, Edges

_T = TypeVar("_T")


@dataclass(frozen=True)
class Tile:
    """One tile of an image; spans are in pixels of the part's input."""

    rows: Span
    columns: Span
    input: Tensor
    """With its context, ``(1, 3, H, W)``."""

    @property
    def core(self) -> Tensor:
        """The input without the context."""
        return self.input[..., self.rows.inner, self.columns.inner]


@dataclass(frozen=True)
class Resources:
    """What an image is computed with."""

    engine: Engine
    members: Sequence[int]
    """Indices of the transforms that are averaged over."""
    batch: int
    """Tiles and members that are computed together where they have one shape."""
    device: torch.device


class TiledImage:
    """Tiles of one image, and their outputs; the tile is halved when memory runs out.

    Rows and columns are counted in pixels of the input of the network's local part.

    Args:
        part: the local part of the network.
        read: gives ``(1, 3, H, W)``, a rectangle of that input, by rows and columns.
        lr_size: height and width of the image in lr pixels.
        plan: how to cut it.
        resources: what computes it.
    """

    def __init__(
        self,
        part: LocalPart,
        read: Callable[[slice, slice], Tensor],
        lr_size: tuple[int, int],
        plan: TilePlan,
        resources: Resources,
    ) -> None:
        self.part, self.read, self.resources = part, read, resources
        self.lr_size = lr_size
        self.size = lr_size[0] * part.input_scale, lr_size[1] * part.input_scale
        """Height and width of the input."""
        self._rows = TileRows(*lr_size, plan, resources.device)

    @property
    def plan(self) -> TilePlan:
        """The plan that is followed; it changes when memory runs out."""
        return self._rows.plan

    def run(self, compute: Callable[[int, int], _T]) -> Iterator[tuple[int, _T]]:
        """Call ``compute`` with the first row and the row after the last of each row of tiles.

        Yields:
            The row after the last, and what ``compute`` returned.

        Raises:
            MemoryError: even the smallest tile does not fit.
        """
        scale = self.part.input_scale
        for stop, computed in self._rows.run(lambda a, b: compute(scale * a, scale * b)):
            yield scale * stop, computed

    def columns(self) -> list[slice]:
        """The columns of each tile of a row."""
        scale = self.part.input_scale
        cores = [span.core for span in spans(self.lr_size[1], self.plan.tile, halo=0)]
        return [slice(scale * core.start, scale * core.stop) for core in cores]

    def outputs(
        self, start: int, stop: int, skipped: Sequence[bool] | None = None
    ) -> Iterator[tuple[Tile, int, Tensor | None]]:
        """Compute a row of tiles, in any order.

        Args:
            start: first row.
            stop: the row after the last.
            skipped: whether a member's output is not needed.

        Yields:
            A tile, the place of a member among the members, and the output of the tile's core,
            ``(1, 3, h, w)``, turned back; ``None`` for members that are skipped.
        """
        members, batch = self.resources.members, self.resources.batch
        waiting: dict[tuple[torch.Size, Edges], list[tuple[Tile, int, Tensor]]] = {}
        for tile in self._tiles(start, stop):
            # Where no margin is cropped, it does not matter which sides are cuts.
            edges = self._edges(tile) if self.part.margin else WHOLE
            for place, index in enumerate(members):
                if skipped is not None and skipped[place]:
                    yield tile, place, None
                    continue
                turned = transform(tile.input, index)
                kind = turned.shape, transform_edges(edges, index)
                waiting.setdefault(kind, []).append((tile, place, turned))
                if len(waiting[kind]) == batch:
                    yield from self._computed(kind[1], waiting.pop(kind))
        for (_, edges), jobs in waiting.items():
            yield from self._computed(edges, jobs)

    def _tiles(self, start: int, stop: int) -> Iterator[Tile]:
        height, width = self.size
        # The plan counts lr pixels; the halo of a residual is counted at hr.
        halo = min(self.part.locality.halo, self.plan.overlap * self.part.input_scale)
        grid = self.part.locality.grid
        rows = Span.around(start, stop, height, halo, grid)
        for core in self.columns():
            columns = Span.around(core.start, core.stop, width, halo, grid)
            yield Tile(rows, columns, self.read(rows.context, columns.context))

    def _computed(
        self, edges: Edges, jobs: list[tuple[Tile, int, Tensor]]
    ) -> Iterator[tuple[Tile, int, Tensor]]:
        tiles = torch.cat([turned for *_, turned in jobs])
        outputs = self.resources.engine(tiles, edges)
        if not self.part.is_residual:
            check_size(self.part.generator, tiles, outputs)
        for (tile, place, _), output in zip(jobs, outputs.split(1), strict=True):
            straight = untransform(output, self.resources.members[place])
            yield tile, place, straight[..., self._core(tile.rows), self._core(tile.columns)]

    def _edges(self, tile: Tile) -> Edges:
        rows, columns = tile.rows.context, tile.columns.context
        return Edges(
            top=rows.start == 0,
            bottom=rows.stop == self.size[0],
            left=columns.start == 0,
            right=columns.stop == self.size[1],
        )

    def _core(self, span: Span) -> slice:
        """The core within an output, which has no margin at the sides that were cut."""
        scaled = span.scaled(self.part.output_scale)
        start = scaled.inner.start - (self.part.margin if span.context.start > 0 else 0)
        return slice(start, start + scaled.core.stop - scaled.core.start)
