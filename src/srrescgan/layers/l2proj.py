"""Trainable projection of a residual onto an L2 ball."""

import torch
from torch import Tensor


def ball_radius(sigma: Tensor, alpha: Tensor, count: int) -> Tensor:
    """The length that the noise allows to a residual: ``exp(alpha) sigma_b sqrt(count - 1)``.

    Args:
        sigma: noise standard deviation in the unit of the residual, at least 0.
        alpha: logarithm of the factor on the radius.
        count: ``C H W``, the number of values of the residual of one image.

    Shape:
        - sigma and output: ``(B,)``.
        - alpha: ``(1,)``.
    """
    return alpha.float().exp() * sigma.float() * (count - 1) ** 0.5


def project(residual: Tensor, sigma: Tensor, alpha: Tensor) -> Tensor:
    """Shrink a residual that is longer than the noise in the image allows.

    The ball of sample ``b`` has the radius ``eps`` of :func:`ball_radius`; the result is
    ``n min(1, eps / |n|)`` (SRResCGAN: Umer, Foresti, Micheloni,
    CVPRW 2020; Lefkimmiatis, "Universal Denoising Networks", CVPR 2018). ``alpha`` has a gradient
    only where the residual is longer than that. A residual of length 0 stays 0.

    Computed in float32 whatever the input.

    Args:
        residual: what the network predicts, in any memory format.
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
    # 0 / 0 is not a number; and a clamped quotient, unlike eps / max(|n|, eps), leaves alpha a
    # gradient of exactly 0 while the projection is idle.
    shrink = (radius / length.clamp(min=torch.finfo(torch.float32).tiny)).clamp(max=1)
    return residual * shrink[:, None, None, None]
