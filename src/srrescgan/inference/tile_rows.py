"""Rows of tiles from top to bottom, with smaller tiles when memory runs out."""

from collections.abc import Callable, Iterator
from typing import TypeVar

import torch

from srrescgan.inference.tile_plan import TilePlan

_T = TypeVar("_T")
_SMALLEST_TILE = 8  # lr pixels; below it nearly all of the work is for the halos
# What PyTorch, oneDNN and OpenVINO say on a CPU.
_OUT_OF_MEMORY = (
    "can't allocate memory",
    "not enough memory",
    "could not create a memory",
    "bad_alloc",
)


class TileRows:
    """Divides the height of an image into rows of tiles.

    Args:
        height: of the image, in lr pixels.
        width: of the image, in lr pixels.
        plan: how to cut it.
        device: named in the message when memory runs out.
    """

    def __init__(self, height: int, width: int, plan: TilePlan, device: torch.device) -> None:
        self.height, self.width = height, width
        self.plan = plan
        """The plan that is followed now. When memory runs out, its tile is halved and stays so."""
        self.device = device

    def run(self, compute: Callable[[int, int], _T]) -> Iterator[tuple[int, _T]]:
        """Call ``compute`` with the first row and the row after the last of each row of tiles.

        Yields:
            The row after the last, in lr pixels, and what ``compute`` returned. The rows have
            about the same height.

        Raises:
            MemoryError: even the smallest tile does not fit.
        """
        start = 0
        while start < self.height:
            rows_left = -(-(self.height - start) // self.plan.tile)
            stop = start + -(-(self.height - start) // rows_left)
            try:
                computed = compute(start, stop)
            except (MemoryError, RuntimeError) as error:
                self._use_less(error)
                continue
            yield stop, computed
            start = stop

    def _use_less(self, error: Exception) -> None:
        if not is_out_of_memory(error):
            raise error
        longest = max(self.height, self.width)
        if self.plan.tile >= longest and self.plan.otherwise is not None:
            self.plan = self.plan.otherwise
            return
        tile, overlap = self.plan.tile, self.plan.overlap
        if tile <= _SMALLEST_TILE:
            around = f" with {overlap} pixels around it" if overlap > tile else ""
            raise MemoryError(
                f"a tile of {tile} x {tile} pixels{around} does not fit into the memory of"
                f" {self.device}: close other programs, or give device=cpu"
            ) from error
        self.plan = self.plan.smaller(max(_SMALLEST_TILE, min(tile, longest) // 2))


def is_out_of_memory(error: Exception) -> bool:
    """Whether an error says that memory ran out, on any device."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return any(words in str(error) for words in _OUT_OF_MEMORY)
