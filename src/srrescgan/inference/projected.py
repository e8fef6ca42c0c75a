"""Images of any size through a projected generator, in tiles that equal the whole image."""

from collections.abc import Iterator

import torch
from torch import Tensor

from srrescgan.inference.local_part import LocalPart
from srrescgan.inference.pixel_types import to_float
from srrescgan.inference.sinks import BandSink, OnProgress
from srrescgan.inference.tile_plan import TilePlan
from srrescgan.inference.tile_rows import is_out_of_memory
from srrescgan.inference.tiled_image import Resources, Tile, TiledImage
from srrescgan.ops.ensemble import transform
from srrescgan.ops.noise import MIN_SIZE, streamed_sigma
from srrescgan.ops.tile import Span
from srrescgan.types import ProjectedGenerator

# Residuals shorter than this (l2 norm, grey levels) cannot change a pixel visibly, so the network
# is skipped.
_INVISIBLE = 0.01
_MAX_BUFFER = 2**30  # bytes of residuals that are kept at most
_PIXELS_MEASURED = 2**22  # pixels that the noise estimate reads at once


class ProjectedImage:
    """One image on its way through a projected generator, row of tiles by row of tiles.

    Two numbers belong to the whole image, for each member of the self-ensemble: the noise level, an
    exact median, which is measured first; and the l2 norm of the residual, which must not exceed
    the radius that the noise allows. The residuals of an image of usual size are kept until their
    norms are known. A larger image is written as if they were short enough, and restarted if they
    are not: the network then runs twice, and memory never holds more than the
    given image and a row of tiles.

    Args:
        network: its cheap steps, which are computed here.
        part: its ``residual``.
        lr: ``(3, h, w)``, on the CPU: float32 in [0, 1], uint8 or uint16. The type decides which
            value is white, whatever the values.
        plan: how to cut it. It affects memory, not the result.
        resources: what computes the residual.

    Raises:
        ValueError: the image is too small for the noise estimate.
        TypeError: ``lr`` is of another type.
    """

    def __init__(
        self,
        network: ProjectedGenerator,
        part: LocalPart,
        lr: Tensor,
        plan: TilePlan,
        resources: Resources,
    ) -> None:
        to_float(lr[:, :0])  # refuses other types
        self.network, self.lr = network, lr
        self.members, self.device = resources.members, resources.device
        self.image = TiledImage(part, self.upsampled, (lr.shape[1], lr.shape[2]), plan, resources)
        self.size = self.image.size
        self.radius = [self._radius(index) for index in self.members]
        self.residual_scale = [float(radius > _INVISIBLE) for radius in self.radius]
        """Factor in [0, 1] by which the projection shortens the residual of each member."""

    def write(self, sink: BandSink, on_progress: OnProgress) -> None:
        """Compute the image and write it to a sink.

        Args:
            sink: restarted at most once.
            on_progress: called after each row of tiles. The share falls, once, when the image has
                to be restarted.
        """
        height, width = self.size
        if 4 * 3 * height * width * len(self.members) <= _MAX_BUFFER:
            self._write_buffered(sink, on_progress)
        else:
            self._write_streaming(sink, on_progress)

    def _write_buffered(self, sink: BandSink, on_progress: OnProgress) -> None:
        squares = self._no_squares()
        buffer = []
        for stop, (residual, added) in self.image.run(self._residual_rows):
            buffer.append(residual)
            squares += added
            on_progress(stop / self.size[0])
        self.residual_scale = self._scales(squares)
        stop = 0
        for residual in buffer:
            start, stop = stop, stop + residual.shape[-2]
            sink.write(self._combined(start, stop, residual))

    def _write_streaming(self, sink: BandSink, on_progress: OnProgress) -> None:
        squares = self._no_squares()
        must_restart = False
        for stop, (band, added) in self.image.run(self._finished_rows):
            squares += added
            must_restart = must_restart or self._exceeds_radius(squares)
            if must_restart:  # only the norm of the rest is still needed
                on_progress(stop / self.size[0] / 2)
            else:
                sink.write(band)
                on_progress(stop / self.size[0])
        if not must_restart:
            return
        self.residual_scale = self._scales(squares)
        sink.restart()
        for stop, (band, _) in self.image.run(self._finished_rows):
            sink.write(band)
            on_progress((1 + stop / self.size[0]) / 2)

    def upsampled(self, rows: slice, columns: slice) -> Tensor:
        """Part of the upsampled image, ``(1, 3, H, W)``, by rows and columns in hr pixels."""
        return self._upsampled(self.lr, rows, columns)

    def _upsampled(self, lr: Tensor, rows: slice, columns: slice) -> Tensor:
        scale = self.network.scale
        outer: list[slice] = []
        inner: list[slice] = []
        for axis, length in ((rows, lr.shape[1]), (columns, lr.shape[2])):
            # One more pixel on either side, because the upsampling reads the neighbors.
            span = Span.around(axis.start // scale, -(-axis.stop // scale), length, halo=1)
            before = axis.start - scale * span.context.start
            outer.append(span.context)
            inner.append(slice(before, before + axis.stop - axis.start))
        upsampled = self.network.upsample(self._network_input(lr[:, outer[0], outer[1]]))
        return upsampled[..., inner[0], inner[1]]

    def _network_input(self, lr: Tensor) -> Tensor:
        return to_float(lr.to(self.device))[None]

    def _radius(self, index: int) -> float:
        """Largest l2 norm that the residual of a member may have."""
        network, lr = self.network, _turned(self.lr, index)
        _, height, width = lr.shape
        times = 1 if network.noise_estimate == "input" else network.scale
        least = -(-MIN_SIZE // times)
        if min(height, width) < least:
            raise ValueError(
                f"the noise estimate needs an image of at least {least} x {least} pixels, got"
                f" {height} x {width} (height x width)"
            )
        if times == 1:

            def rows(start: int, stop: int) -> Tensor:
                return self._network_input(lr[:, start:stop])
        else:

            def rows(start: int, stop: int) -> Tensor:
                return self._upsampled(lr, slice(start, stop), slice(0, width * times))

        step = _PIXELS_MEASURED // (width * times)
        while True:
            try:
                sigma = streamed_sigma(rows, height * times, step)
                break
            except (MemoryError, RuntimeError) as error:
                if step < 1 or not is_out_of_memory(error):
                    raise
                step //= 4
        sigma = sigma.clamp(min=network.sigma_floor)
        return network.radius(sigma, 3 * height * width * network.scale**2).item()

    def _exceeds_radius(self, squares: Tensor) -> bool:
        measured = zip(self.residual_scale, squares.sqrt().tolist(), self.radius, strict=True)
        return any(scale > 0 and norm > radius for scale, norm, radius in measured)

    def _scales(self, squares: Tensor) -> list[float]:
        measured = zip(self.residual_scale, squares.sqrt().tolist(), self.radius, strict=True)
        return [scale and radius / max(norm, radius) for scale, norm, radius in measured]

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
        for columns in self.image.columns():
            upsampled = self.upsampled(slice(start, stop), columns)
            for place, residual in enumerate(residuals[..., columns].split(1)):
                sr = self._subtracted(upsampled, residual.to(self.device), place)
                total[..., columns] += sr[0].cpu()
        return total / len(self.members)

    def _subtracted(self, upsampled: Tensor, residual: Tensor | None, place: int) -> Tensor:
        scale = upsampled.new_tensor([self.residual_scale[place]])
        left = upsampled.new_zeros(()) if residual is None else residual
        return self.network.subtract(upsampled, left, scale)

    def _tiles(self, start: int, stop: int) -> Iterator[tuple[Tile, int, Tensor | None]]:
        skipped = [scale == 0 for scale in self.residual_scale]
        return self.image.outputs(start, stop, skipped)

    def _no_squares(self) -> Tensor:
        return torch.zeros(len(self.members), dtype=torch.float64)


def _turned(lr: Tensor, index: int) -> Tensor:
    # PyTorch cannot flip uint16; the bits are the same in int16.
    if lr.dtype is torch.uint16:
        return transform(lr.view(torch.int16), index).view(torch.uint16)
    return transform(lr, index)
