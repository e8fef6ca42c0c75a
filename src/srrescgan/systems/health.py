"""Signs of how a game of a generator against a discriminator is going.

Four curves, with the same names in every logger:

``health/d_margin``
    Mean real logit minus mean fake logit. 0: the discriminator cannot tell them apart; negative:
    it takes fakes for real; growing without end: it has won and teaches nothing. With a
    relativistic average loss, whose logits mean something only relative to the other side's, it is
    the mean of ``C(x) - E C(y)``, exactly what that loss looks at. For a map of patches the mean
    runs over the map, too.
``health/gradient_ratio``
    L2 norm of the generator's gradient over that of the discriminator's, before clipping. Its level
    follows the weights of the losses (hundreds where they are those of 0-255 pixels); when it
    drifts by orders of magnitude, one player has stopped to teach the other.
``health/color_drift``
    Mean color difference (CIE 1976) between the sr batch, downscaled by MATLAB's bicubic, and the
    lr batch it was made from. The noise of lr counts as difference, so a run is compared with its
    own beginning and not with 0.
``health/high_frequency``
    Energy of what a 9-pixel box blur leaves over, in sr relative to hr. Below 1: blurred; 1: as
    detailed as the truth; above 1: invented texture or ringing.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from srrescgan.ops.color import lab_distance
from srrescgan.ops.filters import high_pass
from srrescgan.ops.resize import imresize

_BOX = 9
"""Side of the blur, in pixels: that of SRResCGAN's discriminator."""


@runtime_checkable
class Watched(Protocol):
    """A system that measures its pictures when somebody is going to read the result."""

    watched: bool
    """Whether the iteration that begins is one that a row of the curves is due after."""


def of_pictures(sr: Tensor, hr: Tensor, lr: Tensor) -> dict[str, Tensor]:
    """Measure one batch; nothing waits for the device, and no gradient is kept.

    Args:
        sr: what the generator made, RGB in [0, 1].
        hr: what it should have made.
        lr: what it made it from.

    Shape:
        - sr, hr: ``(B, 3, H, W)``.
        - lr: ``(B, 3, h, w)``, both sides smaller by one integer factor.
        - Output: scalars, by the name of the curve.
    """
    with torch.no_grad():
        sr, hr, lr = sr.float(), hr.float(), lr.float()
        small = imresize(sr, Fraction(lr.shape[-1], sr.shape[-1]))
        return {
            "health/color_drift": lab_distance(small, lr).mean(),
            "health/high_frequency": _high_energy(sr) / _high_energy(hr),
        }


def of_players(values: Mapping[str, float]) -> dict[str, float]:
    """Derive the two curves of the players from the values of one row.

    Args:
        values: by log name; a run without a discriminator, or whose discriminator has not moved
            yet, gets no curve.
    """
    curves = {}
    if {"train/d/real", "train/d/fake"} <= values.keys():
        curves["health/d_margin"] = values["train/d/real"] - values["train/d/fake"]
    if values.get("train/d/grad_norm") and "train/g/grad_norm" in values:
        ratio = values["train/g/grad_norm"] / values["train/d/grad_norm"]
        curves["health/gradient_ratio"] = ratio
    return curves


def _high_energy(image: Tensor) -> Tensor:
    """Mean square of the high-pass part, up to a factor that a ratio does not have."""
    # Without the zeros beyond the border, which would be the strongest edge of a bright picture.
    return (high_pass(image, _BOX, include_pad=False) - 0.5).square().mean()
