"""Options of upscaling: they decide about time, memory and rounding, and never change a network."""

from dataclasses import dataclass
from typing import Literal

from srrescgan.errors import ConfigError

Tile = int | Literal["auto"] | None


@dataclass(frozen=True)
class UpscaleOptions:
    """Options for applying a generator to images.

    Raises:
        ConfigError: a value is out of its range.
    """

    ensemble: bool = False
    """Average over the eight rotations and reflections of the input: the self-ensemble, the "+" of
    SRResCGAN+ (Timofte, Rothe, Van Gool, CVPR 2016, section 3.4); 8 times slower."""
    tile: int | str | None = None
    """Largest side, in lr pixels, that is computed at once. ``"auto"``: what suits the device;
    ``None`` or ``"none"``: whole images."""
    precision: str = "float32"
    """Precision of the network: ``float32``, or ``bf16``, faster and less exact (`make bench` says
    by how much). A noise estimate and a projection are always computed in float32."""
    engine: str = "torch"
    """Engine of the costly part: ``torch``; ``compile``, which takes a minute before the first
    image and is meant for accelerators; ``openvino``, on a CPU."""
    batch: int | None = None
    """Tiles, and members of the ensemble, that are computed together; ``None``: one on a CPU, where
    more do not pay, and four on an accelerator."""
    sigma_floor: float | None = None
    """Lower bound of the noise estimate, in [0, 1] units; ``None``: that of the network."""
    overlap: int | str = "auto"
    """Context around a tile, in lr pixels. ``"exact"``: all that an output pixel depends on, so
    that tiles equal the whole image. ``"auto"``: the same; but less for a network that depends on
    too much for tiles (RRDBNet), where the measured difference is about a gray level. A number:
    that much, or all if that is less. SRResDNet always has all."""

    def __post_init__(self) -> None:
        parse_tile(self.tile)
        parse_overlap(self.overlap)
        if self.batch is not None and self.batch < 1:
            raise ConfigError(f"batch={self.batch}: must be at least 1")
        if self.sigma_floor is not None and not 0 <= self.sigma_floor <= 1:
            raise ConfigError(f"sigma_floor={self.sigma_floor}: must be in [0, 1]")


def parse_tile(value: int | str | None) -> Tile:
    """Side of a tile in lr pixels: ``auto``, a number, or ``none`` for whole images.

    Raises:
        ConfigError: the value is none of these.
    """
    if value is None or value == "none":
        return None
    if value == "auto":
        return "auto"
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return value
    raise ConfigError(f"tile={value}: must be auto, none, or a number of lr pixels of at least 1")


def parse_overlap(value: int | str) -> int | Literal["auto", "exact"]:
    """Context around a tile: ``auto``, ``exact``, or a number of lr pixels.

    Raises:
        ConfigError: the value is none of these.
    """
    if value == "auto":
        return "auto"
    if value == "exact":
        return "exact"
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise ConfigError(
        f"overlap={value}: must be auto, exact, or a number of lr pixels of at least 0"
    )
