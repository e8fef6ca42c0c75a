"""Checks of what networks and losses return."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from srrescgan.errors import ConfigError


def check_size(generator: nn.Module, source: Tensor, output: Tensor, expected: torch.Size) -> None:
    """Make sure that a generator returned images of the promised size.

    Args:
        generator: the network; its class is named in the message.
        source: its input, ``(B, 3, h, w)``.
        output: what it returned.
        expected: shape that the output should have, ``(B, 3, H, W)``.

    Raises:
        ConfigError: the shapes differ.
    """
    if output.shape == expected:
        return
    scale = expected[-1] / source.shape[-1]
    raise ConfigError(
        f"generator {type(generator).__name__} returned {_size(output.shape)} for an input of"
        f" {_size(source.shape)} (channels x height x width), expected {_size(expected)}: scale"
        f" {scale:g}. Correct the network, or choose another with generator="
    )


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
        group = "gan_loss" if name.startswith(("gan", "penalty")) else f"loss.{name}"
        raise ConfigError(
            f"{group}: the term '{name}' is {returned}, expected a scalar tensor (shape ()). Let"
            " the loss return for instance the mean over the batch"
        )


def _size(shape: torch.Size) -> str:
    return " x ".join(str(side) for side in shape[1:])
