"""One picture, super-resolved."""

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn

from srrescgan.errors import ConfigError
from srrescgan.ops.ensemble import TRANSFORM_COUNT, transform, untransform
from srrescgan.ops.tile import in_tiles
from srrescgan.types import TiledGenerator

_AUTO_TILE = 256  # lr pixels; 64 channels of float32 at scale 4 are then 268 MB


class Predictor:
    """Applies a generator to whole pictures, plain or as self-ensemble.

    The self-ensemble (the "+" of SRResCGAN+) averages over the eight rotations and reflections of
    the input (Timofte, Rothe, Van Gool, CVPR 2016, section 3.4): slower by a factor of 8.

    Args:
        generator: lr -> sr, in [0, 1].
        ensemble: average over the eight transforms.
        device: where to compute.
        tile: largest side, in lr pixels, that the network computes at once; it decides about memory
            and not about pixels. ``None``: whole pictures.

    Raises:
        ConfigError: ``tile`` for a network that cannot be computed in tiles exactly.
    """

    def __init__(
        self,
        generator: nn.Module,
        ensemble: bool = False,
        device: str | torch.device = "cpu",
        tile: int | None = None,
    ) -> None:
        if tile is not None and not isinstance(generator, TiledGenerator):
            raise ConfigError(
                f"{type(generator).__name__} cannot be computed in tiles: give tile=none"
            )
        self.tile = tile
        self.device = torch.device(device)
        generator = generator.to(self.device).eval()
        # torch's own signature of Module.to leaves out memory_format.
        self.generator = generator.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.transforms = range(TRANSFORM_COUNT if ensemble else 1)

    @property
    def scale(self) -> int:
        """Upscaling factor."""
        return int(self.generator.scale)

    @torch.inference_mode()
    def __call__(self, lr: Tensor) -> Tensor:
        """Super-resolve.

        Shape:
            - lr: ``(B, 3, h, w)``, RGB in [0, 1].
            - Output: ``(B, 3, scale h, scale w)``, in [0, 1], on the device of ``lr``.
        """
        image = lr.to(self.device, memory_format=torch.channels_last)
        total = torch.zeros((), device=self.device)
        for index in self.transforms:
            turned = transform(image, index).contiguous(memory_format=torch.channels_last)
            total = total + untransform(self._apply(turned), index).float()
        return (total / len(self.transforms)).clamp(0, 1).to(lr.device)

    def _apply(self, image: Tensor) -> Tensor:
        """Noise estimate and projection are of the whole picture, in tiles too."""
        if self.tile is None or max(image.shape[-2:]) <= self.tile:
            return self.generator(image)
        network = cast(TiledGenerator, self.generator)
        upsampled = network.upsample(image)
        residual = in_tiles(network.residual, upsampled, self.tile * network.scale, network.halo)
        return network.combine(upsampled, residual, network.estimate_sigma(image, upsampled))


def tile_size(value: int | str | None, generator: nn.Module) -> int | None:
    """Side of a tile in lr pixels: ``auto``, a number, or ``none`` for whole pictures.

    ``auto`` is 256 where the network can be computed in tiles, and else none.

    Raises:
        ConfigError: it is none of these.
    """
    if value in (None, "none"):
        return None
    if value == "auto":
        return _AUTO_TILE if isinstance(generator, TiledGenerator) else None
    if isinstance(value, int) and value >= 1:
        return value
    raise ConfigError(f"tile={value}: must be auto, none, or a number of lr pixels of at least 1")


def choose_devices(names: str | Sequence[str]) -> list[torch.device]:
    """One device per name, as :func:`choose_device`; a single name may stand alone.

    Raises:
        ConfigError: as :func:`choose_device`, or there is no name.
    """
    if isinstance(names, str):
        names = [names]
    if not names:
        raise ConfigError("device=[] names no device: choose auto, cpu or cuda")
    return [choose_device(name) for name in names]


def choose_device(name: str) -> torch.device:
    """``auto`` is the accelerator where there is one; anything else is a torch device name.

    Raises:
        ConfigError: when this machine has no such device.
    """
    if name != "auto":
        try:
            return torch.zeros(1, device=name).device
        except (RuntimeError, AssertionError) as error:
            reason = str(error).splitlines()[0]
            raise ConfigError(f"device={name}: {reason}. Choose auto, cpu or cuda.") from error
    if torch.accelerator.is_available():
        accelerator = torch.accelerator.current_accelerator()
        assert accelerator is not None
        return accelerator
    return torch.device("cpu")
