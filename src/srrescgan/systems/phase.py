"""One player's move in a game of several networks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

Terms = dict[str, Tensor]
"""Weighted scalar loss terms by name; the player goes down their sum."""


@dataclass(frozen=True)
class Phase:
    """One update of one player: which networks move, and down which loss."""

    name: str
    """Short name of the player, ``g`` or ``d``: its logging prefix and optimiser key."""
    modules: tuple[nn.Module, ...]
    """The networks this phase updates. Phases of one system update disjoint networks."""
    loss: Callable[[Any], Terms]
    """Terms from what the system saw this iteration (:meth:`PhasedSystem.look`). Their gradients
    reach the parameters of ``modules`` and of no other player."""
    interval: int = 1
    """Move only in every ``interval``-th iteration."""

    def parameters(self) -> Iterator[nn.Parameter]:
        """Parameters that this phase updates, in a constant order."""
        for module in self.modules:
            yield from module.parameters()
