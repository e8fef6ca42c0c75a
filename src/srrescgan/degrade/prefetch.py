"""Prefetching: work is submitted to threads a bounded number of items ahead."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from typing import TypeVar

Item = TypeVar("Item")
Value = TypeVar("Value")


def prefetch(
    pool: Executor, work: Callable[[Item], Value], items: Iterable[Item], depth: int
) -> Iterator[tuple[Item, Future[Value]]]:
    """Yield items in order, each with its future; at most ``depth`` are submitted ahead."""
    submitted: deque[tuple[Item, Future[Value]]] = deque()
    for item in items:
        submitted.append((item, pool.submit(work, item)))
        if len(submitted) > depth:
            yield submitted.popleft()
    while submitted:
        yield submitted.popleft()
