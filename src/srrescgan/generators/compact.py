"""Compact: convolutions and PReLU at lr size, the small network of the Real-ESRGAN family."""

from collections.abc import Mapping
from math import isqrt
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Compact(nn.Module):
    """3×3 convolutions with PReLU at lr size; pixel shuffle; plus the nearest-neighbor image.

    ``SRVGGNetCompact`` of Real-ESRGAN (github.com/xinntao/Real-ESRGAN, the networks
    realesr-general-x4v3 and realesr-animevideov3), with the same names and order of the
    parameters: 621,424 with 64 features, 16 layers and scale 4. There is no paper.

    Args:
        scale: 1 or more. At 1 the network restores an image and keeps its size.
        features: channels between the layers.
        layers: convolutions between the first and the last one.
        residual_init: factor on the initial weights of the last convolution, whose bias starts at
            0. Below 1 the network starts close to nearest-neighbor upscaling; 1 keeps PyTorch's
            initialization, bias included. A choice of ours: no source says how the released
            networks started.

    Raises:
        ValueError: an argument is out of its range.

    Shape:
        - lr: ``(B, 3, h, w)``, RGB in [0, 1].
        - Output: ``(B, 3, scale * h, scale * w)``, RGB, nominally in [0, 1]: not clipped.
    """

    def __init__(
        self, scale: int = 4, features: int = 64, layers: int = 16, residual_init: float = 0.1
    ) -> None:
        super().__init__()
        if min(scale, features, layers) < 1:
            raise ValueError(
                f"scale, features and layers must be 1 or more, got {scale}, {features} and"
                f" {layers}"
            )
        if not 0 <= residual_init <= 1:
            raise ValueError(f"residual_init must be in [0, 1], got {residual_init}")
        self.scale = scale
        self.halo = layers + 2
        last = nn.Conv2d(features, 3 * scale**2, 3, padding=1)
        if residual_init < 1:
            with torch.no_grad():
                last.weight *= residual_init
                assert last.bias is not None
                last.bias.zero_()
        inner = [3] + layers * [features]
        self.body = nn.Sequential(
            *(
                layer
                for inputs in inner
                for layer in (nn.Conv2d(inputs, features, 3, padding=1), nn.PReLU(features))
            ),
            last,
        )

    def forward(self, lr: Tensor) -> Tensor:
        """Super-resolve."""
        residual = F.pixel_shuffle(self.body(lr), self.scale)
        return residual + F.interpolate(lr, scale_factor=self.scale, mode="nearest")

    @classmethod
    def arguments_from(cls, state: Mapping[str, Tensor]) -> dict[str, Any] | None:
        """Constructor arguments of a state dict with these keys; ``None``: another network."""
        first, slope = state.get("body.0.weight"), state.get("body.1.weight")
        if first is None or slope is None or first.ndim != 4 or slope.ndim != 1:
            return None
        layers = (len(state) - 5) // 3  # each has a weight, a bias and a slope
        last = state.get(f"body.{2 * layers + 2}.weight")
        if layers < 1 or last is None or last.ndim != 4 or first.shape[1] != 3:
            return None
        scale = isqrt(len(last) // 3)
        if scale < 1 or len(last) != 3 * scale**2:
            return None
        return {"scale": scale, "features": len(first), "layers": layers}
