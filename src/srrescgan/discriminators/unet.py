"""U-Net discriminator of Real-ESRGAN: one logit per pixel, with spectral normalization."""

import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import spectral_norm

_LEAST = 8
_SLOPE = 0.2


class UNetDiscriminator(nn.Module):
    """U-Net with spectral normalization: one logit per pixel, of details and of larger structures.

    Three 4×4 convolutions halve the image, three 3×3 convolutions follow bilinear upsampling and
    add the layer of the same size (Wang et al., "Real-ESRGAN", ICCVW 2021, section 3.4; Schönfeld,
    Schiele, Khoreva, CVPR 2020). 4,376,897 parameters with 64 features. All convolutions but the
    first and the last are divided by their largest singular value (Miyato et al., ICLR 2018), which
    one step of power iteration estimates at every forward pass in training; the keys
    (``weight_orig``, ``weight_u``, ``weight_v``) are those of
    :func:`torch.nn.utils.spectral_norm` and of the released files. The estimate follows the number
    of forward passes, so a batch in several micro-batches differs slightly from one in a piece.

    The released code takes multiples of 8 only. Here a layer is upsampled to the size of the one it
    is added to, which is the same for multiples of 8; that is a choice of ours.

    Args:
        features: channels of the first layer; the next have 2, 4 and 8 times as many.
        input_filter: applied to the image first, such as :class:`srrescgan.layers.HighPass`.

    Raises:
        ValueError: ``features`` is below 1, or a side of an image below 8 pixels.

    Shape:
        - Input: ``(B, 3, H, W)``, RGB in [0, 1].
        - Output: ``(B, 1, H, W)`` logits, high for real.
    """

    def __init__(self, features: int = 64, input_filter: nn.Module | None = None) -> None:
        super().__init__()
        if features < 1:
            raise ValueError(f"features must be 1 or more, got {features}")
        self.input_filter = input_filter
        self.conv0 = nn.Conv2d(3, features, 3, padding=1)
        self.conv1 = _halving(features, 2 * features)
        self.conv2 = _halving(2 * features, 4 * features)
        self.conv3 = _halving(4 * features, 8 * features)
        self.conv4 = _keeping(8 * features, 4 * features)
        self.conv5 = _keeping(4 * features, 2 * features)
        self.conv6 = _keeping(2 * features, features)
        self.conv7 = _keeping(features, features)
        self.conv8 = _keeping(features, features)
        self.conv9 = nn.Conv2d(features, 1, 3, padding=1)

    def forward(self, image: Tensor) -> Tensor:
        """Return the logits."""
        height, width = image.shape[-2:]
        if min(height, width) < _LEAST:
            raise ValueError(
                f"the U-Net discriminator needs images of at least {_LEAST} x {_LEAST} pixels, got"
                f" {height} x {width}"
            )
        x0 = _leaky(self.conv0(image if self.input_filter is None else self.input_filter(image)))
        x1 = _leaky(self.conv1(x0))
        x2 = _leaky(self.conv2(x1))
        x = _leaky(self.conv3(x2))
        for conv, skip in ((self.conv4, x2), (self.conv5, x1), (self.conv6, x0)):
            x = F.interpolate(x, size=skip.shape[-2:], mode="bilinear", align_corners=False)
            x = _leaky(conv(x)) + skip
        x = _leaky(self.conv7(x))
        return self.conv9(_leaky(self.conv8(x)))


def _leaky(x: Tensor) -> Tensor:
    return F.leaky_relu(x, _SLOPE)


def _halving(inputs: int, outputs: int) -> nn.Module:
    return spectral_norm(nn.Conv2d(inputs, outputs, 4, stride=2, padding=1, bias=False))


def _keeping(inputs: int, outputs: int) -> nn.Module:
    return spectral_norm(nn.Conv2d(inputs, outputs, 3, padding=1, bias=False))
