"""Several steps of a random degradation as one."""

from collections.abc import Mapping

from torch import nn

from srrescgan.degradations.random_numbers import child_seeds
from srrescgan.degradations.step import Operation, Step, draw


class Steps(Step):
    """Steps in order.

    Args:
        steps: by name; ``None`` removes one.
    """

    def __init__(self, steps: Mapping[str, nn.Module | None]) -> None:
        super().__init__()
        self.steps = self.hold(steps)

    def draw(self, seed: int) -> list[Operation]:
        """Operations of all steps."""
        seeds = child_seeds(seed, len(self.steps))
        drawn = zip(self.steps.values(), seeds, strict=True)
        return [operation for step, own in drawn for operation in draw(step, own)]
