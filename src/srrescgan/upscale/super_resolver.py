"""SuperResolver: the Python API of upscaling."""

import warnings
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from srrescgan.images import photo_from_pil
from srrescgan.inference.devices import choose_device
from srrescgan.inference.options import UpscaleOptions
from srrescgan.inference.pixel_types import quantize, to_float
from srrescgan.inference.predictor import Predictor
from srrescgan.inference.sinks import InMemorySink
from srrescgan.upscale.channels import KINDS, channels_of, upscale_channels
from srrescgan.upscale.flat_pictures import advice, is_bilinear
from srrescgan.weights.build import load_pretrained
from srrescgan.weights.find import find_weights

AnyImage = TypeVar("AnyImage", Image.Image, np.ndarray, Tensor)
_CALLER = 4  # frames from the warning up to the caller of the resolver
_ARRAYS = (np.uint8, np.uint16, np.float32)


class SuperResolver:
    """Upscales pictures with a trained generator.

    Args:
        generator: lr -> sr, in [0, 1]; it is copied and not changed.
        ensemble: x8 self-ensemble (SRResCGAN+); 8 times slower.
        device: ``auto``, or a torch device name.
        tile: lr pixels a side computed at once: ``auto``, a number, or ``None`` for whole pictures.
        sigma_floor: lower bound of SRResDNet's noise estimate, in [0, 1] units; ``None``: that of
            the generator. For pictures that are mostly flat, see Warns. Refused for a network that
            estimates no noise.
        precision: as in :class:`~srrescgan.inference.UpscaleOptions`, like ``engine``.
        engine: what computes the network.
        overlap: context around tiles, as in :class:`~srrescgan.inference.UpscaleOptions`; with
            ``exact`` tiles equal the whole picture for every network.

    Raises:
        ConfigError: an option is not possible, or not on this machine.

    Warns:
        UserWarning: a picture is so flat that the result is no more than the bilinear
            enlargement; the message names the ``sigma_floor`` that helps. Or the tiles may be
            more than about a gray level from the picture computed whole, because of ``overlap``.

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
        overlap: int | str = "auto",
    ) -> None:
        self.generator = generator
        options = UpscaleOptions(
            ensemble, tile, precision, engine, sigma_floor=sigma_floor, overlap=overlap
        )
        self.predictor = Predictor(generator, options, choose_device(device))

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
        overlap: int | str = "auto",
    ) -> "SuperResolver":
        """Load a checkpoint, a ``.safetensors``, a ``.pth`` or a pair of ncnn files (``.param``).

        Args:
            path_or_name: the file; or known weights by name: ``"srrescgan"``, which is searched in
                the folder that the environment variable ``SRRESCGAN_WEIGHTS`` names, or one of
                :data:`srrescgan.weights.packaged.PACKAGED`, such as ``"realesrgan"``.
            ensemble: as for the class, like all that follow.
            device: where to compute.
            tile: lr pixels a side.
            sigma_floor: lower bound of the noise estimate.
            precision: of the computation.
            engine: what computes.
            overlap: context around tiles.

        Raises:
            WeightsError: there is no such file, it cannot be read, or it belongs to another
                network.
        """
        generator = load_pretrained(find_weights(path_or_name))
        return cls(generator, ensemble, device, tile, sigma_floor, precision, engine, overlap)

    @property
    def scale(self) -> int:
        """Upscaling factor."""
        return self.predictor.scale

    def __call__(self, image: AnyImage) -> AnyImage:
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
        comes back upright as L, LA, RGB, RGBA or I;16: a palette or another color space becomes
        RGB. The pictures of a batch are independent of each other.

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
        if len(lr) > 1 and lr.dtype == torch.uint16:  # Pillow has 16 bits for one channel only
            lr = quantize(to_float(lr), torch.uint8)
        sr = self._upscaled(lr)
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
        sr = self._upscaled(lr)
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
        sr = torch.stack([self._upscaled(each) for each in batch])
        return (sr[0] if lr.ndim == 3 else sr).to(image.device, image.dtype)

    def _upscaled(self, lr: Tensor) -> Tensor:
        """``(C, h, w)`` on the CPU to the same, larger, of the same dtype."""
        if not lr.numel():
            raise ValueError(f"expected at least one pixel, got {tuple(lr.shape)}")
        if lr.is_floating_point() and not ((lr >= 0) & (lr <= 1)).all():  # NaN is neither
            raise ValueError(
                f"expected values in [0, 1], got {lr.min():.3g} to {lr.max():.3g}:"
                " divide by the value of white"
            )
        sink = InMemorySink(lr, self.scale)
        info = upscale_channels(self.predictor, lr, sink)
        if is_bilinear(info):
            warnings.warn(
                f"flat picture: {advice(self.generator)}", UserWarning, stacklevel=_CALLER
            )
        approximation = info.approximation
        if approximation is not None and approximation.is_visible:
            warnings.warn(str(approximation), UserWarning, stacklevel=_CALLER)
        return sink.image
