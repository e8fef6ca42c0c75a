"""Pre-activation residual block."""

from torch import Tensor, nn

from srrescgan.layers.weight_norm import WNConv2d
from srrescgan.types import WHOLE, Edges


class PreActivationBlock(nn.Module):
    """PReLU, 3×3 convolution, PReLU, 3×3 convolution, plus the input (SRResCGAN, CVPRW 2020).

    Args:
        features: channels of the input and the output.
        skip: add the input. The first block of the released SRResCGAN has no skip connection,
            although the paper's figure shows one.

    Shape:
        - Input and output: ``(B, features, H, W)``; the output is smaller by :attr:`margin` at
          every cut side.
    """

    margin = 2
    """Pixels in every direction that an output pixel depends on."""

    def __init__(self, features: int, skip: bool = True) -> None:
        super().__init__()
        self.skip = skip
        # In the order of the keys in the released weight files.
        self.conv1 = WNConv2d(features, features, kernel_size=3)
        self.relu1 = nn.PReLU(features, init=0.1)
        self.relu2 = nn.PReLU(features, init=0.1)
        self.conv2 = WNConv2d(features, features, kernel_size=3)

    def forward(self, x: Tensor, edges: Edges = WHOLE) -> Tensor:
        """Apply the block to a whole image or to a tile of one."""
        change = self.conv1(self.relu1(x), edges)
        change = self.conv2(self.relu2(change), edges)
        return edges.crop(x, self.margin) + change if self.skip else change
