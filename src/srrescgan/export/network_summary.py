"""Facts about a network for model cards and readme files."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from torch import nn

from srrescgan.eval.cost import count_multiplications
from srrescgan.generators import SRResDNet
from srrescgan.generators.locality import locality_of
from srrescgan.types import SRGenerator

_TAGS = {"features": "nf", "blocks": "nb", "layers": "nc", "growth": "gc"}
"""Shorthand of upscaling catalogs for the arguments that decide about the size of a network."""


@dataclass(frozen=True)
class NetworkSummary:
    """Properties of a network, for texts."""

    architecture: str
    """Name of its class."""
    description: str
    """What it is, in a line: the first one of its module's documentation; may be empty."""
    scale: int
    parameters: int
    multiplications: int
    """Per hr pixel, in convolutions and matrix products."""
    settings: str
    """Its size in words, for instance ``64 features, 5 blocks``; may be empty."""
    tags: tuple[str, ...]
    """Its size in the shorthand of catalogs, for instance ``64nf``; may be empty."""
    halo: int | None
    """Input pixels that an output pixel depends on, in every direction; ``None``: any number."""
    overlap: int | None
    """Input pixels by which tiles have to overlap so that no difference from the whole picture is
    visible; at most the halo, ``None`` without one."""
    sigma_floor: float | None
    """Lower bound of SRResDNet's noise estimate; ``None`` for every other network."""

    @property
    def is_srresdnet(self) -> bool:
        """Whether it is the generator of SRResCGAN."""
        return self.sigma_floor is not None


def summarize(generator: nn.Module, config: Mapping[str, Any]) -> NetworkSummary:
    """Describe a generator.

    Args:
        generator: an :class:`~srrescgan.types.SRGenerator`.
        config: its ``_target_`` and constructor arguments.
    """
    network = cast(SRGenerator, generator)
    words, tags, floor = _settings(config), _size(config), None
    locality = locality_of(generator)
    if isinstance(generator, SRResDNet):
        features, blocks = generator.model.conv1.bias.numel(), len(generator.model.layer1)
        words, tags = f"{features} features, {blocks} blocks", (f"{features}nf", f"{blocks}nb")
        floor = float(generator.sigma_floor)
    return NetworkSummary(
        architecture=type(generator).__name__,
        description=_description(type(generator)),
        scale=int(network.scale),
        parameters=sum(each.numel() for each in generator.parameters()),
        multiplications=round(count_multiplications(generator)),
        settings=words,
        tags=tags,
        halo=locality.halo if locality else None,
        overlap=min(locality.overlap, locality.halo) if locality else None,
        sigma_floor=floor,
    )


def _settings(config: Mapping[str, Any]) -> str:
    """Constructor arguments in words, without those that decide about initial weights only."""
    return ", ".join(
        f"{key} {value}"
        for key, value in config.items()
        if not key.startswith("_") and key != "scale" and not key.endswith("_init")
    )


def _size(config: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(f"{config[key]}{tag}" for key, tag in _TAGS.items() if key in config)


def _description(network: type) -> str:
    module = inspect.getmodule(network)
    text = (inspect.getdoc(module) or "").strip() if module else ""
    return text.splitlines()[0].rstrip(".") if text else ""
