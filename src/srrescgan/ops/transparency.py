"""Images with transparency: filling transparent pixels, and upsampling the alpha channel."""

import torch
import torch.nn.functional as F
from torch import Tensor


def fill_transparent(color: Tensor, alpha: Tensor) -> Tensor:
    """Fill transparent pixels with the colors of the visible pixels around them.

    The result is opaque and has no edge where only the alpha channel has one, so a network that
    sharpens edges makes no fringe along the outline. The colors stored in fully transparent pixels
    are ignored. (With premultiplied colors, whose background is black, the network would sharpen
    the outline while the upsampled alpha stays smooth, and their quotient would show a ring.)

    Colors are weighted by their alpha. The image is halved until one pixel is left, then
    filled from coarse to fine (the pull-push algorithm of Gortler et al., "The Lumigraph", SIGGRAPH
    1996). A fully transparent image becomes black.

    Args:
        color: straight color, not premultiplied.
        alpha: in [0, 1].

    Shape:
        - color and output: ``(C, h, w)``.
        - alpha: ``(h, w)``.
    """
    weight = alpha[None, None]
    return _filled(color[None] * weight, weight)[0]


def _filled(premultiplied: Tensor, alpha: Tensor) -> Tensor:
    height, width = alpha.shape[-2:]
    if height == width == 1:
        return premultiplied / torch.where(alpha > 0, alpha, 1)
    mean, coverage = (F.avg_pool2d(each, 2, ceil_mode=True) for each in (premultiplied, alpha))
    # One opaque pixel of four is enough to define the color here.
    opaque = (4 * coverage).clamp(max=1)
    coarse = _filled(mean * (opaque / torch.where(coverage > 0, coverage, 1)), opaque)
    below = F.interpolate(coarse, scale_factor=2, mode="bilinear", align_corners=False)
    return premultiplied + (1 - alpha) * below[..., :height, :width]


def upsample_rows(plane: Tensor, scale: int, start: int, stop: int) -> Tensor:
    """Rows ``start`` to ``stop`` of a bilinearly upsampled plane.

    Bands of any height, joined, equal ``F.interpolate(..., mode="bilinear",
    align_corners=False)`` of the whole plane.

    Args:
        plane: float32, ``(h, w)``.
        scale: integer upsampling factor.
        start: first row, of the ``scale * h`` upsampled ones.
        stop: row after the last.

    Returns:
        ``(stop - start, scale * w)``.

    Example:
        >>> upsample_rows(torch.tensor([[0.0], [1.0]]), 2, 1, 3)
        tensor([[0.2500, 0.2500],
                [0.7500, 0.7500]])
    """
    row = torch.arange(start, stop, device=plane.device, dtype=torch.float64)
    place = ((row + 0.5) / scale - 0.5).clamp(min=0)
    above = place.floor().long()
    below = (above + 1).clamp(max=len(plane) - 1)
    weight = (place - above).to(plane.dtype)[:, None]
    rows = plane[above] * (1 - weight) + plane[below] * weight
    return F.interpolate(rows[None], scale_factor=scale, mode="linear", align_corners=False)[0]
