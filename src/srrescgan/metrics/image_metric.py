"""Base class of all metrics: scores the images of a batch one by one."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor

from srrescgan.errors import DataError
from srrescgan.metrics.protocol import Protocol

_CHECKS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "reference": (lambda value: value in ("hr", "lr", None), "'hr', 'lr' or None"),
    "higher_is_better": (lambda value: isinstance(value, bool), "True or False"),
    "decimals": (lambda value: type(value) is int and value >= 0, "a number of decimal places"),
    "description": (
        lambda value: isinstance(value, str) and value != "" and not value.endswith("."),
        "a text without a full stop, such as 'PSNR in dB, peak 1'",
    ),
    "reserved_name": (lambda value: value is None or isinstance(value, str), "a name or None"),
    "needs_same_size": (lambda value: isinstance(value, bool), "True or False"),
}
"""By attribute of a metric class, whether a value is valid, and what is expected."""


class ImageMetric(ABC):
    """A metric whose score of an image does not depend on the other images of the batch.

    Sums over a batch of three are computed in another order than sums over one, and convolution
    libraries choose their algorithm by batch size and memory layout. Therefore each image is
    scored alone, in one memory layout: the same image has the same score to the last bit.

    A subclass sets :attr:`higher_is_better`, :attr:`decimals` and :attr:`description`, and
    :attr:`reference` if it does not compare with hr; it computes the score in :meth:`score`. Its
    constructor may replace them for an instance, to add options to the description.

    Args:
        protocol: how images are prepared.

    Raises:
        TypeError: when a subclass is defined without one of the attributes or with a wrong value.
    """

    reference: Literal["hr", "lr"] | None = "hr"
    """The second argument of the call; ``None``: the metric needs no reference."""
    higher_is_better: bool
    decimals: int
    """Decimal places to show."""
    description: str
    """Definition, network and version, in one sentence without a full stop."""

    reserved_name: str | None = None
    """The only name that ``metric=`` may give it, so that a name means one network; ``None``: any.
    """

    needs_same_size: ClassVar[bool] = True
    """Whether the image and its reference must have the same size."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for name, (is_valid, expected) in _CHECKS.items():
            if not hasattr(cls, name):
                raise TypeError(f"{cls.__name__}.{name} is missing: expected {expected}")
            value = getattr(cls, name)
            if not is_valid(value):
                raise TypeError(f"{cls.__name__}.{name} is {value!r}: expected {expected}")

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol

    # The second argument is optional for metrics without a reference only.
    def __call__(self, image: Tensor, reference: Any = None, /) -> Tensor:
        """Score each image.

        Shape:
            - image: ``(B, 3, H, W)``, RGB in [0, 1]; values outside are clamped.
            - reference: of the same shape; for ``lr``, ``(B, 3, h, w)``.
            - Output: ``(B,)`` float64.

        Raises:
            DataError: an image is not RGB, has the wrong shape, contains NaN or infinite values,
                is too small, or is refused by the metric.
            TypeError: the reference is missing, or the metric takes none.
        """
        pictures = {"sr": image}
        if self.reference is not None:
            if reference is None:
                raise TypeError(f"{type(self).__name__} compares: call it with {self.reference}")
            pictures[self.reference] = reference
        elif reference is not None:
            raise TypeError(f"{type(self).__name__} scores one picture, without a reference")
        self._check(pictures)
        with torch.no_grad(), torch.autocast(image.device.type, enabled=False):
            scores = [
                self.score(
                    *(
                        # Not .contiguous(), which keeps some strides of other layouts.
                        self.protocol.prepare(
                            picture[index][None].clone(memory_format=torch.contiguous_format)
                        )
                        for picture in pictures.values()
                    )
                )
                for index in range(len(image))
            ]
        return torch.stack([score.double().reshape(()) for score in scores])

    @abstractmethod
    def score(self, *pictures: Tensor) -> Tensor:
        """Score one image.

        Args:
            pictures: the image, then the reference if there is one; checked, and prepared by
                :meth:`Protocol.prepare`.

        Shape:
            - pictures: ``(1, C, H, W)`` float64 each.
            - Output: one value.
        """

    def _check(self, pictures: dict[str, Tensor]) -> None:
        shapes = {name: tuple(picture.shape) for name, picture in pictures.items()}
        for name, shape in shapes.items():
            if len(shape) != 4 or shape[1] != 3:
                raise DataError(f"{name} has to be RGB, (B, 3, H, W); it is {shape}")
        axes = slice(None) if self.needs_same_size else slice(1)
        if len({shape[axes] for shape in shapes.values()}) > 1:
            text = ", ".join(f"{name} is {shape}" for name, shape in shapes.items())
            raise DataError(f"cannot compare images of different shapes: {text}")
        for name, picture in pictures.items():
            if not torch.isfinite(picture).all():
                cause = ": the weights are damaged or their training has diverged"
                raise DataError(
                    f"the {name} image holds NaN or infinite values{cause if name == 'sr' else ''}"
                )
