"""One picture, super-resolved."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from srrescgan.errors import ConfigError
from srrescgan.inference.devices import choose_dtype
from srrescgan.inference.engine import make_engine
from srrescgan.inference.tiling import Canvas, TiledPicture, to_float
from srrescgan.ops.ensemble import TRANSFORM_COUNT, transform, untransform
from srrescgan.types import WHOLE, ProjectedGenerator

Tile = int | Literal["auto"] | None

_ACCELERATOR_BATCH = 4


@dataclass(frozen=True)
class Outcome:
    """What happened to a picture on its way."""

    shrink: tuple[float, ...]
    """How much the projection left of the residual, in [0, 1], for each member of the
    self-ensemble. At 0 the picture is the upsampled one, as if there were no network. Empty for a
    network that does not say."""


class Predictor:
    """Applies a generator to whole pictures, plain or as self-ensemble.

    The self-ensemble (the "+" of SRResCGAN+) averages over the eight rotations and reflections of
    the input (Timofte, Rothe, Van Gool, CVPR 2016, section 3.4): slower by a factor of 8.

    Args:
        generator: lr -> sr, in [0, 1].
        ensemble: average over the eight transforms.
        device: where to compute.
        tile: largest side, in lr pixels, that the network computes at once; it decides about time
            and memory and not about pixels. ``"auto"``: what suits the device; ``None``: whole
            pictures.
        precision: of the costly part; the noise estimate and the projection are float32 always.
            ``"bf16"`` is faster and less exact (`make bench` says by how much).
        engine: what computes the costly part: ``"torch"``; ``"compile"``, which takes a minute
            before the first picture and is meant for accelerators; ``"openvino"``, on a CPU.
        batch: number of tiles and members of the ensemble that are computed together; ``None``:
            one on a CPU, where more do not pay, and four on an accelerator.

    Raises:
        ConfigError: one of these does not exist or does not fit the others, or the network cannot
            be computed in tiles exactly.
    """

    def __init__(
        self,
        generator: nn.Module,
        ensemble: bool = False,
        device: str | torch.device = "cpu",
        tile: Tile = None,
        precision: str = "float32",
        engine: str = "torch",
        batch: int | None = None,
    ) -> None:
        self.device = torch.device(device)
        self.members = range(TRANSFORM_COUNT if ensemble else 1)
        self.dtype = choose_dtype(precision, self.device)
        generator = generator.to(self.device).eval()
        # torch's own signature of Module.to leaves out memory_format.
        self.generator = generator.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.tile: int | None = None
        if isinstance(generator, ProjectedGenerator):
            self.engine = make_engine(engine, generator, self.device, self.dtype)
            self.tile = max(1, self.engine.tile // self.scale) if tile == "auto" else tile
        elif tile not in (None, "auto") or engine != "torch":
            raise ConfigError(
                f"{type(generator).__name__} cannot be computed in tiles: give tile=none and"
                " engine=torch"
            )
        default = 1 if self.device.type == "cpu" else _ACCELERATOR_BATCH
        self.batch = default if batch is None else batch
        if self.batch < 1:
            raise ConfigError(f"batch={batch}: must be at least 1")

    @property
    def scale(self) -> int:
        """Upscaling factor."""
        return int(self.generator.scale)

    @torch.inference_mode()
    def __call__(self, lr: Tensor) -> Tensor:
        """Super-resolve.

        Raises:
            ValueError: the pictures are too small for the network.

        Shape:
            - lr: ``(B, 3, h, w)``, RGB in [0, 1].
            - Output: ``(B, 3, scale h, scale w)``, in [0, 1], on the device of ``lr``.
        """
        if self.tile is not None and max(lr.shape[-2:]) > self.tile:
            return torch.stack([self._in_tiles(picture) for picture in lr.cpu()]).to(lr.device)
        image = lr.to(self.device, memory_format=torch.channels_last)
        total = torch.zeros((), device=self.device)
        for index in self.members:
            turned = transform(image, index).contiguous(memory_format=torch.channels_last)
            total = total + untransform(self._whole(turned), index).float()
        return (total / len(self.members)).clamp(0, 1).to(lr.device)

    @torch.inference_mode()
    def stream(
        self, lr: Tensor, canvas: Canvas, tell: Callable[[float], None] = lambda share: None
    ) -> Outcome:
        """Super-resolve one picture of any size with bounded memory.

        The result is that of the whole picture, whatever the tiles. When memory runs out the tile
        is halved.

        Args:
            lr: ``(3, h, w)``: float32 in [0, 1], uint8 or uint16. The type says what white is.
            canvas: see :data:`srrescgan.inference.tiling.Canvas`.
            tell: told from time to time what share of the work is done, in [0, 1]; it falls when
                the picture has to be begun anew.

        Raises:
            ValueError: the picture is too small for the network.
            TypeError: ``lr`` is of another type.
            MemoryError: even the smallest tile does not fit.
        """
        if not isinstance(self.generator, ProjectedGenerator):
            sr = self(to_float(lr)[None])[0]
            with canvas() as put:
                put(sr.cpu())
            tell(1.0)
            return Outcome(())
        tile = self.tile if self.tile is not None else max(lr.shape[1:])
        picture = TiledPicture(
            self.generator, self.engine, lr.cpu(), self.members, tile, self.batch, self.device
        )
        picture.write(canvas, tell)
        return Outcome(tuple(picture.shrink))

    def _in_tiles(self, lr: Tensor) -> Tensor:
        bands: list[Tensor] = []

        @contextmanager
        def canvas() -> Iterator[Callable[[Tensor], None]]:
            bands.clear()
            yield bands.append

        self.stream(lr, canvas)
        return torch.cat(bands, dim=1)

    def _whole(self, lr: Tensor) -> Tensor:
        if isinstance(self.generator, ProjectedGenerator):
            upsampled = self.generator.upsample(lr)
            residual = self.engine(upsampled, WHOLE)
            sigma = self.generator.estimate_sigma(lr, upsampled)
            return self.generator.combine(upsampled, residual, sigma)
        lower = self.dtype is not torch.float32
        with torch.autocast(self.device.type, self.dtype, enabled=lower):
            return self.generator(lr)


def parse_tile(value: int | str | None) -> Tile:
    """Side of a tile in lr pixels: ``auto``, a number, or ``none`` for whole pictures.

    Raises:
        ConfigError: it is none of these.
    """
    if value is None or value == "none":
        return None
    if value == "auto":
        return "auto"
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return value
    raise ConfigError(f"tile={value}: must be auto, none, or a number of lr pixels of at least 1")
