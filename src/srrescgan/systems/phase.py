"""One player's move in a game of several networks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

Terms = dict[str, Tensor]
"""Weighted scalar loss terms by name; the player goes down their sum."""


@dataclass(frozen=True)
class Phase:
    """One update of one player: which module moves, and down which loss."""

    name: str
    """Short name of the player, ``g`` or ``d``: its logging prefix and optimiser key."""
    module: nn.Module
    """The network this phase updates. Phases of one system update disjoint networks."""
    loss: Callable[[Any], Terms]
    """Terms from what the system saw this iteration (:meth:`PhasedSystem.look`). Their gradients
    reach the parameters of ``module`` and of no other player."""
    interval: int = 1
    """Move only in every ``interval``-th iteration."""
