"""Three lines from a picture to a larger one."""

from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from PIL import Image
from torch import nn

from srrescgan.images import to_tensor, to_uint8
from srrescgan.inference.predictor import Predictor, choose_device
from srrescgan.inference.pretrained import load_pretrained

Picture = TypeVar("Picture", Image.Image, np.ndarray)


class SuperResolver:
    """Upscales pictures with a trained generator.

    Args:
        generator: lr -> sr, in [0, 1].
        ensemble: x8 self-ensemble (SRResCGAN+); 8 times slower.
        device: ``auto``, or a torch device name.

    Example::

        resolver = srrescgan.SuperResolver.from_pretrained("srrescgan_model.pth")
        large = resolver(Image.open("photo.jpg"))
    """

    def __init__(self, generator: nn.Module, ensemble: bool = False, device: str = "auto") -> None:
        self.predictor = Predictor(generator, ensemble, choose_device(device))

    @classmethod
    def from_pretrained(
        cls, path: str | Path, ensemble: bool = False, device: str = "auto"
    ) -> "SuperResolver":
        """Load a checkpoint, a ``.safetensors`` or a reference ``.pth``.

        Raises:
            WeightsError: when the file cannot be read or belongs to another network.
        """
        return cls(load_pretrained(path), ensemble, device)

    def __call__(self, image: Picture) -> Picture:
        """Upscale one picture; the result is of the same kind.

        Args:
            image: a PIL image (taken as RGB) or a ``(H, W, 3)`` uint8 RGB array.

        Raises:
            TypeError: for anything else.
        """
        if isinstance(image, Image.Image):
            return Image.fromarray(self._upscale(np.asarray(image.convert("RGB"))))
        if not isinstance(image, np.ndarray) or image.dtype != np.uint8 or image.shape[2:] != (3,):
            what = f"{image.dtype} {image.shape}" if isinstance(image, np.ndarray) else type(image)
            raise TypeError(f"expected a PIL image or a (H, W, 3) uint8 array, got {what}")
        return self._upscale(image)

    def _upscale(self, image: np.ndarray) -> np.ndarray:
        sr = self.predictor(to_tensor(image)[None])
        return to_uint8(torch.squeeze(sr, 0))
