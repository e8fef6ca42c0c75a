"""Perceptual loss: L1 distance of VGG features."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from srrescgan.errors import ConfigError
from srrescgan.layers.backbone import (
    BackboneWeights,
    Frozen,
    convolution_indices,
    features,
)


class PerceptualLoss(nn.Module):
    """Mean absolute difference between VGG features before the activation.

    ESRGAN introduced features before the ReLU (Wang et al., ECCVW 2018); it is also ``L_per`` of
    SRResCGAN (Umer, Foresti, Micheloni, CVPRW 2020). The network is not part of this module's state
    and computes in float32 even in mixed precision: features of 0-255 images overflow float16.

    Args:
        weight: factor of the loss.
        backbone: ``vgg19`` or ``vgg16``.
        layer: name of a convolution, ``conv1_1`` to ``conv5_4`` (``conv5_3`` in vgg16).
        weights: ``imagenet``, or ``random`` for smoke tests.
        value_range: factor applied to the [0, 1] images before ImageNet's normalization, which
            expects 1. The reference feeds 0-255: ``255`` reproduces it, with much larger features.

    Shape:
        - sr, hr: ``(B, 3, H, W)``, RGB in [0, 1], at least 16 pixels per side for ``conv5_*``.
        - Output: scalar.

    Raises:
        BackboneUnavailableError: the ImageNet weights are not here and cannot be downloaded.
        ConfigError: ``backbone``, ``layer`` or ``weights`` is unknown.
        WeightsError: a weight file is damaged or belongs to another network.
    """

    def __init__(
        self,
        weight: float = 1.0,
        backbone: str = "vgg19",
        layer: str = "conv5_4",
        weights: BackboneWeights = "imagenet",
        value_range: float = 1.0,
    ) -> None:
        super().__init__()
        if backbone not in ("vgg16", "vgg19"):
            raise ConfigError(f"unknown perceptual backbone {backbone!r}; choose vgg16 or vgg19")
        network = features(backbone, weights)
        indices = convolution_indices(network)
        if layer not in indices:
            raise ConfigError(
                f"{backbone} has no layer {layer!r}; choose from {', '.join(indices)}"
            )
        self.weight = weight
        self.features = Frozen(
            nn.Sequential(_ImageNetNormalize(value_range), network[: indices[layer] + 1])
        )

    def forward(self, sr: Tensor, hr: Tensor) -> Tensor:
        """Return the weighted loss; gradients flow to ``sr`` only."""
        with torch.autocast(sr.device.type, enabled=False):
            with torch.no_grad():
                target = self.features(hr.float())
            return self.weight * F.l1_loss(self.features(sr.float()), target)


class _ImageNetNormalize(nn.Module):
    """Multiply [0, 1] images by ``value_range``, then normalize with ImageNet's mean and std."""

    mean: Tensor
    std: Tensor

    def __init__(self, value_range: float) -> None:
        super().__init__()
        self.value_range = value_range
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1))
        self.register_buffer("std", torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1))

    def forward(self, image: Tensor) -> Tensor:
        return (self.value_range * image - self.mean) / self.std
