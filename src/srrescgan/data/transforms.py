"""Random crop, flip and rotation, the same for hr and lr."""

import os

os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")  # else the import goes online

import albumentations as A
import numpy as np

from srrescgan.data.seeds import derive_seed


class PatchTransform:
    """Crops the same random patch from hr and lr, then flips and rotates both in the same way.

    SRResCGAN flips left-right, flips up-down and transposes with probability 1/2 each, which is a
    uniform choice from the eight symmetries of the square (``albumentations.D4``, used without
    ``Compose``, which gives the same result in twice the time).

    The result depends only on the seed of the call, not on the worker or on earlier calls: with
    seeds per worker, training can repeat the same patches in every epoch.

    Args:
        scale: integer factor between hr and lr.
        patch_size: side of the hr patch, a multiple of ``scale``; ``None`` keeps whole images.
        augment: apply a random symmetry; otherwise return the crop unchanged.
    """

    def __init__(self, scale: int, patch_size: int | None, augment: bool) -> None:
        self.scale = scale
        self.patch_size = patch_size
        self._flip = A.D4(p=1) if augment else None
        if self._flip is not None:
            self._flip.add_targets({"lr": "image"})

    def __call__(
        self, hr: np.ndarray, lr: np.ndarray | None, seed: int
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Transform one image, or one pair.

        Shape:
            - hr: ``(H, W, 3)`` uint8; lr: ``(H / scale, W / scale, 3)`` uint8 or ``None``.
            - Output: ``(patch_size, patch_size, 3)``, and the same divided by ``scale``.
        """
        if self.patch_size is not None:
            hr, lr = self._crop(hr, lr, self.patch_size, derive_seed(seed, "crop"))
        if self._flip is not None:
            self._flip.set_random_seed(derive_seed(seed, "flip"))
            both = self._flip(image=hr) if lr is None else self._flip(image=hr, lr=lr)
            hr, lr = both["image"], both.get("lr")
        return hr, lr

    def _crop(
        self, hr: np.ndarray, lr: np.ndarray | None, size: int, seed: int
    ) -> tuple[np.ndarray, np.ndarray | None]:
        # A pair can be cropped only at the border of an lr pixel, a single image anywhere.
        grid = 1 if lr is None else self.scale
        rng = np.random.default_rng(seed)
        top, left = (
            grid * int(rng.integers((extent - size) // grid + 1)) for extent in hr.shape[:2]
        )
        patch = hr[top : top + size, left : left + size]
        if lr is None:
            return patch, None
        top, left, size = top // grid, left // grid, size // grid
        return patch, lr[top : top + size, left : left + size]
