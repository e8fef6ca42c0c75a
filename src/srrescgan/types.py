"""What travels between the parts, and the one image convention.

**Images** are RGB, ``float32``, ``(B, 3, H, W)``, values in [0, 1]. ``uint8`` exists only at the
edge of the disk (:mod:`srrescgan.images`). A network whose released weights expect 0-255
multiplies inside its own ``forward``; a loss that the reference feeds with 0-255 says so with an
explicit ``value_range`` argument.

**Names**: ``hr`` true high resolution, ``lr`` low-resolution input, ``sr`` super-resolved output,
``scale`` the integer factor between them, ``sigma`` a noise standard deviation in [0, 1] units,
``iteration`` one update of every player (counted from 1), ``patch_size`` the side of the *hr* crop.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol, TypedDict, runtime_checkable

from torch import Tensor


class SRBatch(TypedDict, total=False):
    """One batch, as every system sees it.

    ``lr`` is made from ``hr`` by the data module's degradation when the data set has none. A batch
    of unpaired domains has ``lr_real`` instead; one without ground truth has no ``hr``.
    """

    hr: Tensor
    """``(B, 3, H, W)``, the true image."""
    lr: Tensor
    """``(B, 3, H / scale, W / scale)``, the network's input."""
    lr_real: Tensor
    """``(B, 3, H / scale, W / scale)``, pictures of the camera; of other scenes than ``hr``."""
    name: list[str]
    """File name without folder and suffix, one per image."""
    seed: Tensor
    """``(B,)`` int64: seeds everything random about each sample, wherever it is computed."""
    set: list[str]
    """Name of the data set each image belongs to; the same for the whole batch."""
    is_padding: Tensor
    """``(B,)`` bool, on whole images: shown only to give this process something to do, not scored.
    """
    problem: list[str]
    """Instead of the images: why this one cannot be read.

    See :class:`srrescgan.data.SkipUnreadable`.
    """


IMAGES: tuple[Literal["hr", "lr", "lr_real"], ...] = ("hr", "lr", "lr_real")
"""Keys of a batch that hold images."""


@runtime_checkable
class SRGenerator(Protocol):
    """A network that enlarges images by a factor, or keeps their size (``scale`` 1)."""

    scale: int

    def __call__(self, lr: Tensor) -> Tensor:
        """Map ``(B, 3, h, w)`` in [0, 1] to ``(B, 3, scale * h, scale * w)`` in [0, 1]."""
        ...


@runtime_checkable
class LocalGenerator(SRGenerator, Protocol):
    """A generator whose output pixels depend on a bounded neighborhood of the input.

    Declaring :attr:`halo` is all that a network has to do to be computed in tiles: the tiles then
    equal the whole image. Do not declare it when any step looks at the whole image.
    """

    halo: int
    """Input pixels in every direction that an output pixel depends on."""


class Edges(NamedTuple):
    """Which sides of a piece of a picture are the picture's own border.

    A convolution pads there, as it does for the whole picture. At the other sides, the cuts, it
    has true neighbours in the piece and uses them up: its output is smaller there.
    """

    top: bool
    bottom: bool
    left: bool
    right: bool

    def margins(self, width: int) -> tuple[int, int, int, int]:
        """``width`` pixels at the picture's border, in the order of ``torch``'s ``pad``."""
        return self.left * width, self.right * width, self.top * width, self.bottom * width

    def crop(self, image: Tensor, width: int) -> Tensor:
        """``image``, ``(..., H, W)``, without ``width`` pixels at every cut."""
        top, bottom, left, right = (width * (not edge) for edge in self)
        height, length = image.shape[-2:]
        return image[..., top : height - bottom, left : length - right]


WHOLE = Edges(top=True, bottom=True, left=True, right=True)
"""Those of a whole picture."""


@runtime_checkable
class ProjectedGenerator(Protocol):
    """A generator that projects its residual onto a ball whose radius follows the image's noise.

    SRResDNet's contract. The output is ``combine(upsampled, residual(upsampled),
    estimate_sigma(lr, upsampled))``. Only ``residual`` is costly, and it is local. Two numbers
    belong to the whole image: the noise level (:func:`srrescgan.ops.noise.estimate_sigma`, or
    more) and the l2 norm of the residual, which must not exceed ``radius``. With these two, tiles
    equal the whole image.
    """

    scale: int
    residual_halo: int
    """Hr pixels in every direction that a pixel of ``residual`` depends on."""
    noise_estimate: str
    """Where the noise is measured: on the ``"upsampled"`` image or on the ``"input"``."""
    sigma_floor: float
    """Lower bound of the noise estimate, in [0, 1] units."""

    def upsample(self, lr: Tensor) -> Tensor:
        """``(B, 3, h, w)`` to ``(B, 3, H, W)``; depends on the nearest lr pixels only."""
        ...

    def estimate_sigma(self, lr: Tensor, upsampled: Tensor) -> Tensor:
        """Noise standard deviation of the whole image, ``(B,)``."""
        ...

    def residual(self, upsampled: Tensor, edges: Edges = WHOLE) -> Tensor:
        """``(B, 3, H, W)`` to the same, without ``residual_halo`` pixels at every cut side."""
        ...

    def radius(self, sigma: Tensor, count: int) -> Tensor:
        """Largest l2 norm that a residual of ``count`` values may have, ``(B,)``."""
        ...

    def subtract(self, upsampled: Tensor, residual: Tensor, residual_scale: Tensor) -> Tensor:
        """Output ``(B, 3, H, W)`` in [0, 1] of any piece; ``residual_scale`` ``(B,)`` in [0, 1]."""
        ...

    def combine(self, upsampled: Tensor, residual: Tensor, sigma: Tensor) -> Tensor:
        """Output ``(B, 3, H, W)`` in [0, 1] of the whole image."""
        ...


@runtime_checkable
class Degradation(Protocol):
    """What happens to a picture between the scene and the file: hr to lr."""

    scale: int

    def __call__(self, hr: Tensor, seeds: Sequence[int]) -> Tensor:
        """Map ``(B, 3, H, W)`` to ``(B, 3, H / scale, W / scale)``, both in [0, 1].

        Sample ``b`` of the result depends on ``hr[b]`` and ``seeds[b]`` and on nothing else.
        """
        ...


class Metric(Protocol):
    """Image quality under a protocol, with or without a reference image."""

    reference: Literal["hr", "lr"] | None
    """The second argument of the call; ``None``: the metric needs no reference."""
    higher_is_better: bool
    decimals: int
    """Decimal places to show."""
    description: str
    """Definition, network and version, in one sentence without a full stop."""

    def __call__(self, image: Tensor, reference: Tensor = ..., /) -> Tensor:
        """Score each of ``(B, 3, H, W)`` in [0, 1]; ``(B,)`` float64."""
        ...


class Clock(Protocol):
    """The counter of iterations of a training run: the system."""

    iteration: int
