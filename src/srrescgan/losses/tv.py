"""Total variation loss: L1 distance of the image gradients."""

from torch import Tensor, nn


class TVLoss(nn.Module):
    """Absolute difference between the image gradients (forward differences) of both images.

    ``L_tv`` of SRResCGAN (Umer, Foresti, Micheloni, CVPRW 2020): the sums over the
    horizontal and the vertical gradients, both divided by the number of values in the image. Unlike
    classic total variation it does not smooth: it is zero where the gradients agree.

    Args:
        weight: factor of the loss.
        value_range: factor applied to the images; 255 gives the reference's 8-bit units.

    Shape:
        - sr, hr: ``(B, C, H, W)``, values in [0, 1].
        - Output: scalar.
    """

    def __init__(self, weight: float = 1.0, value_range: float = 1.0) -> None:
        super().__init__()
        self.weight = weight
        self.value_range = value_range

    def forward(self, sr: Tensor, hr: Tensor) -> Tensor:
        """Return the weighted loss."""
        # Differences are linear: the gradients of the error are the errors of the gradients.
        error = sr.float() - hr.float()
        total = error.diff(dim=-1).abs().sum() + error.diff(dim=-2).abs().sum()
        return self.weight * self.value_range * total / error.numel()
