"""Learned distance of structure and texture."""

from torch import Tensor

from srrescgan.layers.backbone import STAND_IN, BackboneWeights
from srrescgan.layers.dists_network import dists_network
from srrescgan.metrics.image_metric import ImageMetric
from srrescgan.metrics.protocol import Protocol

_SMALLEST = 16  # pixels a side: one pixel of the last stage


class DISTS(ImageMetric):
    """DISTS (Ding, Ma, Wang, Simoncelli, TPAMI 2022), the network of torchmetrics.

    More lenient than LPIPS with texture that is right but not in place. Computed at full size; the
    authors' script shrinks large pictures to 256 pixels first, which reads otherwise. On RGB,
    whatever the protocol's channel; its border applies, and its rounding unless its
    ``network_input`` is ``float``.

    Args:
        protocol: how images are prepared.
        weights: of VGG16: ``imagenet``, or ``random`` for smoke tests, as :attr:`what` then says.

    Shape:
        - sr, hr: ``(B, 3, H, W)``, RGB in [0, 1], at least 16 pixels a side inside the border.
        - Output: ``(B,)`` float64, one value per image, 0 for identical images.

    Raises:
        BackboneUnavailableError: no ImageNet weights on this machine and no way to get them.
        ConfigError: unknown ``weights``.
        DataError: on call, for images too small and as :meth:`ImageMetric.__call__`.
        WeightsError: a weight file is damaged or belongs to another network.
    """

    higher_is_better = False
    decimals = 4

    def __init__(self, protocol: Protocol, weights: BackboneWeights = "imagenet") -> None:
        super().__init__(protocol.for_networks())
        self.network = dists_network(weights)
        self.what = "DISTS, vgg16, torchmetrics' heads, full size, on RGB" + STAND_IN[weights]

    def score(self, *pictures: Tensor) -> Tensor:
        """Score one image."""
        sr, hr = pictures
        self.protocol.require(sr, _SMALLEST, "DISTS")
        return self.network(sr.float(), hr.float())
