"""Reader of ncnn's ``.bin``: numbers in the order of the layers, without names or sizes."""

import numpy as np
import torch
from torch import Tensor

from srrescgan.errors import WeightsError

_HALF = 0x01306B47
_SINGLE = 0


class BinFile:
    """Reads one array after the other.

    Args:
        content: the bytes of the file.
        source: its name, for messages.
    """

    def __init__(self, content: bytes, source: str) -> None:
        self._content = content
        self._source = source
        self._at = 0

    def weights(self, count: int, place: str) -> Tensor:
        """The next ``count`` numbers with the tag that says how they are stored, as float32.

        Args:
            count: how many.
            place: the layer, for messages.

        Raises:
            WeightsError: the file ends before, or they are stored as int8 or by a table.
        """
        tag = int(self._take("<u4", 1, place)[0])
        if tag == _SINGLE:
            return self.floats(count, place)
        if tag != _HALF:
            raise WeightsError(
                f"{self._source}: the weights of {place} have the tag {tag:#010x}; only float32"
                " and float16 are read, not int8 or tables. Is it the .bin of this .param?"
            )
        values = self._take("<f2", count, place)
        self._at += -2 * count % 4  # padded to four bytes
        return torch.from_numpy(values.astype(np.float32))

    def floats(self, count: int, place: str) -> Tensor:
        """The next ``count`` numbers of float32; arguments and errors as :meth:`weights`."""
        return torch.from_numpy(self._take("<f4", count, place).astype(np.float32))

    def check_end(self) -> None:
        """Refuse a file with more than was read.

        Raises:
            WeightsError: bytes are left over.
        """
        left = len(self._content) - self._at
        if left:
            raise WeightsError(
                f"{self._source} has {len(self._content)} bytes, {left} more than the layers need:"
                " it belongs to another .param"
            )

    def _take(self, kind: str, count: int, place: str) -> np.ndarray:
        end = self._at + np.dtype(kind).itemsize * count
        if end > len(self._content):
            raise WeightsError(
                f"{self._source} is truncated: it has {len(self._content)} bytes, but {place}"
                f" needs those up to {end}"
            )
        values = np.frombuffer(self._content, kind, count, self._at)
        self._at = end
        return values
