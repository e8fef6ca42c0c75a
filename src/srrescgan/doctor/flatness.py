"""Areas without any structure."""

import numpy as np

PATCH = 32
"""Side of a patch in pixels."""


def flat_share(grey: np.ndarray, level: float) -> float:
    """Share of 32-pixel patches whose standard deviation is below ``level``.

    Patches do not overlap; what is left at the bottom and right does not count. A smaller picture
    is one patch.

    Args:
        grey: luma, ``(H, W)`` uint8.
        level: in [0, 1] units.

    Example:
        >>> half = np.repeat(np.array([[0, 64]], np.uint8), 64, axis=0).repeat(64, axis=1)
        >>> half[:, :64] += np.arange(64, dtype=np.uint8)
        >>> flat_share(half, 1 / 255)
        0.5
    """
    height, width = (min(PATCH, side) for side in grey.shape)
    rows, columns = grey.shape[0] // height, grey.shape[1] // width
    cut = grey[: rows * height, : columns * width].astype(np.float32)
    patches = cut.reshape(rows, height, columns, width)
    return float((patches.std(axis=(1, 3)) < level * 255).mean())
