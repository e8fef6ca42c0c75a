"""Step: a part of a random degradation, and the operations that it draws."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, cast

from torch import Tensor, nn

from srrescgan.types import Degradation

Size = tuple[int, int]
"""Height and width."""


class Operation(Protocol):
    """What is done to one image, with all its random numbers drawn. ``str()`` says it briefly."""

    def __call__(self, image: Tensor, lr_size: Size) -> Tensor:
        """Map ``(1, 3, h, w)`` to another size or the same; float32.

        Args:
            image: nominally in [0, 1]; filters overshoot.
            lr_size: size of the lr image that all operations together make.
        """
        ...


class Step(nn.Module, ABC):
    """A part of :class:`srrescgan.degradations.RandomDegradation`: draws operations from a seed.

    All parameters are drawn before an image is touched, so that they can be inspected without one,
    and depend on the seed only.
    """

    @abstractmethod
    def draw(self, seed: int) -> list[Operation]:
        """Operations for the sample of this seed, in order; none if it is not changed."""

    def hold(self, steps: Mapping[str, nn.Module | None]) -> dict[str, nn.Module]:
        """Check and register the steps that this one consists of.

        Returns:
            Those that are not ``None``, in the same order.

        Raises:
            ValueError: one is neither a step nor a degradation.
        """
        present = {name: step for name, step in steps.items() if step is not None}
        for name, step in present.items():
            if not isinstance(step, nn.Module) or not isinstance(step, Step | Degradation):
                raise ValueError(
                    f"{name}: {type(step).__name__} is no step of a random degradation: expected "
                    f"a class of srrescgan.degradations"
                )
        # Not by name: a ModuleDict refuses names such as "half" and "type".
        self.parts = nn.ModuleList(present.values())
        return present


@dataclass(frozen=True)
class Apply:
    """Operation of a degradation that is not random, or draws its own numbers."""

    degradation: nn.Module
    seed: int

    def __call__(self, image: Tensor, lr_size: Size) -> Tensor:
        """Apply the degradation."""
        return cast(Degradation, self.degradation)(image.clamp(0, 1), [self.seed])

    def __str__(self) -> str:
        return type(self.degradation).__name__


def draw(step: nn.Module, seed: int) -> list[Operation]:
    """Operations of a step, or of a plain degradation such as ``Bicubic`` or ``NoiseInjection``."""
    return step.draw(seed) if isinstance(step, Step) else [Apply(step, seed)]
