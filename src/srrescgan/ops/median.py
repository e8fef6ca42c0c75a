"""Exact median of data that does not fit into memory."""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor

_BITS = 16
_BUCKETS = 1 << _BITS


def streamed_median(chunks: Callable[[], Iterable[Tensor]]) -> Tensor:
    """Exact median of each row: the lower of the two middle values if there are two.

    Non-negative floats have the same order as their bit patterns. So a histogram of the upper
    halves of the bits gives the upper half of the median, and a histogram of the lower halves of
    the numbers that share this prefix gives the lower half: two passes, two small tables, no
    rounding.

    Args:
        chunks: returns the columns, any number at a time; called twice, with equal results.
            Float32, at least 0.

    Raises:
        ValueError: there are no columns at all.

    Shape:
        - chunks: ``(N, n)`` each, the same N.
        - Output: ``(N,)``, float32.

    Example:
        >>> numbers = torch.tensor([[5.0, 1.0, 4.0, 0.5]])
        >>> streamed_median(lambda: numbers.split(3, dim=1))
        tensor([1.])
    """
    upper = _count(bits >> _BITS for bits in _bit_patterns(chunks()))
    rank = (upper[0].sum() - 1) // 2
    prefix, rank = _find(upper, rank.expand(len(upper)))
    lower = _count(
        # Numbers with another prefix are counted in an extra bucket, after the others.
        torch.where(bits >> _BITS == prefix[:, None], bits & (_BUCKETS - 1), _BUCKETS)
        for bits in _bit_patterns(chunks())
    )
    suffix, _ = _find(lower[:, :_BUCKETS], rank)
    return (prefix << _BITS | suffix).to(torch.int32).view(torch.float32)


def _bit_patterns(chunks: Iterable[Tensor]) -> Iterable[Tensor]:
    # Adding 0 turns -0, whose bit pattern is negative, into 0.
    return ((chunk + 0.0).view(torch.int32) for chunk in chunks)


def _count(chunks: Iterable[Tensor]) -> Tensor:
    """Histogram of each row, over the values 0 to ``_BUCKETS``."""
    total: Tensor | int = 0
    for chunk in chunks:
        total = total + torch.stack([row.bincount(minlength=_BUCKETS + 1) for row in chunk])
    if isinstance(total, int):
        raise ValueError("the median needs at least one column")
    return total


def _find(counts: Tensor, rank: Tensor) -> tuple[Tensor, Tensor]:
    """The bucket that contains the number of this rank, and its rank within the bucket."""
    below = counts.cumsum(dim=1)
    bucket = (below <= rank[:, None]).sum(dim=1)
    before = (below - counts).gather(1, bucket[:, None])[:, 0]
    return bucket, rank - before
