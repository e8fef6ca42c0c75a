"""JPEG compression with libjpeg."""

import io
from collections.abc import Sequence

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn


class JPEG(nn.Module):
    """Compress and decompress with Pillow (libjpeg, chroma subsampling 4:2:0); not random.

    Exact rather than differentiable: the artifacts are those of a JPEG file. Runs on the CPU,
    image by image; the result is on the input's device.

    Args:
        quality: libjpeg's quality, 1 (worst) to 95; SRResCGAN's JPEG data has 30.

    Shape:
        - hr: ``(B, 3, H, W)``, values in [0, 1]; rounded to 8 bits first.
        - Output: the same shape; values are multiples of 1/255.
    """

    scale = 1

    def __init__(self, quality: int) -> None:
        super().__init__()
        if not 1 <= quality <= 95:
            raise ValueError(f"quality must be from 1 to 95, got {quality}")
        self.quality = quality

    def forward(self, hr: Tensor, seeds: Sequence[int]) -> Tensor:
        """Compress every image; ``seeds`` are not used."""
        eight_bit = (hr.detach() * 255).round().clamp(0, 255).to("cpu", torch.uint8)
        images = [self._compress(image) for image in eight_bit.permute(0, 2, 3, 1).numpy()]
        return torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).to(hr).div(255).contiguous()

    def _compress(self, image: np.ndarray) -> np.ndarray:
        file = io.BytesIO()
        Image.fromarray(image).save(file, format="JPEG", quality=self.quality, subsampling="4:2:0")
        with Image.open(file) as decoded:
            return np.array(decoded)
