"""Random numbers of one sample, from its seed."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

import torch

Range = Sequence[float]
"""Smallest and largest value, in this order."""

Name = TypeVar("Name", bound=str)


def child_seeds(seed: int, count: int) -> list[int]:
    """Seeds of the parts of something random, so that no part repeats the numbers of another."""
    rng = torch.Generator().manual_seed(seed)
    return torch.randint(2**63 - 1, (count,), generator=rng).tolist()


class RandomNumbers:
    """Random numbers drawn one after the other, on the CPU and therefore equal on every device.

    Args:
        seed: of a generator of its own; the global random state is neither read nor changed.
    """

    def __init__(self, seed: int) -> None:
        self._rng = torch.Generator().manual_seed(seed)

    def uniform(self, low: float, high: float) -> float:
        """A number from ``low`` (included) to ``high``."""
        return low + (high - low) * torch.rand((), generator=self._rng, dtype=torch.float64).item()

    def below(self, limit: int) -> int:
        """An integer from 0 to ``limit - 1``."""
        return int(torch.randint(limit, (), generator=self._rng))

    def pick(self, weights: Mapping[Name, float]) -> Name:
        """One of the names, each with a probability proportional to its weight."""
        target = self.uniform(0, sum(weights.values()))
        likely = [name for name, weight in weights.items() if weight > 0]
        for name in likely:
            target -= weights[name]
            if target < 0:
                return name
        return likely[-1]  # the sum was rounded

    def shuffled(self, count: int) -> list[int]:
        """The integers from 0 to ``count - 1`` in random order."""
        return torch.randperm(count, generator=self._rng).tolist()

    def seed(self) -> int:
        """A seed for a field of noise, whose numbers are independent of the next ones here."""
        return int(torch.randint(2**63 - 1, (), generator=self._rng))


def check_range(name: str, values: Range, low: float, high: float) -> tuple[float, float]:
    """Check a range of a constructor, and return it.

    Raises:
        ValueError: it is not two numbers in order, from ``low`` to ``high``.
    """
    if len(values) != 2 or not low <= values[0] <= values[1] <= high:
        raise ValueError(
            f"{name} is a range [smallest, largest] between {low:g} and {high:g}, got "
            f"{list(values)}"
        )
    return values[0], values[1]


def check_weights(name: str, weights: Mapping[str, float], known: Sequence[str]) -> None:
    """Check the weights of a choice.

    Raises:
        ValueError: an unknown name, a negative weight, or none above 0.
    """
    unknown = sorted(set(weights) - set(known))
    if unknown:
        raise ValueError(f"{name}: {unknown[0]!r} is none of {', '.join(known)}")
    if any(weight < 0 for weight in weights.values()) or not sum(weights.values()) > 0:
        raise ValueError(
            f"{name} are probabilities or other weights from 0, and one above 0, got {weights}"
        )
