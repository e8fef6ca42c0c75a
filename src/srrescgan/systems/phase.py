"""Phase: one optimization step of a training iteration."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

Terms = dict[str, Tensor]
"""Weighted scalar loss terms by name; their sum is minimized."""


@dataclass(frozen=True)
class Phase:
    """One optimizer: the networks that it updates, and their loss."""

    name: str
    """``g`` (generator) or ``d`` (discriminator): prefix of the log names, key of the optimizer."""
    modules: tuple[nn.Module, ...]
    """The networks that this phase updates. Phases of one system update disjoint networks."""
    loss: Callable[[Any], Terms]
    """Maps the outputs of :meth:`PhasedSystem.shared_forward` to loss terms. Their gradients reach
    the parameters of ``modules`` and of no other phase."""
    interval: int = 1
    """The phase takes part in every ``interval``-th iteration only."""

    def parameters(self) -> Iterator[nn.Parameter]:
        """Parameters that this phase updates, in a constant order."""
        for module in self.modules:
            yield from module.parameters()
