"""Which results no other result beats."""

from collections.abc import Sequence


def dominates(ours: Sequence[float], theirs: Sequence[float]) -> bool:
    """Whether ours is nowhere worse and somewhere better; smaller is better.

    Example:
        >>> dominates((1, 2), (1, 3)), dominates((1, 2), (1, 2)), dominates((0, 3), (1, 2))
        (True, False, False)
    """
    pairs = list(zip(ours, theirs, strict=True))
    return all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)


def front(points: Sequence[Sequence[float]]) -> list[bool]:
    """For each point whether no other dominates it: the Pareto front; smaller is better.

    Of one number per point it is the smallest, all of them if several are equal.

    Example:
        >>> front([(0, 3), (1, 2), (2, 2), (3, 0)])
        [True, True, False, True]
    """
    return [not any(dominates(other, point) for other in points) for point in points]
