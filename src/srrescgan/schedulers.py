"""Learning rates as pure functions of the iteration.

A scheduler maps the number of the coming iteration, counted from 1, to a factor on the optimiser's
base rate. It holds no state: nothing can be stepped twice or not at all, a resumed run continues on
the same curve, and a run resumed with another base rate really uses it.
"""

import math
from collections.abc import Sequence
from typing import Protocol


class Scheduler(Protocol):
    """Learning-rate factor of an iteration."""

    def __call__(self, iteration: int) -> float:
        """Return the factor (>= 0) for ``iteration``, counted from 1."""
        ...


def _warm_up(iteration: int, warmup: int) -> float:
    """Linear ramp: 1/warmup at iteration 1, 1 from iteration ``warmup`` on."""
    return min(1.0, iteration / warmup) if warmup else 1.0


class Constant:
    """The base rate throughout, after an optional linear warm-up.

    Args:
        warmup: length of the linear ramp in iterations; 0 for none.
    """

    def __init__(self, warmup: int = 0) -> None:
        self.warmup = warmup

    def __call__(self, iteration: int) -> float:
        """Return the factor for ``iteration``, counted from 1."""
        return _warm_up(iteration, self.warmup)


class MultiStep:
    """Multiply the rate by ``gamma`` at each milestone.

    The reference steps its scheduler before the update, so the update *numbered* 5000 is the first
    to use the lower rate. That is what a milestone means here.

    Args:
        milestones: iterations, counted from 1, whose update is the first at the lower rate.
        gamma: factor applied at each milestone.
        warmup: length of the linear ramp in iterations; 0 for none.

    Example:
        >>> halve = MultiStep([5000, 10000], gamma=0.5)
        >>> halve(4999), halve(5000), halve(10000)
        (1.0, 0.5, 0.25)
    """

    def __init__(self, milestones: Sequence[int], gamma: float = 0.5, warmup: int = 0) -> None:
        self.milestones = sorted(milestones)
        self.gamma = gamma
        self.warmup = warmup

    def __call__(self, iteration: int) -> float:
        """Return the factor for ``iteration``, counted from 1."""
        passed = sum(milestone <= iteration for milestone in self.milestones)
        return self.gamma**passed * _warm_up(iteration, self.warmup)


class Cosine:
    """Half a cosine from the base rate down to ``floor`` of it (Loshchilov & Hutter 2017, eq. 5).

    Args:
        iterations: length of the run; later iterations stay at the floor.
        floor: factor reached at the last iteration.
        warmup: length of the linear ramp in iterations; 0 for none.
    """

    def __init__(self, iterations: int, floor: float = 0.0, warmup: int = 0) -> None:
        self.iterations = iterations
        self.floor = floor
        self.warmup = warmup

    def __call__(self, iteration: int) -> float:
        """Return the factor for ``iteration``, counted from 1."""
        progress = min(1.0, iteration / self.iterations)
        cosine = self.floor + (1 - self.floor) * 0.5 * (1 + math.cos(math.pi * progress))
        return cosine * _warm_up(iteration, self.warmup)


class HoldThenLinear:
    """The base rate for a while, then in a straight line to zero (DSGAN, CycleGAN).

    Both papers change the rate once per epoch: with ``every`` iterations in an epoch, epoch e of
    ``n``, counted from 0, has factor ``1 - (e - h) / (n - h)`` from epoch ``h`` on, so that the
    last one still moves. ``every=1`` is the same line in steps of one iteration.

    Args:
        hold: iterations at the base rate.
        iterations: length of the run; the rate would reach zero in the one after it.
        every: iterations between two changes.

    Raises:
        ValueError: ``hold`` is not below ``iterations``, or ``every`` is below 1.

    Example:
        >>> rate = HoldThenLinear(hold=150, iterations=300)
        >>> rate(151), rate(226), round(150 * rate(300), 9), rate(301)
        (1.0, 0.5, 1.0, 0.0)
    """

    def __init__(self, hold: int, iterations: int, every: int = 1) -> None:
        if not 0 <= hold < iterations or every < 1:
            raise ValueError(
                f"expected 0 <= hold < iterations and every >= 1, got hold {hold}, iterations"
                f" {iterations} and every {every}"
            )
        self.hold = hold
        self.iterations = iterations
        self.every = every

    def __call__(self, iteration: int) -> float:
        """Return the factor for ``iteration``, counted from 1."""
        done = (iteration - 1) // self.every * self.every
        beyond = max(0, done - self.hold) / (self.iterations - self.hold)
        return max(0.0, 1.0 - beyond)
