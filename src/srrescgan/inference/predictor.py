"""Applies a generator to whole images: plain or as self-ensemble, at once or in tiles."""

import copy
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor, nn

from srrescgan.errors import ConfigError
from srrescgan.generators.promises import check_scale, check_size
from srrescgan.inference.devices import choose_dtype
from srrescgan.inference.engine import Engine, make_engine
from srrescgan.inference.local import LocalImage
from srrescgan.inference.local_part import LocalPart, is_local
from srrescgan.inference.memory import bytes_per_pixel, pixels_that_fit
from srrescgan.inference.options import UpscaleOptions, parse_overlap, parse_tile
from srrescgan.inference.pixel_types import to_float
from srrescgan.inference.projected import ProjectedImage
from srrescgan.inference.sinks import BandSink, InMemorySink, OnProgress, no_progress
from srrescgan.inference.tile_plan import Approximation, Tiler
from srrescgan.inference.tile_rows import is_out_of_memory
from srrescgan.inference.tiled_image import Resources
from srrescgan.ops.ensemble import TRANSFORM_COUNT, transform, untransform
from srrescgan.types import WHOLE, ProjectedGenerator

_ACCELERATOR_BATCH = 4
_DEFAULTS = UpscaleOptions()


@dataclass(frozen=True)
class PredictionInfo:
    """Facts about the prediction of an image."""

    residual_scale: tuple[float, ...]
    """Factor in [0, 1] by which the projection shortened the residual, for each member of the
    self-ensemble. At 0 the image is the upsampled one, as if there were no network. Empty for a
    network that is not a :class:`~srrescgan.types.ProjectedGenerator`."""
    approximation: Approximation | None = None
    """How far the image may be from the one computed whole; ``None``: it equals that."""


class Predictor:
    """Applies a generator to whole images.

    Which images can be computed in tiles follows from what the generator declares. A
    :class:`~srrescgan.types.LocalGenerator` (``halo``) and a
    :class:`~srrescgan.types.ProjectedGenerator` are computed in tiles that equal the whole image,
    unless the halo is too large for tiles and the network says which smaller overlap will do. Any
    other network only sees whole images.

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
        self.part: LocalPart | None = None
        self.tiler: Tiler | None = None
        tile, overlap = parse_tile(options.tile), parse_overlap(options.overlap)
        if is_local(generator):
            self.part = LocalPart(self.generator)
            self.engine = make_engine(options.engine, self.part, self.device, self.dtype)
            suitable = max(1, self.engine.tile // self.part.input_scale)
            self.tiler = Tiler(self.part.lr_locality, tile, overlap, suitable, self._most_pixels)
        elif tile not in (None, "auto") or options.engine != "torch" or isinstance(overlap, int):
            raise ConfigError(
                f"{type(generator).__name__} does not define `halo`, so it cannot be"
                " computed in tiles: give tile=none, overlap=auto and engine=torch"
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
        images, _, height, width = lr.shape
        if self.tiler is not None:
            plan = self.tiler.plan(height, width, images)
            if plan.otherwise is not None or not plan.covers(height, width):
                return torch.stack([self._streamed(image) for image in lr.cpu()]).to(lr.device)
        image = lr.to(self.device, memory_format=torch.channels_last)
        sr = self._ensembled(image)
        check_size(self.generator, image, sr)
        return sr.clamp(0, 1).to(lr.device)

    @torch.inference_mode()
    def stream(
        self, lr: Tensor, sink: BandSink, on_progress: OnProgress = no_progress
    ) -> PredictionInfo:
        """Super-resolve one image of any size; in tiles, with bounded memory.

        The tile is halved when memory runs out.

        Args:
            lr: ``(3, h, w)``: float32 in [0, 1], uint8 or uint16. The type decides which value is
                white.
            sink: takes the bands of the result.
            on_progress: called with the share of the work that is done.

        Raises:
            ValueError: the image is too small for the network.
            TypeError: ``lr`` is of another type.
            MemoryError: even the smallest tile does not fit, or the image does not fit and the
                network cannot be computed in tiles.
        """
        if self.engine is None or self.part is None or self.tiler is None:
            sink.write(self._at_once(lr))
            on_progress(1.0)
            return PredictionInfo(())
        size = lr.shape[1], lr.shape[2]
        plan = self.tiler.plan(*size)
        resources = Resources(self.engine, self.members, self.batch, self.device)
        if isinstance(self.generator, ProjectedGenerator):
            projected = ProjectedImage(self.generator, self.part, lr.cpu(), plan, resources)
            projected.write(sink, on_progress)
            return PredictionInfo(tuple(projected.residual_scale))
        plan = LocalImage(self.part, lr.cpu(), plan, resources).write(sink, on_progress)
        return PredictionInfo((), self.tiler.approximation(plan, *size))

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

    @cached_property
    def _bytes_per_pixel(self) -> float | None:
        return None if self.part is None else bytes_per_pixel(self.part, self.device)

    def _most_pixels(self) -> float | None:
        """Lr pixels that fit into memory at once; ``None``: not known."""
        if isinstance(self.generator, ProjectedGenerator):
            return None  # its tiles suit any machine
        return pixels_that_fit(self._bytes_per_pixel, self.device)

    def _streamed(self, lr: Tensor) -> Tensor:
        sink = InMemorySink(lr, self.scale)
        self.stream(lr, sink)
        return sink.image

    def _at_once(self, lr: Tensor) -> Tensor:
        """Compute an image with a network that cannot be computed in tiles."""
        try:
            return self(to_float(lr)[None])[0].cpu()
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            _, height, width = lr.shape
            raise MemoryError(
                f"{width} x {height} pixels do not fit into the memory of {self.device}, and"
                f" {type(self.generator).__name__} does not define `halo`, so it cannot be computed"
                " in tiles: give a smaller picture, close other programs, or give device=cpu"
            ) from error

    def _ensembled(self, lr: Tensor) -> Tensor:
        """Mean over the transforms of whole images, in float32."""
        total: Tensor | None = None
        for index in self.members:
            turned = transform(lr, index).contiguous(memory_format=torch.channels_last)
            straight = untransform(self._whole(turned), index).float()
            total = straight if total is None else total + straight
        assert total is not None
        return total / len(self.members)

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
