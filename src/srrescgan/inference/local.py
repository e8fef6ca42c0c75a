"""Images of any size through a local generator, in tiles that equal the whole image."""

from collections.abc import Callable, Sequence
from typing import cast

import torch
from torch import Tensor, nn

from srrescgan.generators.promises import check_size
from srrescgan.inference.engine import Engine
from srrescgan.inference.pixel_types import to_float
from srrescgan.inference.sinks import BandSink, OnProgress
from srrescgan.inference.tile_rows import TileRows
from srrescgan.ops.ensemble import transform, untransform
from srrescgan.ops.tile import Span, row_of_tiles, spans
from srrescgan.types import LocalGenerator


class LocalImage:
    """One image on its way through a local generator, row of tiles by row of tiles.

    Memory holds the given image and one row of tiles. The tile is halved when memory runs out.

    Args:
        network: its scale and halo.
        engine: computes it.
        lr: ``(3, h, w)``, on the CPU: float32 in [0, 1], uint8 or uint16.
        members: indices of the transforms that are averaged over.
        tile: largest side of a tile in lr pixels, without the halo.
        batch: tiles of one size that are computed together.
        device: where to compute.

    Raises:
        TypeError: ``lr`` is of another type.
    """

    def __init__(
        self,
        network: LocalGenerator,
        engine: Engine,
        lr: Tensor,
        members: Sequence[int],
        tile: int,
        batch: int,
        device: torch.device,
    ) -> None:
        to_float(lr[:, :0])  # refuses other types
        self.network, self.lr, self.batch, self.device = network, lr, batch, device
        self.function = averaged(engine, members)
        self.rows = TileRows(lr.shape[1], lr.shape[2], tile, device)

    def write(self, sink: BandSink, on_progress: OnProgress) -> None:
        """Compute the image and write it to a sink; ``on_progress`` follows each row of tiles.

        Raises:
            MemoryError: even the smallest tile does not fit.
        """
        for stop, band in self.rows.run(self._band):
            sink.write(band)
            on_progress(stop / self.lr.shape[1])

    def _band(self, start: int, stop: int) -> Tensor:
        """Rows of the result, ``(3, n, W)``, from lr row ``start`` to ``stop``."""
        _, height, width = self.lr.shape
        halo = self.network.halo
        rows, columns = Span.around(start, stop, height, halo), spans(width, self.rows.tile, halo)
        scale = self.network.scale
        return row_of_tiles(self._pieces, self.lr[None], rows, columns, scale, self.batch)[0]

    def _pieces(self, pieces: Tensor) -> Tensor:
        lr = to_float(pieces.to(self.device))
        sr = self.function(lr)
        check_size(cast(nn.Module, self.network), lr, sr)
        return sr.clamp(0, 1).cpu()


def averaged(
    network: Callable[[Tensor], Tensor], members: Sequence[int]
) -> Callable[[Tensor], Tensor]:
    """Mean of a network over transforms of its input, in float32."""

    def mean(image: Tensor) -> Tensor:
        total: Tensor | None = None
        for index in members:
            turned = transform(image, index).contiguous(memory_format=torch.channels_last)
            straight = untransform(network(turned), index).float()
            total = straight if total is None else total + straight
        assert total is not None
        return total / len(members)

    return mean
