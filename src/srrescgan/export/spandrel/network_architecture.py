"""Spandrel architecture of any network but SRResDNet. Exported with that network as one file.

Imports spandrel.
"""

import json
from collections.abc import Mapping
from typing import Any

import torch
from spandrel import (
    MAIN_REGISTRY,
    Architecture,
    ArchSupport,
    ImageModelDescriptor,
    ModelTiling,
    StateDict,
)
from spandrel.util import KeyCondition
from torch import Tensor, nn

from srrescgan.ops.tile import in_tiles

_SETTINGS = "settings."
_TILE = 256  # lr pixels


def register(network: type[nn.Module]) -> None:
    """Register a class of networks with spandrel in this process. Calling it again is harmless.

    It is detected before spandrel's own architectures, some of which recognize any sequence of
    convolutions named ``body`` as theirs.
    """
    others = tuple(support.architecture.id for support in MAIN_REGISTRY)
    support = ArchSupport.from_architecture(NetworkArchitecture(network), before=others)
    MAIN_REGISTRY.add(support, ignore_duplicates=True)


def settings(network: type[nn.Module], arguments: Mapping[str, Any]) -> dict[str, Tensor]:
    """Tensor with the constructor arguments, as JSON. Spandrel passes on tensors only."""
    text = json.dumps(dict(arguments)).encode()
    return {f"{_SETTINGS}{network.__name__}": torch.tensor(list(text), dtype=torch.uint8)}


class NetworkArchitecture(Architecture[nn.Module]):
    """Builds a network from the constructor arguments in its file; see :func:`settings`.

    A network with a ``halo`` is computed in tiles, and its tiling is reported as *internal*. For
    other networks tiling is reported as *discouraged*: it may change the result.

    Args:
        network: class of the networks.
    """

    def __init__(self, network: type[nn.Module]) -> None:
        self.network = network
        self.key = f"{_SETTINGS}{network.__name__}"
        name = network.__name__
        super().__init__(id=f"srrescgan-{name}", name=name, detect=KeyCondition.has_all(self.key))

    def load(self, state_dict: StateDict) -> ImageModelDescriptor[nn.Module]:
        """Build the network and describe it to spandrel."""
        weights = {key: value for key, value in state_dict.items() if key != self.key}
        network = self.network(**json.loads(bytes(state_dict[self.key].tolist())))
        return ImageModelDescriptor(
            network,
            weights,
            architecture=self,
            purpose="SR",
            tags=[],
            supports_half=False,  # not tested in half precision
            supports_bfloat16=False,
            scale=int(network.scale),  # type: ignore[arg-type]
            input_channels=3,
            output_channels=3,
            tiling=ModelTiling.INTERNAL if hasattr(network, "halo") else ModelTiling.DISCOURAGED,
            call_fn=_upscale_any,
        )


def _upscale_any(network: nn.Module, lr: Tensor) -> Tensor:
    if not hasattr(network, "halo"):
        return network(lr)
    halo, scale, grid = (int(getattr(network, name, 1)) for name in ("halo", "scale", "grid"))
    return in_tiles(network, lr, _TILE, halo, scale, grid)
