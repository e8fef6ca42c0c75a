"""Steps in random order."""

from collections.abc import Mapping, Sequence

from torch import nn

from srrescgan.degradations.random_numbers import RandomNumbers, child_seeds
from srrescgan.degradations.step import Operation, Step, draw


class RandomOrder(Step):
    """Steps in an order that is drawn for each sample; all orders are equally likely.

    BSRGAN's shuffle (Zhang et al., ICCV 2021, section 3.4) with one constraint: downscaling comes
    before the resize to the lr size.

    Args:
        steps: by name; ``None`` removes one.
        in_order: names of steps that keep this order among themselves.

    Raises:
        ValueError: ``in_order`` names an unknown step.
    """

    def __init__(self, steps: Mapping[str, nn.Module | None], in_order: Sequence[str] = ()) -> None:
        super().__init__()
        self.steps = self.hold(steps)
        unknown = [name for name in in_order if name not in steps]
        if unknown:
            raise ValueError(f"in_order: {unknown[0]!r} is none of {', '.join(steps)}")
        self.in_order = [name for name in in_order if name in self.steps]

    def draw(self, seed: int) -> list[Operation]:
        """Operations of all steps, in the order of this seed."""
        order_seed, *seeds = child_seeds(seed, len(self.steps) + 1)
        names = list(self.steps)
        shuffled = [names[index] for index in RandomNumbers(order_seed).shuffled(len(names))]
        fixed = iter(self.in_order)
        order = [next(fixed) if name in self.in_order else name for name in shuffled]
        drawn = {
            name: draw(step, own)
            for (name, step), own in zip(self.steps.items(), seeds, strict=True)
        }
        return [operation for name in order for operation in drawn[name]]
