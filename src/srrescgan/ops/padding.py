"""Padding by reflection of any width."""

import torch
from torch import Tensor


def reflected(length: int, before: int, after: int) -> Tensor:
    """Positions of an axis with reflected ones at both ends, the edge itself not repeated.

    Unlike the reflection of ``F.pad``, the padding may be longer than the axis.

    Args:
        length: of the axis, at least 1.
        before: positions to add at the start.
        after: positions to add at the end.

    Shape:
        - Output: ``(before + length + after,)`` int64.

    Example:
        >>> reflected(3, 4, 2).tolist()
        [0, 1, 2, 1, 0, 1, 2, 1, 0]
    """
    period = max(1, 2 * length - 2)
    positions = torch.arange(-before, length + after) % period
    return torch.minimum(positions, period - positions)
