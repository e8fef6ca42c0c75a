"""Trainable projection of a residual onto an L2 ball."""

import torch
from torch import Tensor


def ball_radius(sigma: Tensor, alpha: Tensor, count: int) -> Tensor:
    """Largest l2 norm that a residual may have: ``exp(alpha) sigma_b sqrt(count - 1)``.

    Args:
        sigma: noise standard deviation in the unit of the residual, at least 0.
        alpha: logarithm of the factor on the radius.
        count: ``C H W``, the number of values in the residual of one image.

    Shape:
        - sigma and output: ``(B,)``.
        - alpha: ``(1,)``.
    """
    return alpha.float().exp() * sigma.float() * (count - 1) ** 0.5


def project(residual: Tensor, sigma: Tensor, alpha: Tensor) -> Tensor:
    """Project each residual onto an l2 ball whose radius follows the noise in its image.

    With ``eps`` from :func:`ball_radius`, a residual ``n`` becomes ``n min(1, eps / |n|)``
    (SRResCGAN: Umer, Foresti, Micheloni, CVPRW 2020; Lefkimmiatis, "Universal Denoising Networks",
    CVPR 2018). ``alpha`` has a gradient only where the residual is outside the ball. A residual of
    length 0 stays 0.

    Computed in float32 for any input type.

    Args:
        residual: output of the network, in any memory format.
        sigma: noise standard deviation in the unit of the residual, at least 0.
        alpha: logarithm of the factor on the radius.

    Returns:
        The projected residual, float32.

    Shape:
        - residual and output: ``(B, C, H, W)``.
        - sigma: ``(B,)``.
        - alpha: ``(1,)``.
    """
    residual = residual.float()
    radius = ball_radius(sigma, alpha, residual[0].numel())
    length = torch.linalg.vector_norm(residual, dim=(1, 2, 3))
    # The lower clamp avoids 0 / 0. The upper one, unlike eps / max(|n|, eps), gives alpha a
    # gradient of exactly 0 where the residual is inside the ball.
    shrink = (radius / length.clamp(min=torch.finfo(torch.float32).tiny)).clamp(max=1)
    return residual * shrink[:, None, None, None]
