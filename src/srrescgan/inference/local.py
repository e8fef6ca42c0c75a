"""Images of any size through a local generator, in tiles."""

import torch
from torch import Tensor

from srrescgan.inference.local_part import LocalPart
from srrescgan.inference.pixel_types import to_float
from srrescgan.inference.sinks import BandSink, OnProgress
from srrescgan.inference.tile_plan import TilePlan
from srrescgan.inference.tiled_image import Resources, TiledImage


class LocalImage:
    """One image on its way through a local generator, row of tiles by row of tiles.

    Memory holds the given image and one row of tiles.

    Args:
        part: the whole network.
        lr: ``(3, h, w)``, on the CPU: float32 in [0, 1], uint8 or uint16.
        plan: how to cut it.
        resources: what computes it.

    Raises:
        TypeError: ``lr`` is of another type.
    """

    def __init__(self, part: LocalPart, lr: Tensor, plan: TilePlan, resources: Resources) -> None:
        to_float(lr[:, :0])  # refuses other types
        self.part, self.lr, self.resources = part, lr, resources
        self.image = TiledImage(part, self._read, (lr.shape[1], lr.shape[2]), plan, resources)

    def write(self, sink: BandSink, on_progress: OnProgress) -> TilePlan:
        """Compute the image and write it to a sink; ``on_progress`` follows each row of tiles.

        Returns:
            The plan in the end; it differs from that of the beginning if memory ran out.

        Raises:
            MemoryError: even the smallest tile does not fit.
        """
        for stop, band in self.image.run(self._band):
            sink.write(band)
            on_progress(stop / self.lr.shape[1])
        return self.image.plan

    def _read(self, rows: slice, columns: slice) -> Tensor:
        return to_float(self.lr[:, rows, columns].to(self.resources.device))[None]

    def _band(self, start: int, stop: int) -> Tensor:
        """Rows of the result, ``(3, n, W)``, from lr row ``start`` to ``stop``."""
        scale = self.part.output_scale
        total = torch.zeros(3, scale * (stop - start), scale * self.lr.shape[2])
        for tile, _, sr in self.image.outputs(start, stop):
            assert sr is not None
            total[..., tile.columns.scaled(scale).core] += sr[0].cpu()
        return (total / len(self.resources.members)).clamp(0, 1)
