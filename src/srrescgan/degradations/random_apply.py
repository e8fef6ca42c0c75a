"""A step that is applied with a probability."""

from torch import nn

from srrescgan.degradations.random_numbers import RandomNumbers, child_seeds
from srrescgan.degradations.step import Operation, Step, draw


class RandomApply(Step):
    """Apply a step to a share of the samples.

    Args:
        step: the step.
        probability: from 0 to 1.

    Raises:
        ValueError: ``probability`` is out of range.
    """

    def __init__(self, step: nn.Module, probability: float) -> None:
        super().__init__()
        if not 0 <= probability <= 1:
            raise ValueError(f"probability must be from 0 to 1, got {probability}")
        (self.step,) = self.hold({"step": step}).values()
        self.probability = probability

    def draw(self, seed: int) -> list[Operation]:
        """Operations of the step, or none."""
        apply_seed, own = child_seeds(seed, 2)
        applied = RandomNumbers(apply_seed).uniform(0, 1) < self.probability
        return draw(self.step, own) if applied else []
