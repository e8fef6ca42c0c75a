"""DSGANGenerator: moves a clean image into the domain of a camera."""

import re
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

_BLOCK = re.compile(r"res_blocks\.(\d+)\.")


class DSGANGenerator(nn.Module):
    """Residual network that moves a low-resolution image into another domain.

    Fritsche, Gu, Timofte, "Frequency Separation for Real-World Super-Resolution", ICCVW 2019,
    section 3.2. With 64 features and 8 blocks it has 594,380 parameters; names and order of the
    keys are those of the released file. There is no skip connection from input to output, so from
    scratch the network also has to learn the image itself.

    Args:
        features: channels between the layers.
        blocks: number of residual blocks.

    Raises:
        ValueError: an argument is below 1.

    Shape:
        - lr: ``(B, 3, h, w)``, RGB in [0, 1].
        - Output: ``(B, 3, h, w)``, RGB in (0, 1).
    """

    scale = 1
    is_degradation = True

    def __init__(self, features: int = 64, blocks: int = 8) -> None:
        super().__init__()
        if features < 1 or blocks < 1:
            raise ValueError(f"features and blocks must be 1 or more, got {features} and {blocks}")
        self.block_input = nn.Sequential(nn.Conv2d(3, features, 3, padding=1), nn.PReLU())
        self.res_blocks = nn.ModuleList(_Block(features) for _ in range(blocks))
        self.block_output = nn.Conv2d(features, 3, 3, padding=1)

    @property
    def halo(self) -> int:
        """Input pixels in every direction that an output pixel depends on."""
        return 2 + 2 * len(self.res_blocks)

    def forward(self, lr: Tensor) -> Tensor:
        """Change the domain."""
        x = self.block_input(lr)
        for block in self.res_blocks:
            x = block(x)
        return torch.sigmoid(self.block_output(x))

    @classmethod
    def arguments_from(cls, state: Mapping[str, Tensor]) -> dict[str, Any] | None:
        """Constructor arguments of a state dict with these keys; ``None``: another network."""
        first = state.get("block_input.0.weight")
        found = {match[1] for match in map(_BLOCK.match, state) if match}
        if first is None or first.ndim != 4 or not found:
            return None
        return {"features": first.shape[0], "blocks": len(found)}


class _Block(nn.Module):
    """Convolution, PReLU, convolution, plus the input."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(features, features, 3, padding=1)
        self.prelu = nn.PReLU()
        self.conv2 = nn.Conv2d(features, features, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv2(self.prelu(self.conv1(x)))
