"""Plain SRResCGAN: the same mathematics, written with PyTorch's own modules only.

The baseline of ``bench.py``. It shares no code with ``srrescgan``, except the frozen VGG that it is
given.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import weight_norm

WHITE = 255.0
# Daubechies-7 high-pass decomposition filter.
_WAVELET = [
    -0.07785205408506236, 0.39653931948230575, -0.7291320908465551, 0.4697822874053586,
    0.14390600392910627, -0.22403618499416572, -0.07130921926705004, 0.0806126091510659,
    0.03802993693503463, -0.01657454163101562, -0.012550998556013784, 0.00042957797300470274,
    0.0018016407039998328, 0.0003537138000010399,
]  # fmt: skip


class PlainBlock(nn.Module):
    def __init__(self, features: int, skip: bool) -> None:
        super().__init__()
        self.skip = skip
        self.conv1 = _reflecting(features, features, 3)
        self.relu1 = nn.PReLU(features)
        self.relu2 = nn.PReLU(features)
        self.conv2 = _reflecting(features, features, 3)

    def forward(self, x: Tensor) -> Tensor:
        change = self.conv2(self.relu2(self.conv1(self.relu1(x))))
        return x + change if self.skip else change


class PlainGenerator(nn.Module):
    def __init__(self, features: int, blocks: int, scale: int = 4) -> None:
        super().__init__()
        self.scale = scale
        self.alpha = nn.Parameter(torch.zeros(1))
        self.body = nn.Sequential(
            _reflecting(3, features, 5),
            *(PlainBlock(features, skip=index > 0) for index in range(blocks)),
            weight_norm(nn.ConvTranspose2d(features, 3, 5, padding=2)),
        )
        wavelet = torch.tensor(_WAVELET, dtype=torch.float64)
        kernel = torch.outer(wavelet, wavelet).float().expand(3, 1, -1, -1).clone()
        self.register_buffer("wavelet", kernel, persistent=False)

    def forward(self, lr: Tensor) -> Tensor:
        x = F.interpolate(WHITE * lr, scale_factor=self.scale, mode="bilinear", align_corners=False)
        residual = self.body(x)
        size = residual[0].numel()
        radius = self.alpha.exp() * WHITE * self.sigma(x) * (size - 1) ** 0.5
        length = residual.square().sum(dim=(1, 2, 3)).sqrt()
        projected = residual * (radius / torch.maximum(length, radius)).view(-1, 1, 1, 1)
        return (x - projected).clamp(0, WHITE) / WHITE

    @torch.no_grad()
    def sigma(self, x: Tensor) -> Tensor:
        padded = F.pad(x / WHITE, (7, 7, 7, 7), mode="reflect")
        coefficients = F.conv2d(padded, self.wavelet, stride=2, groups=3)
        return (coefficients.abs().flatten(2).median(dim=2).values / 0.6745).mean(dim=1)


class PlainDiscriminator(nn.Sequential):
    def __init__(self, patch_size: int, features: int) -> None:
        widths = [features * factor for factor in (1, 2, 4, 8, 8)]
        layers: list[nn.Module] = []
        before = 3
        for index, width in enumerate(widths):
            layers += [nn.Conv2d(before, width, 3, padding=1, bias=index == 0)]
            layers += [] if index == 0 else [nn.BatchNorm2d(width)]
            layers += [nn.LeakyReLU(0.2), nn.Conv2d(width, width, 4, 2, 1, bias=False)]
            layers += [nn.BatchNorm2d(width), nn.LeakyReLU(0.2)]
            before = width
        flat = before * (patch_size // 32) ** 2
        layers += [nn.Flatten(), nn.Linear(flat, 100), nn.LeakyReLU(0.2), nn.Linear(100, 1)]
        super().__init__(*layers)

    def forward(self, image: Tensor) -> Tensor:
        image = WHITE * image
        return super().forward(0.5 + 0.5 * (image - F.avg_pool2d(image, 9, 1, 4)))


class PlainTraining:
    """One training iteration with four discriminator passes, as the reference does it.

    Args:
        generator, discriminator: trained in place.
        vgg: images in [0, 1] -> features, frozen.
        learning_rate: of both Adams.
    """

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        vgg: Callable[[Tensor], Tensor],
        learning_rate: float,
    ) -> None:
        self.generator, self.discriminator, self.vgg = generator, discriminator, vgg
        self.generator_optimizer = torch.optim.Adam(generator.parameters(), learning_rate)
        self.discriminator_optimizer = torch.optim.Adam(discriminator.parameters(), learning_rate)

    def step(self, lr: Tensor, hr: Tensor) -> dict[str, Tensor]:
        """Update both networks; return the terms of both losses."""
        self.discriminator.requires_grad_(False)
        sr = self.generator(lr)
        real, fake = self.discriminator(hr), self.discriminator(sr)
        with torch.no_grad():
            target = self.vgg(hr)
        terms = {
            "g/pixel": 10 * WHITE * F.l1_loss(sr, hr),
            "g/perceptual": F.l1_loss(self.vgg(sr), target),
            "g/tv": WHITE * _tv(sr, hr),
            "g/gan": _relativistic(real, fake, is_real=0.0),
        }
        self.generator_optimizer.zero_grad()
        sum(terms.values()).backward()
        self.generator_optimizer.step()

        self.discriminator.requires_grad_(True)
        real, fake = self.discriminator(hr), self.discriminator(sr.detach())
        terms["d/gan"] = _relativistic(real, fake, is_real=1.0)
        self.discriminator_optimizer.zero_grad()
        terms["d/gan"].backward()
        self.discriminator_optimizer.step()
        return {name: term.detach() for name, term in terms.items()}


def take_weights(plain: nn.Module, theirs: nn.Module) -> nn.Module:
    """Copy weights from a network with the same layers in the same order under other names."""
    state = zip(plain.state_dict(), theirs.state_dict().values(), strict=True)
    plain.load_state_dict(dict(state))
    return plain


def _reflecting(before: int, after: int, size: int) -> nn.Module:
    return weight_norm(
        nn.Conv2d(before, after, size, padding=size // 2, padding_mode="reflect"), dim=0
    )


def _tv(sr: Tensor, hr: Tensor) -> Tensor:
    across = (sr[..., 1:] - sr[..., :-1]) - (hr[..., 1:] - hr[..., :-1])
    down = (sr[..., 1:, :] - sr[..., :-1, :]) - (hr[..., 1:, :] - hr[..., :-1, :])
    return (across.abs().sum() + down.abs().sum()) / sr.numel()


def _relativistic(real: Tensor, fake: Tensor, is_real: float) -> Tensor:
    above, below = real - fake.mean(), fake - real.mean()
    cross_entropy = F.binary_cross_entropy_with_logits
    return (
        cross_entropy(above, torch.full_like(above, is_real))
        + cross_entropy(below, torch.full_like(below, 1 - is_real))
    ) / 2
