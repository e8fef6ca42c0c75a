"""Sequence of degradations."""

import math
from collections.abc import Sequence
from typing import cast

from torch import Tensor, nn

from srrescgan.degradations.random_numbers import child_seeds
from srrescgan.degradations.step import Step
from srrescgan.types import Degradation


class Compose(nn.Module):
    """Apply degradations in order, each with its own random numbers.

    The order of the SRResCGAN data is downscaling, sensor noise, compression::

        Compose([Bicubic(scale=4), GaussianNoise(sigma=8 / 255), JPEG(quality=30)])

    Args:
        steps: degradations, applied in this order; ``scale`` is the product of their scales.

    Raises:
        ValueError: a step is one of :class:`srrescgan.degradations.RandomDegradation`.

    Shape:
        - hr: ``(B, 3, H, W)``, values in [0, 1].
        - Output: ``(B, 3, H / scale, W / scale)``, values in [0, 1].
    """

    def __init__(self, steps: Sequence[nn.Module]) -> None:
        super().__init__()
        for step in steps:
            if isinstance(step, Step):
                raise ValueError(
                    f"{type(step).__name__} draws for each sample: it is a step of "
                    f"RandomDegradation, not of Compose"
                )
        self.steps = nn.ModuleList(steps)
        self.scale = math.prod(cast(Degradation, step).scale for step in steps)

    def forward(self, hr: Tensor, seeds: Sequence[int]) -> Tensor:
        """Degrade each image with the random numbers of its seed."""
        # One seed per step and sample, so that two noise steps add different noise.
        step_seeds = zip(*(child_seeds(seed, len(self.steps)) for seed in seeds), strict=True)
        image = hr
        for step, own_seeds in zip(self.steps, step_seeds, strict=True):
            image = step(image, own_seeds)
        return image
