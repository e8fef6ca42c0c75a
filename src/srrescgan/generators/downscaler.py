"""Downscaler: the network of SRResCycGAN that maps hr back to lr."""

from torch import Tensor, nn

from srrescgan.layers.normalization import normalization

_ACTIVATIONS = ("leaky_relu", "relu", "prelu")
_INITIALIZATIONS = ("pytorch", "kaiming")


class Downscaler(nn.Module):
    """Convolutional network that reduces an image and gives it the look of the lr images.

    ``G_LR`` of SRResCycGAN (Umer and Micheloni, "Deep Cyclic Generative Adversarial Residual
    Convolutional Networks for Real Image Super-Resolution", ECCVW 2020): a 7×7 convolution, one 3×3
    convolution of stride 2 per factor of 2, residual blocks of two 3×3 convolutions, two 3×3
    convolutions and a 7×7 convolution to RGB, clipped to the value range. With 64 features, 6
    blocks, scale 4 and batch norm it has 610,819 parameters. It is used in training only.

    The training code was never published. This structure, batch norm and leaky ReLU are as
    remembered from the paper; two independent implementations differ in the normalization. No
    source settles the following, so each is an argument: ``norm``, ``activation``, ``init`` and
    ``output_bias``. Normalization and activation follow every convolution but the last; the second
    convolution of a residual block has no activation. A convolution before a normalization has no
    bias, which the normalization would remove.

    Args:
        scale: integer factor between hr and lr, a power of 2.
        features: channels between the layers.
        blocks: number of residual blocks.
        norm: ``batch``, ``instance`` or ``none``.
        activation: ``leaky_relu`` (slope 0.2), ``relu`` or ``prelu``.
        init: ``pytorch``: its defaults; ``kaiming``: normal weights of variance 2 / fan-in and
            zero biases.
        output_bias: initial bias of the last convolution. At 0, half of the first outputs would be
            below 0: clipped, and without a gradient; 0.5 starts from grey.

    Raises:
        ValueError: an argument is unknown or too small, or the sides of an image are no multiples
            of ``scale``. Padding would shift the sampling grid, so it is left to the caller; the
            output of a super-resolution network of the same scale always fits.

    Shape:
        - hr: ``(B, 3, H, W)``, RGB in [0, 1]; H and W are multiples of ``scale``.
        - Output: ``(B, 3, H / scale, W / scale)``, RGB in [0, 1].
    """

    def __init__(
        self,
        scale: int = 4,
        features: int = 64,
        blocks: int = 6,
        norm: str = "batch",
        activation: str = "leaky_relu",
        init: str = "pytorch",
        output_bias: float = 0.5,
    ) -> None:
        super().__init__()
        if scale < 2 or scale & (scale - 1):
            raise ValueError(f"scale must be a power of 2, at least 2, got {scale}")
        if features < 1 or blocks < 1:
            raise ValueError(f"features and blocks must be 1 or more, got {features} and {blocks}")
        if init not in _INITIALIZATIONS:
            raise ValueError(f"init={init!r} is unknown; choose from {', '.join(_INITIALIZATIONS)}")
        self.scale = scale

        def layer(inputs: int, kernel: int, stride: int = 1) -> nn.Sequential:
            return nn.Sequential(
                nn.Conv2d(inputs, features, kernel, stride, kernel // 2, bias=norm == "none"),
                normalization(norm, features),
                _activation(activation, features),
            )

        halvings = scale.bit_length() - 1
        self.head = layer(3, 7)
        self.down = nn.Sequential(*(layer(features, 3, stride=2) for _ in range(halvings)))
        self.body = nn.Sequential(*(_Block(features, norm, activation) for _ in range(blocks)))
        self.tail = nn.Sequential(
            layer(features, 3), layer(features, 3), nn.Conv2d(features, 3, 7, padding=3)
        )
        if init == "kaiming":
            self.apply(_kaiming)
        output = self.tail[-1]
        assert isinstance(output, nn.Conv2d)
        assert output.bias is not None
        nn.init.constant_(output.bias, output_bias)

    def forward(self, hr: Tensor) -> Tensor:
        """Reduce."""
        height, width = hr.shape[-2:]
        if height % self.scale or width % self.scale:
            raise ValueError(
                f"the sides of an image must be multiples of {self.scale}, got {height} x {width}"
                " pixels; crop the image"
            )
        return self.tail(self.body(self.down(self.head(hr)))).clamp(0, 1)


class _Block(nn.Module):
    """Convolution, activation, convolution, plus the input."""

    def __init__(self, features: int, norm: str, activation: str) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(features, features, 3, padding=1, bias=norm == "none"),
            normalization(norm, features),
            _activation(activation, features),
            nn.Conv2d(features, features, 3, padding=1, bias=norm == "none"),
            normalization(norm, features),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x)


def _activation(name: str, features: int) -> nn.Module:
    if name == "leaky_relu":
        return nn.LeakyReLU(0.2)
    if name == "relu":
        return nn.ReLU()
    if name == "prelu":
        return nn.PReLU(features)
    raise ValueError(f"activation={name!r} is unknown; choose from {', '.join(_ACTIVATIONS)}")


def _kaiming(module: nn.Module) -> None:
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
