"""Learning-rate schedules: pure functions of the iteration.

A scheduler maps the number of the next iteration, counted from 1, to a factor on the optimizer's
base rate. It has no state: no step can be missed or made twice, a resumed run continues on the same
curve, and a run resumed with another base rate uses that rate.
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
    """Constant base rate, after an optional linear warm-up.

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

    The reference steps its scheduler before the update. Likewise here, update number 5000 is the
    first to use the lower rate of milestone 5000.

    Args:
        milestones: iterations, counted from 1, that are the first at the lower rate.
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
    """Cosine decay from the base rate to ``floor`` times it, with warm restarts.

    SGDR (Loshchilov and Hutter, ICLR 2017, equation 5). The last iteration of a cycle has the
    floor, and the next cycle starts from the base rate again.

    Args:
        iterations: length of the run; later iterations stay at the floor.
        floor: factor reached at the end of each cycle.
        warmup: length of the linear ramp in iterations; 0 for none.
        cycles: number of cycles of equal length; 1: no restart.

    Raises:
        ValueError: ``cycles`` is below 1.

    Example:
        >>> rate = Cosine(iterations=200, cycles=2)
        >>> rate(50), rate(100), rate(150), rate(200)
        (0.5, 0.0, 0.5, 0.0)
    """

    def __init__(
        self, iterations: int, floor: float = 0.0, warmup: int = 0, cycles: int = 1
    ) -> None:
        if cycles < 1:
            raise ValueError(f"cycles must be at least 1, got {cycles}")
        self.iterations = iterations
        self.floor = floor
        self.warmup = warmup
        self.cycles = cycles

    def __call__(self, iteration: int) -> float:
        """Return the factor for ``iteration``, counted from 1."""
        length = self.iterations / self.cycles
        inside = iteration < self.iterations
        progress = min(1.0, ((iteration - 1) % length + 1) / length) if inside else 1.0
        cosine = self.floor + (1 - self.floor) * 0.5 * (1 + math.cos(math.pi * progress))
        return cosine * _warm_up(iteration, self.warmup)


class HoldThenLinear:
    """Constant base rate, then linear decay to zero (DSGAN, CycleGAN).

    Both papers change the rate once per epoch, which is ``every`` iterations long. Of ``n`` epochs,
    counted from 0, the first ``h`` have the factor 1 and epoch ``e`` of the others has
    ``1 - (e - h) / (n - h)``, so that the last one still trains. With ``every=1`` the rate changes
    in every iteration.

    Args:
        hold: iterations at the base rate.
        iterations: length of the run; the factor would be zero in the iteration after it.
        every: iterations between two changes of the rate.

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
