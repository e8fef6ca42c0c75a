"""Learned perceptual distance."""

from dataclasses import replace
from typing import Literal

import torch
from torch import Tensor

from srrescgan.errors import DataError
from srrescgan.layers.backbone import BackboneWeights
from srrescgan.layers.lpips_network import lpips_network
from srrescgan.metrics.protocol import Protocol

_SMALLEST = {"alex": 31, "vgg": 16}  # pixels a side: what is left after the last pooling is >= 1


class LPIPS:
    """LPIPS version 0.1 (Zhang et al., CVPR 2018), the network of the ``lpips`` package.

    Always on RGB, whatever the protocol's channel; its rounding and border apply. ``alex`` is what
    super-resolution papers report. The two nets are different metrics.

    Args:
        protocol: how images are prepared.
        net: ``alex`` or ``vgg``.
        weights: ``imagenet``, or ``random`` for smoke tests, which :attr:`name` then says.

    Shape:
        - sr, hr: ``(B, 3, H, W)``, RGB in [0, 1], inside the border at least 31 pixels a side for
          ``alex`` and 16 for ``vgg``.
        - Output: ``(B,)`` float64, one value per image, 0 for identical images.

    Raises:
        BackboneUnavailableError: no ImageNet weights on this machine and no way to get them.
        ConfigError: unknown ``net`` or ``weights``.
        DataError: on call, for images too small and as :meth:`Protocol.prepare_pair`.
        WeightsError: a weight file is damaged or belongs to another network.
    """

    higher_is_better = False

    def __init__(
        self,
        protocol: Protocol,
        net: Literal["alex", "vgg"] = "alex",
        weights: BackboneWeights = "imagenet",
    ) -> None:
        self.name = f"lpips_{net}" if weights == "imagenet" else f"lpips_{net}_{weights}"
        self.protocol = replace(protocol, channel="rgb")
        self.net = net
        self.network = lpips_network(net, weights)

    def __call__(self, sr: Tensor, hr: Tensor) -> Tensor:
        """Score each image."""
        sr, hr = self.protocol.prepare_pair(sr, hr)
        height, width = sr.shape[-2:]
        smallest = _SMALLEST[self.net]
        if min(height, width) < smallest:
            raise DataError(
                f"LPIPS ({self.net}) needs {smallest}x{smallest} pixels inside the border of "
                f"{self.protocol.border}, there are {height}x{width}"
            )
        with torch.no_grad(), torch.autocast(sr.device.type, enabled=False):
            distance = self.network(2 * sr.float() - 1, 2 * hr.float() - 1)
        return distance.flatten().double()
