"""One picture of any size, super-resolved in tiles and equal to the whole."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import TypeVar

import torch
from torch import Tensor

from srrescgan.inference.engine import Engine
from srrescgan.inference.tile_row import Tile, TileWork, residuals
from srrescgan.ops.ensemble import transform
from srrescgan.ops.noise import MIN_SIZE, streamed_sigma
from srrescgan.ops.tile import Span, spans
from srrescgan.types import ProjectedGenerator

Canvas = Callable[[], AbstractContextManager[Callable[[Tensor], None]]]
"""Opens a place for a picture, which takes bands ``(3, n, W)`` in [0, 1], on the CPU, from top to
bottom. It may have to be opened again, for the same picture from the beginning: what was put into
one that was left by an exception has to vanish."""

_T = TypeVar("_T")
_WHITE = {torch.uint8: 255, torch.uint16: 65535}
# A residual of this length in all, in grey levels, changes no pixel by more. The network does not
# have to be asked for it.
_INVISIBLE = 0.01
_KEPT = 2**30  # bytes of residuals that are kept at most
_SMALLEST_TILE = 8  # lr pixels; below it nearly all of the work is for the rims
_MEASURED_AT_ONCE = 2**22  # pixels that the noise estimate looks at together
# What PyTorch, oneDNN and OpenVINO say on a CPU.
_NO_MEMORY = (
    "can't allocate memory",
    "not enough memory",
    "could not create a memory",
    "bad_alloc",
)


def to_float(lr: Tensor) -> Tensor:
    """A picture in [0, 1]: uint8 is divided by 255, uint16 by 65535, float32 stays as it is.

    Raises:
        TypeError: it is of another type.
    """
    if lr.dtype is torch.float32:
        return lr
    if lr.dtype not in _WHITE:
        raise TypeError(f"expected float32 in [0, 1], uint8 or uint16, got {lr.dtype}")
    return lr.to(torch.float32) / _WHITE[lr.dtype]


class TiledPicture:
    """A picture on its way through a network, one row of tiles after the other.

    Two numbers are of the whole picture, for each member of the self-ensemble: the noise, an exact
    median, which is measured first; and the length of the residual, which must not exceed what the
    noise allows. The residuals of a picture of usual size are kept until their lengths are known.
    A larger picture is written as though they were short enough, and begun anew where it turns out
    that they are not: one pass over the costly part then becomes two, and at no time is there more
    in memory than the given picture and a row of tiles.

    Args:
        network: which of its steps are local.
        engine: computes the costly one.
        lr: ``(3, h, w)``, on the CPU: float32 in [0, 1], uint8 or uint16. The type says what white
            is, whatever the values.
        members: indices of the transforms that are averaged over.
        tile: largest side of a tile in lr pixels. It decides about memory and not about pixels,
            and is halved when memory runs out.
        batch: number of tiles and members that are computed together where they are of one shape.
        device: where to compute.

    Raises:
        ValueError: the picture is too small for the network.
        TypeError: ``lr`` is of another type.
    """

    def __init__(
        self,
        network: ProjectedGenerator,
        engine: Engine,
        lr: Tensor,
        members: Sequence[int],
        tile: int,
        batch: int,
        device: torch.device,
    ) -> None:
        to_float(lr[:, :0])  # is it of a type that says what white is?
        self.network, self.engine, self.lr = network, engine, lr
        self.members = members
        self.tile, self.batch, self.device = tile, batch, device
        _, height, width = lr.shape
        self.size = height * network.scale, width * network.scale
        self.radius = [self._radius(index) for index in members]
        self.shrink = [float(radius > _INVISIBLE) for radius in self.radius]

    def write(self, canvas: Canvas, tell: Callable[[float], None]) -> None:
        """Compute the picture and put it on a canvas.

        Args:
            canvas: opened twice at most.
            tell: told what share of the work is done, after each row of tiles. It falls, once,
                when the picture has to be begun anew.
        """
        height, width = self.size
        if 4 * 3 * height * width * len(self.members) <= _KEPT:
            self._write_buffered(canvas, tell)
        else:
            self._write_streaming(canvas, tell)

    def _write_buffered(self, canvas: Canvas, tell: Callable[[float], None]) -> None:
        squares = self._no_squares()
        kept = []
        for stop, (residual, added) in self._rows(self._residual_rows):
            kept.append(residual)
            squares += added
            tell(stop / self.size[0])
        self.shrink = self._shrink(squares)
        with canvas() as put:
            stop = 0
            for residual in kept:
                start, stop = stop, stop + residual.shape[-2]
                put(self._combined(start, stop, residual))

    def _write_streaming(self, canvas: Canvas, tell: Callable[[float], None]) -> None:
        squares = self._no_squares()
        first = self._rows(self._finished_rows)
        try:
            with canvas() as put:
                for stop, (band, added) in first:
                    squares += added
                    if self._too_long(squares):
                        raise _MustRestart
                    put(band)
                    tell(stop / self.size[0])
        except _MustRestart:
            for stop, (_, added) in first:  # to the end, for the sake of the length
                squares += added
                tell(stop / self.size[0] / 2)
            self.shrink = self._shrink(squares)
            with canvas() as put:
                for stop, (band, _) in self._rows(self._finished_rows):
                    put(band)
                    tell((1 + stop / self.size[0]) / 2)

    def upsampled(self, rows: slice, columns: slice) -> Tensor:
        """Part of the upsampled picture, ``(1, 3, H, W)``, by rows and columns in hr pixels."""
        return self._upsampled(self.lr, rows, columns)

    def _upsampled(self, lr: Tensor, rows: slice, columns: slice) -> Tensor:
        scale = self.network.scale
        outer: list[slice] = []
        inner: list[slice] = []
        for axis, length in ((rows, lr.shape[1]), (columns, lr.shape[2])):
            # One pixel more on either side, because the upsampling looks at neighbours.
            span = Span.around(axis.start // scale, -(-axis.stop // scale), length, halo=1)
            before = axis.start - scale * span.context.start
            outer.append(span.context)
            inner.append(slice(before, before + axis.stop - axis.start))
        upsampled = self.network.upsample(self._network_input(lr[:, outer[0], outer[1]]))
        return upsampled[..., inner[0], inner[1]]

    def _network_input(self, lr: Tensor) -> Tensor:
        return to_float(lr.to(self.device))[None]

    def _radius(self, index: int) -> float:
        """How long the residual of a member may be."""
        network, lr = self.network, _turned(self.lr, index)
        _, height, width = lr.shape
        times = 1 if network.noise_estimate == "input" else network.scale
        least = -(-MIN_SIZE // times)
        if min(height, width) < least:
            raise ValueError(
                f"the noise estimate needs a picture of at least {least} x {least} pixels, got"
                f" {height} x {width} (height x width)"
            )
        if times == 1:

            def rows(start: int, stop: int) -> Tensor:
                return self._network_input(lr[:, start:stop])
        else:

            def rows(start: int, stop: int) -> Tensor:
                return self._upsampled(lr, slice(start, stop), slice(0, width * times))

        step = _MEASURED_AT_ONCE // (width * times)
        while True:
            try:
                sigma = streamed_sigma(rows, height * times, step)
                break
            except (MemoryError, RuntimeError) as error:
                if step < 1 or not _is_lack_of_memory(error):
                    raise
                step //= 4
        sigma = sigma.clamp(min=network.sigma_floor)
        return network.radius(sigma, 3 * height * width * network.scale**2).item()

    def _too_long(self, squares: Tensor) -> bool:
        found = zip(self.shrink, squares.sqrt().tolist(), self.radius, strict=True)
        return any(shrink > 0 and length > radius for shrink, length, radius in found)

    def _shrink(self, squares: Tensor) -> list[float]:
        found = zip(self.shrink, squares.sqrt().tolist(), self.radius, strict=True)
        return [shrink and radius / max(length, radius) for shrink, length, radius in found]

    def _rows(self, compute: Callable[[int, int], _T]) -> Iterator[tuple[int, _T]]:
        """The picture from top to bottom, in rows of tiles of about the same height.

        Gives what ``compute`` gives for the hr rows from the first number up to and without the
        second one, and that second one.
        """
        start, height, scale = 0, self.lr.shape[1], self.network.scale
        while start < height:
            left = -(-(height - start) // self.tile)
            stop = start + -(-(height - start) // left)
            try:
                computed = compute(scale * start, scale * stop)
            except (MemoryError, RuntimeError) as error:
                self._halve(error)
                continue
            yield scale * stop, computed
            start = stop

    def _halve(self, error: Exception) -> None:
        if not _is_lack_of_memory(error):
            raise error
        if self.tile <= _SMALLEST_TILE:
            raise MemoryError(
                f"a tile of {self.tile} x {self.tile} pixels does not fit into the memory of"
                f" {self.device}: close other programs, or give device=cpu"
            ) from error
        self.tile = max(_SMALLEST_TILE, min(self.tile, max(self.lr.shape[1:])) // 2)

    def _residual_rows(self, start: int, stop: int) -> tuple[Tensor, Tensor]:
        """Residuals of all members, ``(M, 3, n, W)``, and the sum of squares of each."""
        rows = torch.zeros(len(self.members), 3, stop - start, self.size[1])
        squares = self._no_squares()
        for tile, place, residual in self._tiles(start, stop):
            if residual is not None:
                squares[place] += residual.square().sum().item()
                rows[place, ..., tile.columns.core] = residual[0].cpu()
        return rows, squares

    def _finished_rows(self, start: int, stop: int) -> tuple[Tensor, Tensor]:
        """Rows of the result, ``(3, n, W)``, and the sum of squares of each member's residual."""
        total = torch.zeros(3, stop - start, self.size[1])
        squares = self._no_squares()
        for tile, place, residual in self._tiles(start, stop):
            if residual is not None:
                squares[place] += residual.square().sum().item()
            total[..., tile.columns.core] += self._subtracted(tile.core, residual, place)[0].cpu()
        return total / len(self.members), squares

    def _combined(self, start: int, stop: int, residuals: Tensor) -> Tensor:
        """Rows of the result, ``(3, n, W)``, from the residuals of all members."""
        total = torch.zeros(3, stop - start, self.size[1])
        for columns in self._columns():
            upsampled = self.upsampled(slice(start, stop), columns)
            for place, residual in enumerate(residuals[..., columns].split(1)):
                sr = self._subtracted(upsampled, residual.to(self.device), place)
                total[..., columns] += sr[0].cpu()
        return total / len(self.members)

    def _subtracted(self, upsampled: Tensor, residual: Tensor | None, place: int) -> Tensor:
        shrink = upsampled.new_tensor([self.shrink[place]])
        left = upsampled.new_zeros(()) if residual is None else residual
        return self.network.subtract(upsampled, left, shrink)

    def _tiles(self, start: int, stop: int) -> Iterator[tuple[Tile, int, Tensor | None]]:
        work = TileWork(
            engine=self.engine,
            upsampled=self.upsampled,
            size=self.size,
            halo=self.network.residual_halo,
            members=self.members,
            idle=[shrink == 0 for shrink in self.shrink],
            batch=self.batch,
        )
        return residuals(work, start, stop, self._columns())

    def _columns(self) -> list[slice]:
        scale = self.network.scale
        cores = [span.core for span in spans(self.lr.shape[2], self.tile, halo=0)]
        return [slice(scale * core.start, scale * core.stop) for core in cores]

    def _no_squares(self) -> Tensor:
        return torch.zeros(len(self.members), dtype=torch.float64)


def _turned(lr: Tensor, index: int) -> Tensor:
    # PyTorch does not flip uint16, and does not have to know what the bits mean.
    if lr.dtype is torch.uint16:
        return transform(lr.view(torch.int16), index).view(torch.uint16)
    return transform(lr, index)


class _MustRestart(Exception):  # noqa: N818 (not an error)
    """The residual is longer than what was taken for granted when the picture was begun."""


def _is_lack_of_memory(error: Exception) -> bool:
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return any(words in str(error) for words in _NO_MEMORY)
