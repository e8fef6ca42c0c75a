"""Weight files compared with what they were written from."""

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from srrescgan.errors import WeightsError


def require_equal(written: Mapping[str, Tensor], state: Mapping[str, Tensor], path: Path) -> None:
    """Make sure that a file holds the same tensors, under the same names.

    Args:
        written: what was read out of the file.
        state: what it should hold.
        path: where the file is going to be.

    Raises:
        WeightsError: it does not.
    """
    if written.keys() != state.keys() or not all(torch.equal(written[k], state[k]) for k in state):
        raise WeightsError(f"{path} was not written: it does not read back as it should")
