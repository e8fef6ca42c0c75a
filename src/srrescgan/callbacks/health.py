"""Health of adversarial training: curves with the same names in every logger.

``health/d_margin``
    Mean real logit minus mean fake logit. 0: the discriminator cannot distinguish real
    from fake; negative: it takes fake images for real; growing without bound: it has won, and the
    generator learns nothing from it. For a relativistic average loss, whose logits are meaningful
    only relative to the other class, this is the mean of ``C(x) - E C(y)``, which that loss uses.
    For a map of patches, the mean is also over the map.
``health/d_lr_margin``
    The same of the lr discriminator, where the system has one.
``health/gradient_ratio``
    L2 norm of the generator's gradient divided by that of the discriminator's, before clipping. Its
    level depends on the weights of the losses (hundreds for images in 0-255). If it drifts by
    orders of magnitude, one network no longer learns from the other.
``health/color_drift``
    Mean color difference (CIE 1976) between the sr batch, downscaled by MATLAB's bicubic, and the
    lr batch. The noise in lr adds to it, so compare the curve with its own start, not with 0.
``health/high_frequency``
    High-frequency energy (what a 9-pixel box blur removes) of sr divided by that of hr. Below 1:
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
"""Side of the box in pixels, as in SRResCGAN's discriminator."""


class HealthMonitor:
    """Measures the health curves of an iteration.

    :class:`srrescgan.callbacks.ScalarLogger` uses it, so every run with training curves has health
    curves.
    """

    def from_outputs(self, outputs: Any) -> dict[str, Tensor]:
        """Curves of the images, on their device; empty for a system that is not an SR GAN.

        Args:
            outputs: result of the training step, detached.
        """
        if not isinstance(outputs, GANOutputs):
            return {}
        return image_health(outputs.sr, outputs.hr, outputs.lr)

    def from_values(self, values: Mapping[str, float]) -> dict[str, float]:
        """Curves of the two networks, computed from the other values of a row.

        Args:
            values: by log name. Without a discriminator, or before its first update, the result is
                empty.
        """
        curves = {}
        for phase in ("d", "d_lr"):
            real, fake = f"train/{phase}/real", f"train/{phase}/fake"
            if {real, fake} <= values.keys():
                curves[f"health/{phase}_margin"] = values[real] - values[fake]
        if values.get("train/d/grad_norm") and "train/g/grad_norm" in values:
            ratio = values["train/g/grad_norm"] / values["train/d/grad_norm"]
            curves["health/gradient_ratio"] = ratio
        return curves


def image_health(sr: Tensor, hr: Tensor, lr: Tensor) -> dict[str, Tensor]:
    """Measure one batch, without synchronizing with the device and without gradients.

    Args:
        sr: output of the generator, RGB in [0, 1].
        hr: ground truth.
        lr: input of the generator.

    Shape:
        - sr, hr: ``(B, 3, H, W)``.
        - lr: ``(B, 3, h, w)``, smaller by the same integer factor in both directions.
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
    # No zero padding: in a bright image, the edge to the zeros would dominate.
    return (high_pass(image, _BOX, include_pad=False) - 0.5).square().mean()
