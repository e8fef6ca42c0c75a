"""Shared types and the image convention: batches, and protocols of networks and metrics.

**Images** are RGB, ``float32``, ``(B, 3, H, W)``, values in [0, 1]. ``uint8`` is only used
for reading and writing files (:mod:`srrescgan.images`). A network whose released weights expect
0-255 multiplies inside its own ``forward``; a loss that the reference computes on 0-255 has a
``value_range`` argument.

**Names**: ``hr`` true high resolution, ``lr`` low-resolution input, ``sr`` super-resolved output,
``scale`` the integer factor between them, ``sigma`` a noise standard deviation in [0, 1] units,
``iteration`` one update of every network (counted from 1), ``patch_size`` the side of the *hr*
crop.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol, TypedDict, runtime_checkable

from torch import Tensor


class SRBatch(TypedDict, total=False):
    """One batch, the input of every system.

    If the data set has no ``lr``, the data module makes it from ``hr`` by its degradation. A batch
    of unpaired domains has ``lr_real`` instead of ``lr``; one without ground truth has no ``hr``.
    """

    hr: Tensor
    """``(B, 3, H, W)``, the ground truth."""
    lr: Tensor
    """``(B, 3, H / scale, W / scale)``, the network's input."""
    lr_real: Tensor
    """``(B, 3, H / scale, W / scale)``, pictures of the camera, no partners of ``hr``."""
    name: list[str]
    """Relative path of the file without suffix, one per image."""
    seed: Tensor
    """``(B,)`` int64: seeds all random numbers of each sample, on any device or process."""
    set: list[str]
    """Name of each image's data set; the same for the whole batch."""
    is_padding: Tensor
    """``(B,)`` bool: not scored, and loaded only because its process has no image of its own."""
    problem: list[str]
    """Reason why the image cannot be read; the batch then has no images.

    See :class:`srrescgan.data.SkipUnreadable`.
    """


IMAGES: tuple[Literal["hr", "lr", "lr_real"], ...] = ("hr", "lr", "lr_real")
"""Keys of the images in a batch."""


@runtime_checkable
class SRGenerator(Protocol):
    """A network that upscales images by an integer factor, or keeps their size (``scale`` 1)."""

    scale: int

    def __call__(self, lr: Tensor) -> Tensor:
        """Map ``(B, 3, h, w)`` in [0, 1] to ``(B, 3, scale * h, scale * w)`` in [0, 1]."""
        ...


@runtime_checkable
class LocalGenerator(SRGenerator, Protocol):
    """A generator whose output pixels depend on a bounded neighborhood of the input.

    A network that defines :attr:`halo` is computed in tiles, whose result equals that of the whole
    image. Do not define it if any step depends on the whole image. Two more attributes are
    optional (:class:`srrescgan.generators.locality.Locality` reads all three):

    - ``grid: int``, 1 without it: the network reads the input in blocks of this many pixels a side,
      counted from the top left (pixel-unshuffle), and itself pads the last ones at the right and
      the bottom. Tiles then begin at multiples of it.
    - ``overlap_levels: Mapping[int, float]``, for a network whose halo is larger than a tile should
      be: the largest difference from the whole image, in gray levels, that was measured with tiles
      that overlap by that many input pixels. Where memory does not allow the halo, the smallest
      overlap whose difference is about 1 level is used, and the user sees the difference.
    """

    halo: int
    """Input pixels in every direction that an output pixel depends on, and no more."""


class Edges(NamedTuple):
    """Sides of a tile: true for the image's border, false for a cut.

    At the border a convolution pads, as for the whole image. At a cut the tile includes the
    true neighbors, so the output shrinks by the halo.
    """

    top: bool
    bottom: bool
    left: bool
    right: bool

    def margins(self, width: int) -> tuple[int, int, int, int]:
        """Padding of ``width`` pixels at the image's border only, in the order of ``F.pad``."""
        return self.left * width, self.right * width, self.top * width, self.bottom * width

    def crop(self, image: Tensor, width: int) -> Tensor:
        """Crop ``width`` pixels of ``(..., H, W)`` at every cut."""
        top, bottom, left, right = (width * (not edge) for edge in self)
        height, length = image.shape[-2:]
        return image[..., top : height - bottom, left : length - right]


WHOLE = Edges(top=True, bottom=True, left=True, right=True)
"""The edges of a whole image."""


@runtime_checkable
class ProjectedGenerator(Protocol):
    """A generator that projects its residual onto a ball whose radius follows the image's noise.

    The interface of SRResDNet. The output is ``combine(upsampled, residual(upsampled),
    estimate_sigma(lr, upsampled))``. Only ``residual`` is costly, and it is local. Two numbers
    depend on the whole image: the noise level (from :func:`srrescgan.ops.noise.estimate_sigma` and
    ``sigma_floor``) and the l2 norm of the residual, which must not exceed ``radius``. If they are
    computed first, the result of the tiles equals that of the whole image.
    """

    scale: int
    residual_halo: int
    """Hr pixels in every direction that a pixel of ``residual`` depends on."""
    noise_estimate: str
    """Image whose noise is estimated: ``"upsampled"`` or ``"input"``."""
    sigma_floor: float
    """Lower bound of the noise estimate, in [0, 1] units."""

    def upsample(self, lr: Tensor) -> Tensor:
        """``(B, 3, h, w)`` to ``(B, 3, H, W)``; depends on the nearest lr pixels only."""
        ...

    def estimate_sigma(self, lr: Tensor, upsampled: Tensor) -> Tensor:
        """Noise standard deviation of the whole image, ``(B,)``."""
        ...

    def residual(self, upsampled: Tensor, edges: Edges = WHOLE) -> Tensor:
        """``(B, 3, H, W)`` to the same size less ``residual_halo`` pixels at every cut side."""
        ...

    def radius(self, sigma: Tensor, count: int) -> Tensor:
        """Largest l2 norm that a residual of ``count`` values may have, ``(B,)``."""
        ...

    def subtract(self, upsampled: Tensor, residual: Tensor, residual_scale: Tensor) -> Tensor:
        """Output of a tile, ``(B, 3, H, W)`` in [0, 1]; ``residual_scale``: ``(B,)`` in [0, 1]."""
        ...

    def combine(self, upsampled: Tensor, residual: Tensor, sigma: Tensor) -> Tensor:
        """Output of the whole image, ``(B, 3, H, W)`` in [0, 1]."""
        ...


@runtime_checkable
class Degradation(Protocol):
    """A function that makes lr images from hr images."""

    scale: int

    def __call__(self, hr: Tensor, seeds: Sequence[int]) -> Tensor:
        """Map ``(B, 3, H, W)`` to ``(B, 3, H / scale, W / scale)``, both in [0, 1].

        Sample ``b`` of the result depends on ``hr[b]`` and ``seeds[b]`` only.
        """
        ...


class Metric(Protocol):
    """Image quality under a protocol, with or without a reference image."""

    reference: Literal["hr", "lr"] | None
    """Image to compare with, the second argument of the call; ``None``: no reference."""
    higher_is_better: bool
    decimals: int
    """Decimal places to show."""
    description: str
    """Definition, network and version, in one sentence without a full stop."""

    def __call__(self, image: Tensor, reference: Tensor = ..., /) -> Tensor:
        """Score each of ``(B, 3, H, W)`` in [0, 1]; ``(B,)`` float64."""
        ...


class Clock(Protocol):
    """An object that counts the iterations of a training run: the system."""

    iteration: int
