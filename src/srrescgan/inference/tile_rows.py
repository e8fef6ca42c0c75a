"""Rows of tiles from top to bottom, with smaller tiles when memory runs out."""

from collections.abc import Callable, Iterator
from typing import TypeVar

import torch

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
        tile: largest side of a tile, in lr pixels.
        device: named in the message when memory runs out.
    """

    def __init__(self, height: int, width: int, tile: int, device: torch.device) -> None:
        self.height, self.width = height, width
        self.tile = tile
        """Largest side of a tile now; it is halved when memory runs out, and stays so."""
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
            rows_left = -(-(self.height - start) // self.tile)
            stop = start + -(-(self.height - start) // rows_left)
            try:
                computed = compute(start, stop)
            except (MemoryError, RuntimeError) as error:
                self._halve(error)
                continue
            yield stop, computed
            start = stop

    def _halve(self, error: Exception) -> None:
        if not is_out_of_memory(error):
            raise error
        if self.tile <= _SMALLEST_TILE:
            raise MemoryError(
                f"a tile of {self.tile} x {self.tile} pixels does not fit into the memory of"
                f" {self.device}: close other programs, or give device=cpu"
            ) from error
        self.tile = max(_SMALLEST_TILE, min(self.tile, max(self.height, self.width)) // 2)


def is_out_of_memory(error: Exception) -> bool:
    """Whether an error says that memory ran out, on any device."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return any(words in str(error) for words in _OUT_OF_MEMORY)
