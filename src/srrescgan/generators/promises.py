"""Promises of a generator that others rely on: scale, size of the output, what it is for."""

from typing import Any

import torch
from torch import Tensor, nn

from srrescgan.errors import ConfigError


def check_scale(generator: nn.Module) -> int:
    """Return the ``scale`` of a generator.

    Raises:
        ConfigError: it has none, or it is not a whole number of at least 1.
    """
    scale: Any = getattr(generator, "scale", None)
    if isinstance(scale, int) and not isinstance(scale, bool) and scale >= 1:
        return scale
    said = "has no attribute `scale`" if scale is None else f"has scale {scale!r}"
    raise ConfigError(
        f"generator {type(generator).__name__} {said}: set self.scale to the whole number by which"
        " it enlarges (1: it keeps the size)",
        key="generator",
    )


def is_degradation(generator: nn.Module) -> bool:
    """Whether a generator makes pictures worse: its class says ``is_degradation = True``.

    Scale 1 alone does not tell: a network that restores pictures keeps their size too.
    """
    return bool(getattr(generator, "is_degradation", False))


def check_size(
    generator: nn.Module, source: Tensor, output: Tensor, expected: torch.Size | None = None
) -> None:
    """Make sure that a generator returned images of the promised size.

    Args:
        generator: the network; its class is named in the message.
        source: its input, ``(B, 3, h, w)``.
        output: what it returned.
        expected: shape that the output should have; ``None``: ``scale`` times the input.

    Raises:
        ConfigError: the shapes differ.
    """
    if expected is None:
        scale = check_scale(generator)
        *batch, height, width = source.shape
        expected = torch.Size([*batch, scale * height, scale * width])
    if output.shape == expected:
        return
    factor = expected[-1] / source.shape[-1]
    raise ConfigError(
        f"generator {type(generator).__name__} returned {_size(output.shape)} for an input of"
        f" {_size(source.shape)} (channels x height x width), expected {_size(expected)}: scale"
        f" {factor:g}. Correct the network, or choose another with generator=",
        key="generator",
    )


def _size(shape: torch.Size) -> str:
    return " x ".join(str(side) for side in shape[1:])
