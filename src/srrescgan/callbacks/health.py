"""Health of adversarial training: four curves of the generator and the discriminator.

They have the same names in every logger:

``health/d_margin``
    Mean real logit minus mean fake logit. 0: the discriminator cannot tell real from fake;
    negative: it takes fake images for real; growing without bound: it has won, and the generator
    learns nothing from it. With a relativistic average loss, whose logits mean something only
    relative to those of the other side, it is the mean of ``C(x) - E C(y)``, which is what that
    loss uses. For a map of patches the mean is over the map, too.
``health/gradient_ratio``
    L2 norm of the generator's gradient divided by that of the discriminator's, before clipping. Its
    level follows the weights of the losses (hundreds for images in 0-255). When it drifts by orders
    of magnitude, one network has stopped learning from the other.
``health/color_drift``
    Mean color difference (CIE 1976) between the sr batch, downscaled by MATLAB's bicubic, and the
    lr batch. The noise of lr counts as difference, so compare a run with its own beginning and not
    with 0.
``health/high_frequency``
    High-frequency energy (the rest after a 9-pixel box blur) of sr divided by that of hr. Below 1:
    blurred; 1: as detailed as the ground truth; above 1: invented texture or ringing.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import torch
from torch import Tensor

from srrescgan.ops.color import lab_distance
from srrescgan.ops.filters import high_pass
from srrescgan.ops.resize import imresize
from srrescgan.systems import GANOutputs

_BOX = 9
"""Side of the blur, in pixels: that of SRResCGAN's discriminator."""


class HealthMonitor:
    """Measures the health curves of an iteration.

    :class:`srrescgan.callbacks.ScalarLogger` has one, so that every run with training curves has
    health curves.
    """

    def from_outputs(self, outputs: Any) -> dict[str, Tensor]:
        """Curves of the images, on their device; none where there is no sr beside a discriminator.

        Args:
            outputs: of the training step, detached.
        """
        if not isinstance(outputs, GANOutputs):
            return {}
        return image_health(outputs.sr, outputs.hr, outputs.lr)

    def from_values(self, values: Mapping[str, float]) -> dict[str, float]:
        """Curves of the two networks, from the other values of a row.

        Args:
            values: by log name. A run without a discriminator, or whose discriminator has not been
                updated yet, has no such curves.
        """
        curves = {}
        if {"train/d/real", "train/d/fake"} <= values.keys():
            curves["health/d_margin"] = values["train/d/real"] - values["train/d/fake"]
        if values.get("train/d/grad_norm") and "train/g/grad_norm" in values:
            ratio = values["train/g/grad_norm"] / values["train/d/grad_norm"]
            curves["health/gradient_ratio"] = ratio
        return curves


def image_health(sr: Tensor, hr: Tensor, lr: Tensor) -> dict[str, Tensor]:
    """Measure one batch; no wait for the device, no gradient.

    Args:
        sr: output of the generator, RGB in [0, 1].
        hr: ground truth.
        lr: input of the generator.

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


def _high_energy(image: Tensor) -> Tensor:
    """Mean square of the high-pass part, up to a factor that cancels in a ratio."""
    # Without zero padding, whose edge would be the strongest one of a bright picture.
    return (high_pass(image, _BOX, include_pad=False) - 0.5).square().mean()
