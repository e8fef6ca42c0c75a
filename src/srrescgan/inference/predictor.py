"""Applies a generator to whole images: plain or as self-ensemble, at once or in tiles."""

import copy
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from srrescgan.errors import ConfigError
from srrescgan.generators.promises import check_scale, check_size
from srrescgan.inference.devices import choose_dtype
from srrescgan.inference.engine import Engine, make_engine
from srrescgan.inference.local import LocalImage, averaged
from srrescgan.inference.options import UpscaleOptions, parse_tile
from srrescgan.inference.pixel_types import to_float
from srrescgan.inference.projected import ProjectedImage
from srrescgan.inference.sinks import BandSink, InMemorySink, OnProgress, no_progress
from srrescgan.ops.ensemble import TRANSFORM_COUNT
from srrescgan.types import WHOLE, LocalGenerator, ProjectedGenerator

_ACCELERATOR_BATCH = 4
_DEFAULTS = UpscaleOptions()


@dataclass(frozen=True)
class PredictionInfo:
    """Facts about the prediction of an image."""

    residual_scale: tuple[float, ...]
    """Factor in [0, 1] by which the projection shortened the residual, for each member of the
    self-ensemble. At 0 the image is the upsampled one, as if there were no network. Empty for a
    network that is not a :class:`~srrescgan.types.ProjectedGenerator`."""


class Predictor:
    """Applies a generator to whole images.

    Which images can be computed in tiles follows from what the generator declares. A
    :class:`~srrescgan.types.LocalGenerator` (``halo``) and a
    :class:`~srrescgan.types.ProjectedGenerator` are computed in tiles that equal the whole image;
    any other network only sees whole images.

    Args:
        generator: lr -> sr, in [0, 1]; it is copied and not changed.
        options: how to apply it.
        device: where to compute.

    Raises:
        ConfigError: an option does not exist, does not run on the device, or does not fit the
            network.
    """

    def __init__(
        self,
        generator: nn.Module,
        options: UpscaleOptions = _DEFAULTS,
        device: str | torch.device = "cpu",
    ) -> None:
        self.options = options
        self.device = torch.device(device)
        self.members = range(TRANSFORM_COUNT if options.ensemble else 1)
        self.dtype = choose_dtype(options.precision, self.device)
        self.generator = self._prepared(generator)
        default = 1 if self.device.type == "cpu" else _ACCELERATOR_BATCH
        self.batch = default if options.batch is None else options.batch
        self.engine: Engine | None = None
        self.tile: int | None = None
        tile = parse_tile(options.tile)
        if isinstance(generator, ProjectedGenerator | LocalGenerator):
            self.engine = make_engine(options.engine, self.generator, self.device, self.dtype)
            self.tile = self._engine_tile(self.engine) if tile == "auto" else tile
        elif tile not in (None, "auto") or options.engine != "torch":
            raise ConfigError(
                f"{type(generator).__name__} does not define `halo`, so it cannot be"
                " computed in tiles: give tile=none and engine=torch"
            )

    @property
    def scale(self) -> int:
        """Upscaling factor."""
        return check_scale(self.generator)

    @torch.inference_mode()
    def __call__(self, lr: Tensor) -> Tensor:
        """Super-resolve.

        Raises:
            ValueError: the images are too small for the network.

        Shape:
            - lr: ``(B, 3, h, w)``, RGB in [0, 1].
            - Output: ``(B, 3, scale h, scale w)``, in [0, 1], on the device of ``lr``.
        """
        if self.tile is not None and max(lr.shape[-2:]) > self.tile:
            return torch.stack([self._in_tiles(image) for image in lr.cpu()]).to(lr.device)
        image = lr.to(self.device, memory_format=torch.channels_last)
        sr = averaged(self._whole, self.members)(image)
        check_size(self.generator, image, sr)
        return sr.clamp(0, 1).to(lr.device)

    @torch.inference_mode()
    def stream(
        self, lr: Tensor, sink: BandSink, on_progress: OnProgress = no_progress
    ) -> PredictionInfo:
        """Super-resolve one image of any size; in tiles, with bounded memory.

        Tiles equal the whole image. The tile is halved when memory runs out.

        Args:
            lr: ``(3, h, w)``: float32 in [0, 1], uint8 or uint16. The type decides which value is
                white.
            sink: takes the bands of the result.
            on_progress: called with the share of the work that is done.

        Raises:
            ValueError: the image is too small for the network.
            TypeError: ``lr`` is of another type.
            MemoryError: even the smallest tile does not fit.
        """
        network, engine = self.generator, self.engine
        if engine is None:
            sink.write(self(to_float(lr)[None])[0].cpu())
            on_progress(1.0)
            return PredictionInfo(())
        tile = self.tile if self.tile is not None else max(lr.shape[1:])
        place = tile, self.batch, self.device
        if isinstance(network, ProjectedGenerator):
            projected = ProjectedImage(network, engine, lr.cpu(), self.members, *place)
            projected.write(sink, on_progress)
            return PredictionInfo(tuple(projected.residual_scale))
        LocalImage(cast(LocalGenerator, network), engine, lr.cpu(), self.members, *place).write(
            sink, on_progress
        )
        return PredictionInfo(())

    def _prepared(self, generator: nn.Module) -> nn.Module:
        network = copy.deepcopy(generator).to(self.device).eval()
        # torch's own signature of Module.to leaves out memory_format.
        network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        if self.options.sigma_floor is not None:
            if not isinstance(network, ProjectedGenerator):
                raise ConfigError(
                    f"sigma_floor={self.options.sigma_floor}: {type(network).__name__} estimates"
                    " no noise; leave the option out"
                )
            network.sigma_floor = float(self.options.sigma_floor)
        return network

    def _engine_tile(self, engine: Engine) -> int:
        """Side of the tiles that suits the engine, in lr pixels."""
        if isinstance(self.generator, ProjectedGenerator):  # its engine computes at hr size
            return max(1, engine.tile // self.scale)
        return engine.tile

    def _in_tiles(self, lr: Tensor) -> Tensor:
        sink = InMemorySink(lr, self.scale)
        self.stream(lr, sink)
        return sink.image

    def _whole(self, lr: Tensor) -> Tensor:
        if isinstance(self.generator, ProjectedGenerator):
            assert self.engine is not None
            upsampled = self.generator.upsample(lr)
            residual = self.engine(upsampled, WHOLE)
            sigma = self.generator.estimate_sigma(lr, upsampled)
            return self.generator.combine(upsampled, residual, sigma)
        if self.engine is not None:
            return self.engine(lr)
        lower = self.dtype is not torch.float32
        with torch.autocast(self.device.type, self.dtype, enabled=lower):
            return self.generator(lr)
