"""Check of what losses return."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from srrescgan.errors import ConfigError


def check_scalars(terms: Mapping[str, Any]) -> None:
    """Make sure that every loss term is a scalar tensor.

    Args:
        terms: by the key of the loss in ``loss=`` (``gan`` and ``penalty``: of ``gan_loss=``).

    Raises:
        ConfigError: naming the first term that is not.
    """
    for name, term in terms.items():
        if isinstance(term, Tensor) and term.ndim == 0:
            continue
        is_tensor = isinstance(term, Tensor)
        returned = f"a tensor of shape {tuple(term.shape)}" if is_tensor else type(term).__name__
        key = "gan_loss" if name.startswith(("gan", "penalty")) else f"loss.{name}"
        raise ConfigError(
            f"{key}: the term '{name}' is {returned}, expected a scalar tensor (shape ()). Let the"
            " loss return for instance the mean over the batch",
            key=key,
        )
