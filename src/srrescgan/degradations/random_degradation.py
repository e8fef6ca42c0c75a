"""Random degradation: what is done to an image, and in which order, is drawn from its seed."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from srrescgan.degradations.step import Operation, Size
from srrescgan.degradations.steps import Steps
from srrescgan.errors import ConfigError


class RandomDegradation(nn.Module):
    """Apply steps whose parameters are drawn for each sample.

    The steps are given by name, so that a file can change one of them, or remove it with ``null``::

        RandomDegradation(4, {
            "blur": RandomBlur(...), "shrink": ResizeToLR(...), "jpeg": RandomJPEG([30, 95]),
        })

    Images of a batch have different sizes between the steps, so they are computed one by one, on
    the device of the batch. Every random number is drawn on the CPU from the sample's own seed, and
    every step has a stream of its own. So a sample depends neither on its batch nor on its device,
    but for the rounding of float32. The result is rounded to 8 bits, as a file would be.

    Args:
        scale: factor between hr and lr; the last step that resizes has to end at the lr size.
        steps: in order; classes derived from ``Step``, or degradations.

    Shape:
        - hr: ``(B, 3, H, W)``, values in [0, 1].
        - Output: ``(B, 3, ceil(H / scale), ceil(W / scale))``, multiples of 1/255 in [0, 1].

    Raises:
        ValueError: ``scale`` is below 1.
        ConfigError: at the first image: the steps end at another size.
    """

    def __init__(self, scale: int, steps: Mapping[str, nn.Module | None]) -> None:
        super().__init__()
        if scale < 1:
            raise ValueError(f"scale must be at least 1, got {scale}")
        self.scale = scale
        self.steps = Steps(steps)

    def draw(self, seed: int) -> list[Operation]:
        """What is done to the sample of this seed, in order."""
        return self.steps.draw(seed)

    @torch.no_grad()
    def forward(self, hr: Tensor, seeds: Sequence[int]) -> Tensor:
        """Degrade each image with the random numbers of its seed."""
        height, width = hr.shape[-2:]
        lr_size = (-(-height // self.scale), -(-width // self.scale))
        with torch.autocast(hr.device.type, enabled=False):
            images = [
                self._degrade(image[None].float(), lr_size, seed)
                for image, seed in zip(hr, seeds, strict=True)
            ]
            return ((torch.cat(images) * 255).round().clamp(0, 255) / 255).to(hr.dtype)

    def _degrade(self, image: Tensor, lr_size: Size, seed: int) -> Tensor:
        operations = self.draw(seed)
        for operation in operations:
            image = operation(image, lr_size)
        size = tuple(image.shape[-2:])
        if size != lr_size:
            done = ", ".join(map(str, operations))
            raise ConfigError(
                f"the steps of the degradation end at {size[0]} x {size[1]} pixels instead of "
                f"{lr_size[0]} x {lr_size[1]} (hr / {self.scale}): the last step that resizes must "
                f"be ResizeToLR. Done: {done or 'nothing'}"
            )
        return image
