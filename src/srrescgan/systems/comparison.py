"""What a system made of a validation image, beside what it is held against."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from torch import Tensor

from srrescgan.ops.resize import enlarged, imresize
from srrescgan.types import SRBatch

Network = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Comparison:
    """One batch of whole images, ``(B, 3, H, W)`` in [0, 1]; lr ones are smaller."""

    made: Tensor
    """What the system makes."""
    baseline: Tensor
    """What a plain method makes, for its scores to stand beside the system's."""
    references: dict[str, Tensor]
    """What both are held against, by the role that metrics ask for: the true ``hr``, where it is
    known, and the ``lr`` that they were made from."""
    pictures: dict[str, Tensor]
    """What to show, from left to right; of any sizes."""


def super_resolution(batch: SRBatch, network: Network) -> Comparison:
    """Enlarge ``lr``, and compare with ``hr`` where the set has it; the baseline is bicubic."""
    lr = batch["lr"]
    sr = network(lr).float().clamp(0, 1)
    bicubic = enlarged(lr, sr.shape[-1] // lr.shape[-1])
    pictures = {"lr": lr, "bicubic": bicubic, "sr": sr}
    if "hr" not in batch:
        return Comparison(sr, bicubic, {"lr": lr}, pictures)
    hr = batch["hr"]
    return Comparison(sr, bicubic, {"hr": hr, "lr": lr}, pictures | {"hr": hr})


def domain_transfer(batch: SRBatch, network: Network, scale: int) -> Comparison:
    """Degrade ``hr`` by bicubic and network, and compare with the set's own ``lr``.

    Where the set has no ``lr`` of its own it is the data module's degradation of ``hr``. The
    baseline is what the network was given: bicubic without the network.
    """
    given = downscaled(batch["hr"], scale)
    made = network(given).float().clamp(0, 1)
    pictures = {"bicubic": given, "made": made, "real": batch["lr"]}
    # The camera's picture is the truth here.
    return Comparison(made, given, {"hr": batch["lr"]}, pictures)


def downscaled(hr: Tensor, scale: int) -> Tensor:
    """Bicubic lr picture on the 8-bit grid, as one is read from a file: the network's input."""
    return imresize(hr, Fraction(1, scale), quantise=True).clamp(0, 1)
