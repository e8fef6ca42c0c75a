"""JPEG blockiness: energy of the steps at the borders of 8 x 8 blocks."""

import torch
from torch import Tensor

PERIOD = 8
"""Side of a JPEG block, pixels."""
_MAX_STEP = 16 / 255


def grid_energy(luma: Tensor) -> Tensor:
    """Mean strength of the steps between neighboring columns, by position in the grid of 8.

    The strength of the step between columns ``i`` and ``i + 1`` is the absolute third difference
    ``|-x[i-1] + 3 x[i] - 3 x[i+1] + x[i+2]|``, which is small for smooth shading. It is
    clipped at 16 grey levels, so that a few strong edges of the content do not dominate.

    Args:
        luma: values in [0, 1]; give the transposed image for the steps between rows.

    Returns:
        ``[..., h, p]``: mean over the even (``h = 0``) or odd (``h = 1``) rows of the steps after
        the columns ``p, p + 8, p + 16, ...``. A JPEG whose first block starts at column 0 has its
        maximum at ``p = 7``.

    Raises:
        ValueError: an image is less than 2 rows high or 16 columns wide.

    Shape:
        - luma: ``(..., H, W)``.
        - Output: ``(..., 2, 8)``.

    Example:
        >>> steps = (torch.arange(32) // 8 * 0.02).expand(4, 32)
        >>> grid_energy(steps)[0].argmax().item()
        7
    """
    height, width = luma.shape[-2:]
    if height < 2 or width < 2 * PERIOD:
        raise ValueError(f"expected at least 2 x {2 * PERIOD} pixels, got {height} x {width}")
    third = -luma[..., :-3] + 3 * luma[..., 1:-2] - 3 * luma[..., 2:-1] + luma[..., 3:]
    strength = third.abs().clamp(max=_MAX_STEP)  # element j is the step after column j + 1
    halves = torch.stack([strength[..., r::2, :].mean(dim=-2) for r in (0, 1)], dim=-2)
    return torch.stack(
        [halves[..., (p - 1) % PERIOD :: PERIOD].mean(dim=-1) for p in range(PERIOD)], dim=-1
    )


def grid_excess(energy: Tensor) -> Tensor:
    """Relative excess of the steps on the grid, at its most likely position.

    The position is found in one half of the rows and the excess measured in the other half, and
    vice versa: with the same rows for both, pure noise would always have an excess.

    Args:
        energy: result of :func:`grid_energy`.

    Returns:
        Excess over the mean of the seven other positions: 0 without a grid, 1 if twice as strong.
        Slightly negative by chance.

    Shape:
        - energy: ``(..., 2, 8)``.
        - Output: ``(...)``.

    Example:
        >>> grid_excess(torch.tensor([[1.0, 1, 1, 2, 1, 1, 1, 1]]).expand(2, 8))
        tensor(1.)
    """
    place = energy.flip(-2).argmax(dim=-1, keepdim=True)
    on_grid = energy.gather(-1, place).squeeze(-1)
    off_grid = (energy.sum(dim=-1) - on_grid) / (PERIOD - 1)
    # A flat image has no steps, and thus no grid.
    return ((on_grid - off_grid) / off_grid.clamp(min=1e-6)).mean(dim=-1)
