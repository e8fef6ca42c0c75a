"""One of several steps."""

from collections.abc import Mapping

from torch import nn

from srrescgan.degradations.random_numbers import RandomNumbers, check_weights, child_seeds
from srrescgan.degradations.step import Operation, Step, draw


class RandomChoice(Step):
    """One of several steps, drawn for each sample.

    Args:
        choices: by name; ``None`` removes one.
        weights: probability of each, or any numbers in the same proportions; a missing one is 0.

    Raises:
        ValueError: a weight has no choice or is negative, or all are 0.
    """

    def __init__(
        self, choices: Mapping[str, nn.Module | None], weights: Mapping[str, float]
    ) -> None:
        super().__init__()
        check_weights("weights", weights, list(choices))
        self.choices = self.hold(choices)
        self.weights = {name: weights[name] for name in self.choices if name in weights}
        check_weights("weights", self.weights, list(choices))

    def draw(self, seed: int) -> list[Operation]:
        """Operations of the choice of this seed."""
        choice_seed, own = child_seeds(seed, 2)
        return draw(self.choices[RandomNumbers(choice_seed).pick(self.weights)], own)
