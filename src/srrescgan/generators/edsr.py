"""EDSR: residual blocks without batch norm, pixel shuffle."""

import re
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

SCALES = (2, 3, 4)
MEAN = (0.4488, 0.4371, 0.4040)
"""Mean color of DIV2K, RGB in [0, 1], which the network subtracts from its input."""
_LARGE = 256
_BLOCK = re.compile(r"body\.(\d+)\.body\.")


class EDSR(nn.Module):
    """Residual blocks at lr size between two convolutions, then pixel shuffle by 2, 3 or 2 × 2.

    Lim et al., "Enhanced Deep Residual Networks for Single Image Super-Resolution", CVPRW 2017,
    section 3. The baseline (64 features, 16 blocks, ``residual_scale`` 1) has 1,517,595 values at
    scale 4, the large network (256, 32, 0.1) 43,089,947, in both cases with the two mean shifts,
    which are not trained. Names and order of the keys are those of the authors' PyTorch code.
    Inside, values are in [0, 255], as the released weights expect.

    Args:
        scale: 2, 3 or 4.
        features: channels between the layers.
        blocks: number of residual blocks.
        residual_scale: factor on the residual of each block. The paper takes 0.1 for 256 features,
            whose training is not stable otherwise.

    Raises:
        ValueError: an argument is out of its range.

    Shape:
        - lr: ``(B, 3, h, w)``, RGB in [0, 1].
        - Output: ``(B, 3, scale * h, scale * w)``, RGB, nominally in [0, 1]: not clipped.
    """

    def __init__(
        self,
        scale: int = 4,
        features: int = 64,
        blocks: int = 16,
        residual_scale: float = 1.0,
    ) -> None:
        super().__init__()
        if scale not in SCALES:
            raise ValueError(f"scale must be one of {SCALES}, got {scale!r}")
        if features < 1 or blocks < 1:
            raise ValueError(f"features and blocks must be 1 or more, got {features} and {blocks}")
        self.scale = scale
        self._blocks = blocks
        # In the order of the keys in the released files.
        self.sub_mean = _MeanShift(-1)
        self.add_mean = _MeanShift(+1)
        self.head = nn.Sequential(_conv(3, features))
        self.body = nn.Sequential(
            *(_ResidualBlock(features, residual_scale) for _ in range(blocks)),
            _conv(features, features),
        )
        steps = [2, 2] if scale == 4 else [scale]
        self.tail = nn.Sequential(
            nn.Sequential(*(layer for step in steps for layer in _upsampler(features, step))),
            _conv(features, 3),
        )

    @property
    def halo(self) -> int:
        """Input pixels in every direction that an output pixel depends on.

        2 for each block, 1 for the first convolution, 1 for that after the blocks, 2 for the rest.
        """
        return 2 * self._blocks + 4

    def forward(self, lr: Tensor) -> Tensor:
        """Super-resolve."""
        x = self.head(self.sub_mean(255 * lr))
        x = self.tail(x + self.body(x))
        return self.add_mean(x) / 255

    @classmethod
    def arguments_from(cls, state: Mapping[str, Tensor]) -> dict[str, Any] | None:
        """Constructor arguments of a state dict with these keys; ``None``: another network.

        ``residual_scale`` leaves no trace in a file: 0.1 for 256 features or more, otherwise 1, as
        in the released networks.
        """
        head, up = state.get("head.0.weight"), state.get("tail.0.0.weight")
        if head is None or up is None or "sub_mean.weight" not in state:
            return None
        if head.ndim != 4 or up.ndim != 4:
            return None
        features = head.shape[0]
        step = 3 if up.shape[0] == 9 * features else 2
        return {
            "scale": 4 if "tail.0.2.weight" in state else step,
            "features": features,
            "blocks": len({match[1] for match in map(_BLOCK.match, state) if match}),
            "residual_scale": 0.1 if features >= _LARGE else 1.0,
        }


def mean_shifts() -> dict[str, Tensor]:
    """Tensors of the two mean shifts, by key."""
    shifts = {"sub_mean": _MeanShift(-1), "add_mean": _MeanShift(+1)}
    return {f"{n}.{k}": v for n, shift in shifts.items() for k, v in shift.state_dict().items()}


def _conv(inputs: int, outputs: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 3, padding=1)


def _upsampler(features: int, factor: int) -> list[nn.Module]:
    return [_conv(features, factor**2 * features), nn.PixelShuffle(factor)]


class _MeanShift(nn.Module):
    """Adds the mean color times ``sign``: a fixed 1×1 convolution, whose values are in the files.

    Shape:
        - image: ``(B, 3, H, W)``, RGB in [0, 255]; the output as well.
    """

    weight: Tensor
    bias: Tensor

    def __init__(self, sign: int) -> None:
        super().__init__()
        self.register_buffer("weight", torch.eye(3).view(3, 3, 1, 1))
        self.register_buffer("bias", sign * 255 * torch.tensor(MEAN))

    def forward(self, image: Tensor) -> Tensor:
        return nn.functional.conv2d(image, self.weight, self.bias)


class _ResidualBlock(nn.Module):
    """Convolution, ReLU, convolution, times ``residual_scale``, plus the input."""

    def __init__(self, features: int, residual_scale: float) -> None:
        super().__init__()
        self.residual_scale = residual_scale
        self.body = nn.Sequential(_conv(features, features), nn.ReLU(), _conv(features, features))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.residual_scale * self.body(x)
