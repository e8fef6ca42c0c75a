"""Three lines from a picture to a larger one."""

import warnings
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from srrescgan.images import photo_from_pil
from srrescgan.inference.devices import choose_device
from srrescgan.inference.predictor import Predictor, parse_tile
from srrescgan.inference.tiling import to_float
from srrescgan.upscale.channels import KINDS, InMemorySink, channels_of, enlarge, quantize
from srrescgan.upscale.flat_pictures import advice, came_out_bilinear, set_sigma_floor
from srrescgan.weights.build import load_pretrained
from srrescgan.weights.find import find_weights

Picture = TypeVar("Picture", Image.Image, np.ndarray, Tensor)
_OUTSIDE = 4  # frames from the warning up to whoever called the resolver
_ARRAYS = (np.uint8, np.uint16, np.float32)


class SuperResolver:
    """Upscales pictures with a trained generator.

    Args:
        generator: lr -> sr, in [0, 1].
        ensemble: x8 self-ensemble (SRResCGAN+); 8 times slower.
        device: ``auto``, or a torch device name.
        tile: lr pixels a side computed at once: ``auto``, a number, or ``None`` for whole pictures.
            It decides about memory and not about pixels.
        sigma_floor: the noise estimate is never below this, in [0, 1] units; it is set in the
            generator. ``None``: what the generator says. For pictures that are mostly flat, see
            Warns.
        precision: as for :class:`~srrescgan.inference.Predictor`, like ``engine``.
        engine: what computes the network.

    Raises:
        ConfigError: one of these is not possible, or not on this machine.

    Warns:
        UserWarning: when a picture is so flat that the result is no more than the bilinear
            enlargement, with the ``sigma_floor`` that mends it.

    Example::

        resolver = srrescgan.SuperResolver.from_pretrained("srrescgan_model.pth")
        large = resolver(Image.open("photo.jpg"))
    """

    def __init__(
        self,
        generator: nn.Module,
        ensemble: bool = False,
        device: str = "auto",
        tile: int | str | None = "auto",
        sigma_floor: float | None = None,
        precision: str = "float32",
        engine: str = "torch",
    ) -> None:
        if sigma_floor is not None:
            set_sigma_floor(generator, sigma_floor)
        self.generator = generator
        self.predictor = Predictor(
            generator,
            ensemble,
            choose_device(device),
            parse_tile(tile),
            precision=precision,
            engine=engine,
        )

    @classmethod
    def from_pretrained(
        cls,
        path_or_name: str | Path,
        ensemble: bool = False,
        device: str = "auto",
        tile: int | str | None = "auto",
        sigma_floor: float | None = None,
        precision: str = "float32",
        engine: str = "torch",
    ) -> "SuperResolver":
        """Load a checkpoint, a ``.safetensors`` or a reference ``.pth``.

        Args:
            path_or_name: the file; or released weights by name, such as ``"srrescgan"``, which are
                looked for in the folder that the environment variable ``SRRESCGAN_WEIGHTS`` names.
            ensemble: as for the class, like all that follow.
            device: where to compute.
            tile: lr pixels a side.
            sigma_floor: least noise estimate.
            precision: of the computation.
            engine: what computes.

        Raises:
            WeightsError: when there is no such file, it cannot be read, or belongs to another
                network.
        """
        generator = load_pretrained(find_weights(path_or_name))
        return cls(generator, ensemble, device, tile, sigma_floor, precision, engine)

    @property
    def scale(self) -> int:
        """Upscaling factor."""
        return self.predictor.scale

    def __call__(self, image: Picture) -> Picture:
        """Upscale one picture (or a batch of tensors); the result is of the same kind.

        ============== ==================================== ==========================
        kind           shape                                values
        ============== ==================================== ==========================
        PIL image      any mode                             8 bits; 16 where it is grey
        NumPy array    ``(h, w)``, ``(h, w, C)``            uint8, uint16, or float32 in [0, 1]
        torch tensor   ``(C, h, w)``, ``(B, C, h, w)``      uint8, or floating in [0, 1]
        ============== ==================================== ==========================

        Channels C are 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha; color is straight, not
        premultiplied. Layout, dtype and device of the result are those of ``image``. A PIL image
        comes back upright as L, LA, RGB, RGBA or I;16: what has a palette or another color space
        becomes RGB. Pictures of a batch know nothing of each other.

        Raises:
            TypeError: another kind or dtype.
            ValueError: another shape, values outside [0, 1], or too small for the network.
            DataError: a PIL image that cannot be decoded.
        """
        if isinstance(image, Image.Image):
            return self._pil(image)
        if isinstance(image, np.ndarray):
            return self._array(image)
        if isinstance(image, Tensor):
            return self._tensor(image)
        raise TypeError(
            f"expected a PIL image, a NumPy array or a torch tensor, got {type(image).__name__}"
        )

    def _pil(self, image: Image.Image) -> Image.Image:
        photo = photo_from_pil(image)
        lr = channels_of(photo)
        if len(lr) > 1 and lr.dtype == torch.uint16:  # for one channel only Pillow has 16 bits
            lr = quantize(to_float(lr), torch.uint8)
        sr = self._enlarged(lr)
        pixels = sr.permute(1, 2, 0).contiguous().numpy()
        large = Image.fromarray(pixels[..., 0] if len(lr) == 1 else pixels)
        kept = {"icc_profile": photo.metadata.icc, "exif": photo.metadata.exif}
        large.info |= {key: value for key, value in kept.items() if value}
        return large

    def _array(self, image: np.ndarray) -> np.ndarray:
        if image.dtype not in _ARRAYS:
            raise TypeError(
                f"expected an array of uint8, uint16, or float32 in [0, 1], got {image.dtype}"
            )
        if image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[2] not in KINDS):
            raise ValueError(
                f"expected an array of shape (h, w) or (h, w, 1 to 4), got {image.shape}"
            )
        pixels = torch.from_numpy(np.array(image, order="C"))  # a copy: it may be read-only
        lr = pixels[None] if image.ndim == 2 else pixels.permute(2, 0, 1)
        sr = self._enlarged(lr)
        return (sr[0] if image.ndim == 2 else sr.permute(1, 2, 0).contiguous()).numpy()

    def _tensor(self, image: Tensor) -> Tensor:
        if image.dtype != torch.uint8 and not image.is_floating_point():
            raise TypeError(
                f"expected a tensor of uint8, or of floats in [0, 1], got {image.dtype}"
            )
        if image.ndim not in (3, 4) or image.shape[-3] not in KINDS:
            raise ValueError(
                "expected a tensor of shape (C, h, w) or (B, C, h, w), C from 1 to 4, got"
                f" {tuple(image.shape)}"
            )
        if image.ndim == 4 and not len(image):
            raise ValueError("expected at least one picture in the batch, got none")
        lr = image.detach().cpu()
        lr = lr.float() if lr.is_floating_point() else lr
        batch = lr[None] if lr.ndim == 3 else lr
        sr = torch.stack([self._enlarged(each) for each in batch])
        return (sr[0] if lr.ndim == 3 else sr).to(image.device, image.dtype)

    def _enlarged(self, lr: Tensor) -> Tensor:
        """``(C, h, w)`` on the CPU to the same, larger, of the same dtype."""
        if not lr.numel():
            raise ValueError(f"expected at least one pixel, got {tuple(lr.shape)}")
        if lr.is_floating_point() and not ((lr >= 0) & (lr <= 1)).all():  # NaN is neither
            raise ValueError(
                f"expected values in [0, 1], got {lr.min():.3g} to {lr.max():.3g}:"
                " divide by what white is"
            )
        sheet = InMemorySink(lr, self.scale)
        outcome = enlarge(self.predictor, lr, sheet.begin)
        if came_out_bilinear(outcome):
            warnings.warn(
                f"flat picture: {advice(self.generator)}", UserWarning, stacklevel=_OUTSIDE
            )
        return sheet.pixels
