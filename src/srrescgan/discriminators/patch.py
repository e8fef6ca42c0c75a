"""Patch discriminator of DSGAN: one logit per pixel."""

from torch import Tensor, nn

from srrescgan.layers.normalization import normalization


class PatchDiscriminator(nn.Module):
    """Fully convolutional discriminator: one logit per pixel of the input.

    Three 5×5 convolutions and a 1×1 convolution, all of stride 1, with leaky ReLU between them and
    batch norm after the second and third: the discriminator of DSGAN (Fritsche, Gu, Timofte, ICCVW
    2019, section 3.2; 1,030,273 parameters with 64 features). Its receptive field of 13×13 pixels
    is large enough for noise and compression and too small for content. Any image size.

    Args:
        features: channels of the first layer; the next two have 2 and 4 times as many.
        input_filter: applied to the image first, such as :class:`srrescgan.layers.HighPass`.
        norm: ``batch`` (DSGAN), ``instance`` or ``none``.

    Raises:
        ValueError: ``norm`` is unknown.

    Shape:
        - Input: ``(B, 3, H, W)``, RGB in [0, 1].
        - Output: ``(B, 1, H, W)`` logits, high for real.
    """

    def __init__(
        self, features: int = 64, input_filter: nn.Module | None = None, norm: str = "batch"
    ) -> None:
        super().__init__()
        self.input_filter = input_filter
        self.net = nn.Sequential(
            nn.Conv2d(3, features, 5, padding=2),
            nn.LeakyReLU(0.2),
            nn.Conv2d(features, 2 * features, 5, padding=2),
            normalization(norm, 2 * features),
            nn.LeakyReLU(0.2),
            nn.Conv2d(2 * features, 4 * features, 5, padding=2),
            normalization(norm, 4 * features),
            nn.LeakyReLU(0.2),
            nn.Conv2d(4 * features, 1, 1),
        )

    def forward(self, image: Tensor) -> Tensor:
        """Return the logits."""
        return self.net(image if self.input_filter is None else self.input_filter(image))
