"""L1 pixel loss."""

from torch import Tensor, nn
from torch.nn import functional as F


class PixelLoss(nn.Module):
    """Mean absolute difference between the super-resolved and the true image.

    ``L_1`` of SRResCGAN (Umer, Foresti, Micheloni, CVPRW 2020), where its weight is 10.

    Args:
        weight: factor of the loss.
        value_range: factor applied to the images; 255 gives the reference's 8-bit units.

    Shape:
        - sr, hr: ``(B, C, H, W)``, values in [0, 1].
        - Output: scalar.

    Example:
        >>> import torch
        >>> PixelLoss(weight=2.0)(torch.zeros(1, 3, 4, 4), torch.ones(1, 3, 4, 4))
        tensor(2.)
    """

    def __init__(self, weight: float = 10.0, value_range: float = 1.0) -> None:
        super().__init__()
        self.weight = weight
        self.value_range = value_range

    def forward(self, sr: Tensor, hr: Tensor) -> Tensor:
        """Return the weighted loss."""
        return self.weight * self.value_range * F.l1_loss(sr.float(), hr.float())
