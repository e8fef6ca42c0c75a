"""Noise injection: noise of real photographs is added to clean ones."""

import hashlib
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn

from srrescgan.degradations.noise_patches import NoisePatches
from srrescgan.degradations.random_numbers import RandomNumbers


class NoiseInjection(nn.Module):
    """Add noise patches of real photographs, without their mean.

    RealSR (Ji et al., CVPRW 2020, equation 7): a random crop of a random patch is added to the
    image, after the mean of each of its channels is subtracted. An image that is larger than a
    patch is divided into tiles of the patch's size, and each gets a crop of its own.

    Args:
        patches: where the noise comes from.

    Shape:
        - hr: ``(B, 3, H, W)``, values in [0, 1].
        - Output: the same; clamped (the reference does not clamp).
    """

    scale = 1

    def __init__(self, patches: NoisePatches) -> None:
        super().__init__()
        self.source = patches

    def prepare(self) -> None:
        """Collect the patches now instead of at the first image.

        Raises:
            DataError: there are none; the message says why.
        """
        _ = self.source.patches

    def fingerprint(self) -> str:
        """SHA-256 of the patches, which identifies the noise whatever its folder is called."""
        return hashlib.sha256(self.source.patches.numpy().tobytes()).hexdigest()

    def forward(self, hr: Tensor, seeds: Sequence[int]) -> Tensor:
        """Add to each image the noise that its seed chooses."""
        height, width = hr.shape[-2:]
        noise = [self._noise(height, width, seed) for seed in seeds]
        return (hr + torch.stack(noise).to(hr.device)).clamp(0, 1)

    def _noise(self, height: int, width: int, seed: int) -> Tensor:
        """Noise of one image, ``(3, H, W)``, on the CPU."""
        patches, numbers = self.source.patches, RandomNumbers(seed)
        noise = torch.empty(3, height, width)
        for tile in _tiles(noise, patches.shape[-1]):
            index = numbers.below(len(patches))
            top, left = (
                numbers.below(side - length + 1)
                for side, length in zip(patches.shape[-2:], tile.shape[-2:], strict=True)
            )
            crop = patches[index, :, top : top + tile.shape[1], left : left + tile.shape[2]]
            levels = crop.float()
            tile.copy_((levels - levels.mean(dim=(1, 2), keepdim=True)) / 255)
        return noise


def _tiles(image: Tensor, size: int) -> Iterator[Tensor]:
    """Views of ``(C, H, W)`` that cover it, at most ``size`` pixels wide and high."""
    for row in image.split(size, dim=-2):
        yield from row.split(size, dim=-1)
