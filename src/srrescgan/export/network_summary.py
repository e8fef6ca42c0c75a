"""Facts about a network for model cards and readme files."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from torch import nn

from srrescgan.generators import SRResDNet
from srrescgan.types import LocalGenerator, SRGenerator


@dataclass(frozen=True)
class NetworkSummary:
    """Properties of a network, for texts."""

    architecture: str
    """Name of its class."""
    scale: int
    parameters: int
    settings: str
    """Its size in words, for instance ``64 features, 5 blocks``; may be empty."""
    tags: tuple[str, ...]
    """Its size in the shorthand of upscaling catalogs, for instance ``64nf``; may be empty."""
    halo: int | None
    """Input pixels that an output pixel depends on, in every direction; ``None``: any number."""
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
    architecture = type(generator).__name__
    scale = int(cast(SRGenerator, generator).scale)
    parameters = sum(each.numel() for each in generator.parameters())
    if isinstance(generator, SRResDNet):
        features, blocks = generator.model.conv1.bias.numel(), len(generator.model.layer1)
        words, tags = f"{features} features, {blocks} blocks", (f"{features}nf", f"{blocks}nb")
        floor = float(generator.sigma_floor)
        return NetworkSummary(architecture, scale, parameters, words, tags, None, floor)
    words = ", ".join(
        f"{key} {value}"
        for key, value in config.items()
        if not key.startswith("_") and key != "scale"
    )
    halo = int(generator.halo) if isinstance(generator, LocalGenerator) else None
    return NetworkSummary(architecture, scale, parameters, words, (), halo, None)
