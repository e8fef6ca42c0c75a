"""Pair making: from one original to an lr picture, or to an hr picture and its lr partner."""

from fractions import Fraction
from typing import cast

import numpy as np
import torch
from torch import nn

from srrescgan.data.seeds import image_seed
from srrescgan.errors import ConfigError, DataError
from srrescgan.images import to_tensor, to_uint8
from srrescgan.ops.resize import imresize
from srrescgan.types import Degradation

ROLES: dict[str, tuple[str, ...]] = {"none": ("",), "sdsr": ("HR", "LR"), "tdsr": ("HR", "LR")}
"""Kind of pairs to the folders below the output that the pictures are written to."""


class PairMaker:
    """Makes the pictures of a training set from one original.

    ``D`` is the degradation, which downscales by ``scale``; ``cut`` removes rows and columns at the
    bottom and right until the size is a multiple of ``scale``:

    ========  =============================================  ==================
    pairs     HR                                             LR
    ========  =============================================  ==================
    none      (not written: the original, cut)               ``D(cut(original))``
    sdsr      ``cut(original)``                              ``D(HR)``
    tdsr      ``cut(original reduced by cleanup, bicubic)``  ``D(HR)``
    ========  =============================================  ==================

    SDSR and TDSR (source and target domain super-resolution) are those of Fritsche, Gu, Timofte,
    ICCVW 2019, section 3.3, for pictures of the source domain, a real camera's. A network trained
    with SDSR gives pictures as noisy as the camera's. One trained with TDSR gives clean pictures,
    because downscaling by 2 removes the noise. Pictures of a clean target domain have no noise to
    remove: for them, TDSR is ``cleanup=1``, and HR is the picture itself.

    Their code for AIM 2019 also makes SDSR pairs of clean pictures, with HR degraded at full size.
    Use two runs without pairs for that: ``scale=1 output=SET/HR`` and ``scale=4 output=SET/LR``.

    HR is rounded to 8 bit before ``D`` is applied, so that ``D`` on the fly over the HR folder
    gives the LR folder. Random numbers depend only on the original's name and on ``seed``.

    Args:
        degradation: hr to lr.
        scale: expected scale of the degradation.
        seed: 0 gives the pictures of validation on the fly.
        pairs: ``none``, ``sdsr`` or ``tdsr``.
        cleanup: factor by which ``tdsr`` downscales the original, at least 1.
        device: to compute on.

    Raises:
        ConfigError: the degradation has another scale, or an argument is out of range.
    """

    def __init__(
        self,
        degradation: nn.Module,
        scale: int,
        seed: int = 0,
        pairs: str = "none",
        cleanup: int = 2,
        device: str | torch.device = "cpu",
    ) -> None:
        own_scale = cast(Degradation, degradation).scale
        if own_scale != scale:
            raise ConfigError(
                f"this degradation has scale {own_scale}, not scale={scale}: set"
                f" scale={own_scale}, or choose another degradation="
            )
        if pairs not in ROLES:
            raise ConfigError(f"pairs={pairs}: expected one of {', '.join(ROLES)}")
        if cleanup < 1:
            raise ConfigError(f"cleanup={cleanup}: must be at least 1")
        self.scale = scale
        self.seed = seed
        self.pairs = pairs
        self.reduction = cleanup if pairs == "tdsr" else 1
        self.roles = ROLES[pairs]
        self.device = torch.device(device)
        self.degradation = degradation.to(self.device).eval()

    def __call__(self, original: np.ndarray, name: str) -> dict[str, np.ndarray]:
        """Make the pictures of an original with the seed of its name; see :meth:`make`."""
        return self.make(original, name, image_seed(name, self.seed))

    @torch.inference_mode()
    def make(self, original: np.ndarray, name: str, seed: int) -> dict[str, np.ndarray]:
        """Make the pictures of an original, by output folder.

        Args:
            original: ``(H, W, 3)`` uint8 RGB.
            name: relative path, for messages.
            seed: of all random numbers.

        Returns:
            ``(h, w, 3)`` uint8 RGB for each of :attr:`roles`.

        Raises:
            DataError: the original is smaller than one lr pixel.
        """
        if self.reduction > 1:
            original = self._reduced(original)
        height, width = (side - side % self.scale for side in original.shape[:2])
        if not (height and width):
            raise DataError(
                f"{name}: {original.shape[0]} x {original.shape[1]} pixels (height x width) are"
                f" less than one lr pixel at scale {self.scale}: remove it"
            )
        cut = original[:height, :width]
        hr = to_tensor(cut)[None].to(self.device)
        lr = to_uint8(self.degradation(hr, [seed])[0])
        return dict(zip(self.roles, (cut, lr)[-len(self.roles) :], strict=True))

    def _reduced(self, original: np.ndarray) -> np.ndarray:
        image = to_tensor(original)[None].to(self.device)
        return to_uint8(imresize(image, Fraction(1, self.reduction), quantise=True)[0])
