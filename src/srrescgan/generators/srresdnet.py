"""SRResDNet: the generator of SRResCGAN."""

import math
import re
from collections.abc import Mapping
from typing import Any, Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from srrescgan.layers.l2proj import ball_radius, project
from srrescgan.layers.resblock import PreActivationBlock
from srrescgan.layers.weight_norm import WNConv2d, WNConvTranspose2d
from srrescgan.ops.noise import estimate_sigma
from srrescgan.types import WHOLE, Edges

SCALES = (2, 3, 4)
NOISE_ESTIMATES = ("upsampled", "input")
_BLOCK = re.compile(r"model\.layer1\.(\d+)\.")


class SRResDNet(nn.Module):
    """Upsamples bilinearly, then subtracts a residual whose l2 norm the noise level limits.

    Umer, Foresti, Micheloni, "Deep Generative Adversarial Residual Convolutional Networks for
    Real-World Super-Resolution", CVPRW 2020. Names and order of the parameters are those of the
    released files, which ``load_state_dict`` takes as they are.

    Inside, values are in [0, 255], as the released weights expect. The noise estimate and the
    projection are computed in float32, even under autocast.

    Args:
        scale: 2, 3 or 4. The released weights are for 4.
        features: channels between the layers.
        blocks: number of residual blocks. The first has no skip connection.
        alpha_init: initial value of ``alpha``, the logarithm of the factor on the projection
            radius. The reference starts at ln 2, which with ``"upsampled"`` leaves next to nothing
            of the residual; the released weights hold about 9.
        noise_estimate: where the noise is measured. ``"upsampled"`` is the reference: on the
            bilinearly upsampled image, about 2000 times too low, which a trained ``alpha``
            compensates. ``"input"`` measures the low-resolution image itself; choose it to train
            from scratch, not for the released weights.
        sigma_floor: lower bound of the noise estimate, in [0, 1] units of that estimate. At 0, an
            image that is flat in more than half of its area has an estimate of about 0, and the
            output is the bilinear image.

    Raises:
        ValueError: an argument is out of its range; or an image is too small for the noise
            estimate: ``scale`` times its side must be 8 or more, for ``"input"`` the side itself.

    Shape:
        - lr: ``(B, 3, h, w)``, RGB in [0, 1].
        - Output: ``(B, 3, scale * h, scale * w)``, RGB in [0, 1], float32.
    """

    def __init__(
        self,
        scale: int = 4,
        features: int = 64,
        blocks: int = 5,
        alpha_init: float = math.log(2),
        noise_estimate: Literal["upsampled", "input"] = "upsampled",
        sigma_floor: float = 0.0,
    ) -> None:
        super().__init__()
        if scale not in SCALES:
            raise ValueError(f"scale must be one of {SCALES}, got {scale!r}")
        if features < 1 or blocks < 1:
            raise ValueError(f"features and blocks must be 1 or more, got {features} and {blocks}")
        if noise_estimate not in NOISE_ESTIMATES:
            raise ValueError(
                f"noise_estimate must be one of {NOISE_ESTIMATES}, got {noise_estimate!r}"
            )
        if not 0 <= sigma_floor <= 1:
            raise ValueError(f"sigma_floor must be in [0, 1], got {sigma_floor}")
        self.scale = scale
        self.noise_estimate = noise_estimate
        self.sigma_floor = sigma_floor
        self.alpha = nn.Parameter(torch.full((1,), float(alpha_init)))
        self.model = _ResDNet(features, blocks)
        self.residual_halo = self.model.halo

    def forward(self, lr: Tensor) -> Tensor:
        """Super-resolve."""
        upsampled = self.upsample(lr)
        sigma = self.estimate_sigma(lr, upsampled)
        return self.combine(upsampled, self.residual(upsampled), sigma)

    @classmethod
    def arguments_from(cls, state: Mapping[str, Tensor]) -> dict[str, Any] | None:
        """Constructor arguments of a state dict with these keys; ``None``: another network.

        Scale and noise estimate leave no trace in a file: 4 and ``"upsampled"``, as in the
        released weights.
        """
        bias = state.get("model.conv1.bias")
        found = {match[1] for match in map(_BLOCK.match, state) if match}
        if bias is None or bias.ndim != 1 or "alpha" not in state or not found:
            return None
        return {"scale": 4, "features": len(bias), "blocks": len(found)}

    def upsample(self, lr: Tensor) -> Tensor:
        """Enlarge bilinearly: ``(B, 3, h, w)`` in [0, 1] to ``(B, 3, H, W)`` in [0, 255]."""
        return F.interpolate(
            255 * lr.float(), scale_factor=self.scale, mode="bilinear", align_corners=False
        )

    def estimate_sigma(self, lr: Tensor, upsampled: Tensor) -> Tensor:
        """Noise standard deviation of each image, ``(B,)`` in [0, 1] units.

        Args:
            lr: input of :meth:`upsample`.
            upsampled: its output.
        """
        measured = upsampled if self.noise_estimate == "upsampled" else lr
        return estimate_sigma(measured).clamp(min=self.sigma_floor)

    def residual(self, upsampled: Tensor, edges: Edges = WHOLE) -> Tensor:
        """Unprojected residual, ``(B, 3, H, W)`` in units of 1/255.

        Local: a pixel depends on :attr:`residual_halo` pixels around it. For a tile of an image,
        the result lacks ``residual_halo`` pixels at every side that is a cut.
        """
        return self.model(upsampled, edges)

    def combine(self, upsampled: Tensor, residual: Tensor, sigma: Tensor) -> Tensor:
        """Project the residual of a whole image, subtract it and clip: ``(B, 3, H, W)``, [0, 1]."""
        return _clipped(upsampled - project(residual, 255 * sigma, self.alpha))

    def radius(self, sigma: Tensor, count: int) -> Tensor:
        """Largest l2 norm that ``sigma`` allows a residual of ``count`` values, ``(B,)``."""
        return ball_radius(255 * sigma, self.alpha, count)

    def subtract(self, upsampled: Tensor, residual: Tensor, residual_scale: Tensor) -> Tensor:
        """``combine`` for any tile of an image, once the scale of the whole residual is known.

        Args:
            upsampled: the tile.
            residual: of the tile.
            residual_scale: ``radius`` divided by the l2 norm of the whole image's residual, at
                most 1; ``(B,)``.
        """
        return _clipped(upsampled - residual_scale[:, None, None, None] * residual)


def _clipped(image: Tensor) -> Tensor:
    return F.hardtanh(image, 0.0, 255.0) / 255


class _ResDNet(nn.Module):
    """The convolutions of SRResDNet; a module of its own so that keys equal the released ones."""

    def __init__(self, features: int, blocks: int) -> None:
        super().__init__()
        self.conv1 = WNConv2d(3, features, kernel_size=5)
        self.layer1 = nn.Sequential(
            *(PreActivationBlock(features, skip=index > 0) for index in range(blocks))
        )
        self.conv_out = WNConvTranspose2d(features, 3, kernel_size=5)
        self.halo = self.conv1.margin + blocks * PreActivationBlock.margin + self.conv_out.margin
        # As in the reference, whose loop over convolutions skips the transposed one.
        for module in self.modules():
            if isinstance(module, WNConv2d):
                nn.init.zeros_(module.bias)

    def forward(self, x: Tensor, edges: Edges) -> Tensor:
        x = self.conv1(x, edges)
        for block in self.layer1:
            x = block(x, edges)
        return self.conv_out(x, edges)
