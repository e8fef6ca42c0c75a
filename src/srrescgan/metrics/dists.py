"""DISTS: learned distance of structure and texture."""

from torch import Tensor

from srrescgan.layers.backbone import STAND_IN, BackboneWeights
from srrescgan.layers.dists_network import dists_network
from srrescgan.metrics.image_metric import ImageMetric
from srrescgan.metrics.protocol import Protocol

_SMALLEST = 16  # pixels a side: one pixel of the last stage


class DISTS(ImageMetric):
    """DISTS (Ding, Ma, Wang, Simoncelli, TPAMI 2022), with the network of torchmetrics.

    More tolerant than LPIPS of correct texture at the wrong place. Computed at full size; the
    authors' script downscales large images to 256 pixels first, which gives other values. Always on
    RGB, whatever the protocol's channel; its border applies, and its rounding unless its
    ``network_input`` is ``float``.

    Args:
        protocol: how images are prepared.
        weights: of VGG16: ``imagenet``, or ``random`` for smoke tests, which the description says.

    Shape:
        - sr, hr: ``(B, 3, H, W)``, RGB in [0, 1], at least 16 pixels a side inside the border.
        - Output: ``(B,)`` float64, one value per image, 0 for identical images.

    Raises:
        BackboneUnavailableError: there are no ImageNet weights on this machine, and they cannot be
            downloaded.
        ConfigError: unknown ``weights``.
        DataError: on call, for images too small, and as in :meth:`ImageMetric.__call__`.
        WeightsError: a weight file is damaged or belongs to another network.
    """

    higher_is_better = False
    decimals = 4
    description = "DISTS, vgg16, torchmetrics' heads, full size, on RGB"

    def __init__(self, protocol: Protocol, weights: BackboneWeights = "imagenet") -> None:
        super().__init__(protocol.for_networks())
        self.network = dists_network(weights)
        self.description += STAND_IN[weights]

    def score(self, *pictures: Tensor) -> Tensor:
        """Score one image."""
        sr, hr = pictures
        self.protocol.require(sr, _SMALLEST, "DISTS")
        return self.network(sr.float(), hr.float())
