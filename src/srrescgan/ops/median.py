"""The exact median of more numbers than fit into memory."""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor

_BITS = 16
_BUCKETS = 1 << _BITS


def streamed_median(chunks: Callable[[], Iterable[Tensor]]) -> Tensor:
    """The lower of the two middle values of each row, whatever the number of columns.

    Floats that are not negative are ordered as their bit patterns are. So the upper half of the
    median's bits is found by counting the upper halves, and the lower half by counting the lower
    ones of the numbers that share it: two passes, two small tables, and no rounding.

    Args:
        chunks: gives the columns, any number at a time; called twice, and has to give the same.
            Float32, at least 0.

    Raises:
        ValueError: there are no columns.

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
        # What does not share the prefix is counted in a bucket of its own, behind the others.
        torch.where(bits >> _BITS == prefix[:, None], bits & (_BUCKETS - 1), _BUCKETS)
        for bits in _bit_patterns(chunks())
    )
    suffix, _ = _find(lower[:, :_BUCKETS], rank)
    return (prefix << _BITS | suffix).to(torch.int32).view(torch.float32)


def _bit_patterns(chunks: Iterable[Tensor]) -> Iterable[Tensor]:
    # -0 and 0 are the same number, and only one of them comes first.
    return ((chunk + 0.0).view(torch.int32) for chunk in chunks)


def _count(chunks: Iterable[Tensor]) -> Tensor:
    """How often each value of 0 to ``_BUCKETS`` occurs in each row."""
    total: Tensor | int = 0
    for chunk in chunks:
        total = total + torch.stack([row.bincount(minlength=_BUCKETS + 1) for row in chunk])
    if isinstance(total, int):
        raise ValueError("the median of no numbers is not defined")
    return total


def _find(counts: Tensor, rank: Tensor) -> tuple[Tensor, Tensor]:
    """The bucket that the number of this rank is in, and its rank within the bucket."""
    below = counts.cumsum(dim=1)
    bucket = (below <= rank[:, None]).sum(dim=1)
    before = (below - counts).gather(1, bucket[:, None])[:, 0]
    return bucket, rank - before
