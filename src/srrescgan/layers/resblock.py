"""Residual block that activates before it convolves."""

from torch import Tensor, nn

from srrescgan.layers.weight_norm import WNConv2d


class PreActivationBlock(nn.Module):
    """PReLU, 3×3 convolution, PReLU, 3×3 convolution, plus the input (SRResCGAN, CVPRW 2020).

    Args:
        features: channels of the input and the output.
        skip: add the input. The first block of the released SRResCGAN has no such skip, although
            the figure of the paper draws one.

    Shape:
        - Input and output: ``(B, features, H, W)``.
    """

    def __init__(self, features: int, skip: bool = True) -> None:
        super().__init__()
        self.skip = skip
        # The order of these four is the order of the keys in the released weight files.
        self.conv1 = WNConv2d(features, features, kernel_size=3)
        self.relu1 = nn.PReLU(features, init=0.1)
        self.relu2 = nn.PReLU(features, init=0.1)
        self.conv2 = WNConv2d(features, features, kernel_size=3)

    def forward(self, x: Tensor) -> Tensor:
        """Compute the block."""
        change = self.conv2(self.relu2(self.conv1(self.relu1(x))))
        return x + change if self.skip else change
