"""LPIPS loss: learned perceptual distance."""

from typing import Literal

import torch
from torch import Tensor, nn

from srrescgan.layers.backbone import BackboneWeights
from srrescgan.layers.lpips_network import lpips_network


class LPIPSLoss(nn.Module):
    """LPIPS, version 0.1 (Zhang et al., CVPR 2018), averaged over the batch.

    ``L_per`` of DSGAN (Fritsche, Gu, Timofte, ICCVW 2019). Its authors' code uses AlexNet, although
    the papers say VGG. The network is not part of this module's state and computes in float32 even
    in mixed precision.

    Args:
        weight: factor of the loss.
        net: ``alex``, ``vgg`` or ``squeeze``.
        weights: ``imagenet``, or ``random`` for smoke tests.

    Shape:
        - sr, hr: ``(B, 3, H, W)``, RGB in [0, 1], at least 31 pixels per side for ``alex``, 16 for
          ``vgg`` and 17 for ``squeeze``.
        - Output: scalar.

    Raises:
        BackboneUnavailableError: the ImageNet weights are not here and cannot be downloaded.
        ConfigError: ``net`` or ``weights`` is unknown.
        WeightsError: a weight file is damaged or belongs to another network.
    """

    def __init__(
        self,
        weight: float = 0.01,
        net: Literal["alex", "vgg", "squeeze"] = "alex",
        weights: BackboneWeights = "imagenet",
    ) -> None:
        super().__init__()
        self.weight = weight
        self.network = lpips_network(net, weights)

    def forward(self, sr: Tensor, hr: Tensor) -> Tensor:
        """Return the weighted loss; gradients flow to both images."""
        with torch.autocast(sr.device.type, enabled=False):
            return self.weight * self.network(2 * sr.float() - 1, 2 * hr.float() - 1).mean()
