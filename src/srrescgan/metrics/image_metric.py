"""What all metrics have in common: the images of a batch are judged one by one."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor

from srrescgan.errors import DataError
from srrescgan.metrics.protocol import Protocol


class ImageMetric(ABC):
    """A metric whose score of an image does not depend on its neighbours in the batch.

    Sums over a batch of three come out in another order than over one, and convolution libraries
    choose their algorithm by the batch size and the memory layout. So each image is looked at by
    itself, in one layout: the same image scores the same to the last bit, however it is served.

    A subclass says what it is in the four attributes and computes in :meth:`score`.

    Args:
        protocol: how images are prepared.
    """

    higher_is_better: bool
    reference: Literal["hr", "lr"] | None = "hr"
    """What it is called with beside the picture; ``None``: nothing."""
    decimals: int
    """Digits behind the point that are worth showing."""
    what: str
    """A sentence: definition, network, version."""

    called: str | None = None
    """The only name its numbers may have; ``None``: any. So that a name means one network."""

    compares_sizes: ClassVar[bool] = True
    """Whether the picture and its reference have to have one shape."""

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol

    # The second argument is optional for a subclass without reference only.
    def __call__(self, image: Tensor, reference: Any = None, /) -> Tensor:
        """Score each image.

        Shape:
            - image: ``(B, 3, H, W)``, RGB in [0, 1]; values outside are clamped.
            - reference: of the same shape; for ``lr``, ``(B, 3, h, w)``.
            - Output: ``(B,)`` float64.

        Raises:
            DataError: not RGB, other shapes, NaN or infinite values, an image too small, or as
                the metric says.
            TypeError: a reference is missing, or there is one that is not looked at.
        """
        pictures = {"sr": image}
        if self.reference is not None:
            if reference is None:
                raise TypeError(f"{type(self).__name__} compares: call it with {self.reference}")
            pictures[self.reference] = reference
        elif reference is not None:
            raise TypeError(f"{type(self).__name__} looks at one picture, without a reference")
        self._check(pictures)
        with torch.no_grad(), torch.autocast(image.device.type, enabled=False):
            scores = [
                self.score(
                    *(
                        # Not .contiguous(): that lets strides of other layouts pass.
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
            pictures: the image, and the reference if there is one; checked, and prepared as
                :meth:`Protocol.prepare` says.

        Shape:
            - pictures: ``(1, C, H, W)`` float64 each.
            - Output: one value.
        """

    def _check(self, pictures: dict[str, Tensor]) -> None:
        shapes = {name: tuple(picture.shape) for name, picture in pictures.items()}
        for name, shape in shapes.items():
            if len(shape) != 4 or shape[1] != 3:
                raise DataError(f"{name} has to be RGB, (B, 3, H, W); it is {shape}")
        axes = slice(None) if self.compares_sizes else slice(1)
        if len({shape[axes] for shape in shapes.values()}) > 1:
            text = ", ".join(f"{name} is {shape}" for name, shape in shapes.items())
            raise DataError(f"cannot compare images of different shapes: {text}")
        for name, picture in pictures.items():
            if not torch.isfinite(picture).all():
                raise DataError(
                    f"the {name} image holds NaN or infinite values"
                    + (
                        ": the weights are damaged or their training has diverged"
                        if name == "sr"
                        else ""
                    )
                )
