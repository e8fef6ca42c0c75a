"""Weight-normalized convolutions (Salimans, Kingma, NIPS 2016).

The parameters are ``bias``, ``weight_g`` (length of each slice) and ``weight_v`` (direction), in
this order, as in the released SRResCGAN weights. ``torch.nn.utils.parametrizations.weight_norm``
would read those files but write other names; plain modules read and write them directly.
"""

import copy
import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from srrescgan.types import WHOLE, Edges


class _WeightNorm(nn.Module):
    """Bias, length and direction of a weight, with PyTorch's default initialization.

    The initial length is the norm of the direction, so the initial weight is that of a plain layer.
    """

    def __init__(self, weight_shape: tuple[int, int, int, int], bias_size: int) -> None:
        super().__init__()
        direction = torch.empty(weight_shape)
        nn.init.kaiming_uniform_(direction, a=math.sqrt(5))
        bound = 1 / math.sqrt(math.prod(weight_shape[1:]))
        self.bias = nn.Parameter(torch.empty(bias_size).uniform_(-bound, bound))
        self.weight_g = nn.Parameter(_slice_norm(direction))
        self.weight_v = nn.Parameter(direction)

    @property
    def weight(self) -> Tensor:
        """The plain weight ``g v / |v|``."""
        return self.weight_v * (self.weight_g / _slice_norm(self.weight_v))

    def fold(self) -> nn.Module:
        """Return the same layer with a plain weight; its parameters are copies."""
        raise NotImplementedError

    def _copy_into(self, plain: nn.Conv2d | nn.ConvTranspose2d) -> nn.Module:
        plain = plain.to(self.bias.device, self.bias.dtype)
        plain.load_state_dict({"weight": self.weight.detach(), "bias": self.bias.detach()})
        return plain.train(self.training)


class WNConv2d(_WeightNorm):
    """Weight-normalized convolution that keeps the size, with reflection padding.

    One length per output channel.

    Args:
        in_channels: channels of the input.
        out_channels: channels of the output.
        kernel_size: side of the kernel, odd.

    Shape:
        - Input: ``(B, in_channels, H, W)``, H and W greater than ``kernel_size // 2``.
        - Output: ``(B, out_channels, H, W)``; smaller by ``margin`` at every cut side.
    """

    def __init__(self, in_channels: int, out_channels: int, kernel_size: int) -> None:
        super().__init__((out_channels, in_channels, kernel_size, kernel_size), out_channels)
        self.margin = kernel_size // 2

    def forward(self, x: Tensor, edges: Edges = WHOLE) -> Tensor:
        """Convolve a whole image or a tile of one."""
        return _reflected(x, self.weight, self.bias, self.margin, edges)

    def fold(self) -> nn.Module:
        """Return the same layer as a plain convolution."""
        out_channels, in_channels, size, _ = self.weight_v.shape
        return self._copy_into(_Conv2d(in_channels, out_channels, size, padding=self.margin))


class WNConvTranspose2d(_WeightNorm):
    """Weight-normalized transposed convolution of stride 1 that keeps the size.

    One length per *input* channel. Zeros are assumed beyond the border.

    Args:
        in_channels: channels of the input.
        out_channels: channels of the output.
        kernel_size: side of the kernel, odd.

    Shape:
        - Input: ``(B, in_channels, H, W)``.
        - Output: ``(B, out_channels, H, W)``; smaller by ``margin`` at every cut side.
    """

    def __init__(self, in_channels: int, out_channels: int, kernel_size: int) -> None:
        super().__init__((in_channels, out_channels, kernel_size, kernel_size), out_channels)
        self.margin = kernel_size // 2

    def forward(self, x: Tensor, edges: Edges = WHOLE) -> Tensor:
        """Convolve a whole image or a tile of one."""
        return _transposed(x, self.weight, self.bias, self.margin, edges)

    def fold(self) -> nn.Module:
        """Return the same layer as a plain transposed convolution."""
        in_channels, out_channels, size, _ = self.weight_v.shape
        return self._copy_into(
            _ConvTranspose2d(in_channels, out_channels, size, padding=self.margin)
        )


class _Conv2d(nn.Conv2d):
    """:class:`WNConv2d`, folded."""

    def forward(self, x: Tensor, edges: Edges = WHOLE) -> Tensor:
        return _reflected(x, self.weight, self.bias, self.kernel_size[0] // 2, edges)


class _ConvTranspose2d(nn.ConvTranspose2d):
    """:class:`WNConvTranspose2d`, folded."""

    # torch's signature has an output size, which a stride of 1 does not need.
    def forward(self, x: Tensor, edges: Edges = WHOLE) -> Tensor:  # type: ignore[override]
        return _transposed(x, self.weight, self.bias, self.kernel_size[0] // 2, edges)


def _reflected(x: Tensor, weight: Tensor, bias: Tensor | None, margin: int, edges: Edges) -> Tensor:
    if any(edges):  # otherwise `pad` would copy without need
        x = F.pad(x, edges.margins(margin), mode="reflect")
    return F.conv2d(x, weight, bias)


def _transposed(
    x: Tensor, weight: Tensor, bias: Tensor | None, margin: int, edges: Edges
) -> Tensor:
    return edges.crop(F.conv_transpose2d(x, weight, bias, padding=margin), margin)


def fold_weight_norm(model: nn.Module) -> nn.Module:
    """Copy a model with every weight-normalized layer replaced by a plain one.

    For inference and export: the outputs are the same, the parameter names differ.
    """
    folded = copy.deepcopy(model)
    for name, module in list(folded.named_modules()):
        if isinstance(module, _WeightNorm):
            folded.set_submodule(name, module.fold())
    return folded


def _slice_norm(weight: Tensor) -> Tensor:
    return torch.linalg.vector_norm(weight, dim=(1, 2, 3), keepdim=True)
