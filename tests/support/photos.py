"""Arrays of noise, and a check that a photo holds an array."""

import numpy as np

from srrescgan.images import Photo


def noise(channels: int, depth: int = 8, height: int = 17, width: int = 23) -> np.ndarray:
    levels = np.random.default_rng(channels).integers(0, 2**depth, (height, width, channels))
    return levels.astype(np.uint8 if depth <= 8 else np.uint16)


def assert_holds(photo: Photo, levels: np.ndarray) -> None:
    """Assert that a photo has the levels ``(H, W, C)``, the last channel alpha if C is 2 or 4."""
    alpha = levels.shape[-1] in (2, 4)
    assert photo.pixels.dtype == levels.dtype
    np.testing.assert_array_equal(photo.pixels, levels[..., :-1] if alpha else levels)
    assert (photo.alpha is not None) == alpha
    if alpha:
        assert photo.alpha.dtype == levels.dtype
        np.testing.assert_array_equal(photo.alpha, levels[..., -1])
