"""LPIPS: learned perceptual distance."""

from typing import Literal

from torch import Tensor

from srrescgan.layers.backbone import STAND_IN, BackboneWeights
from srrescgan.layers.lpips_network import LPIPS_BACKBONES, lpips_network
from srrescgan.metrics.image_metric import ImageMetric
from srrescgan.metrics.protocol import Protocol

_NAMES = {"alex": "lpips", "vgg": "lpips_vgg", "squeeze": "lpips_squeeze"}
_SMALLEST = {"alex": 31, "vgg": 16, "squeeze": 17}
"""Minimum side in pixels, so that at least one pixel is left after the last pooling."""


class LPIPS(ImageMetric):
    """LPIPS version 0.1 (Zhang et al., CVPR 2018), with the networks of the ``lpips`` package.

    Always on RGB, whatever the protocol's channel; its border applies, and its rounding unless its
    ``network_input`` is ``float``. Super-resolution papers report ``alex``. The three networks are
    different metrics.

    Args:
        protocol: how images are prepared.
        net: ``alex``, ``vgg`` or ``squeeze``.
        weights: ``imagenet``, or ``random`` for smoke tests, which :attr:`description` says.

    Shape:
        - sr, hr: ``(B, 3, H, W)``, RGB in [0, 1], inside the border at least 31 pixels a side for
          ``alex``, 16 for ``vgg`` and 17 for ``squeeze``.
        - Output: ``(B,)`` float64, one value per image, 0 for identical images.

    Raises:
        BackboneUnavailableError: there are no ImageNet weights on this machine, and they cannot be
            downloaded.
        ConfigError: unknown ``net`` or ``weights``.
        DataError: on call, for images too small, and as in :meth:`ImageMetric.__call__`.
        WeightsError: a weight file is damaged or belongs to another network.
    """

    higher_is_better = False
    decimals = 4
    description = "LPIPS version 0.1"

    def __init__(
        self,
        protocol: Protocol,
        net: Literal["alex", "vgg", "squeeze"] = "alex",
        weights: BackboneWeights = "imagenet",
    ) -> None:
        super().__init__(protocol.for_networks())
        self.reserved_name = _NAMES.get(net)
        self.net = net
        self.weights: BackboneWeights = weights
        self.network = lpips_network(net, weights)
        self.description = f"LPIPS version 0.1, {LPIPS_BACKBONES[net]}, on RGB" + STAND_IN[weights]

    def score(self, *pictures: Tensor) -> Tensor:
        """Score one image."""
        sr, hr = pictures
        self.protocol.require(sr, _SMALLEST[self.net], f"LPIPS ({self.net})")
        return self.network(2 * sr.float() - 1, 2 * hr.float() - 1)
