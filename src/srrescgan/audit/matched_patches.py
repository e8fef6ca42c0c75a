"""Real and made patches with the same noise level, side by side with their amplified noise."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from srrescgan.audit.domain import Domain
from srrescgan.audit.flat_blocks import residual
from srrescgan.images import to_uint8
from srrescgan.ops.noise import estimate_sigma

_QUANTILES = (0.2, 0.5, 0.8, 0.95)
_ZOOM = 4
_GAIN = 8
_LINE = 4
"""Width of the white lines between the four parts, pixels."""


@dataclass(frozen=True)
class MatchedPatches:
    """A real and a made patch with the same noise level.

    Attributes:
        image: from left to right real, made, noise of real, noise of made; enlarged 4 times without
            interpolation; the noise is centered on grey and amplified 8 times. ``(H, W, 3)`` uint8.
        caption: names the pictures they are cut from.
    """

    image: np.ndarray
    caption: str


def match_patches(real: Domain, made: Domain) -> list[MatchedPatches]:
    """Choose real patches from low to high noise, each with the made patch nearest in noise level.

    The level is measured in a flat block; the patch around it is shown.
    """
    levels = {id(domain): _levels(domain) for domain in (real, made)}
    matches = []
    for quantile in _QUANTILES:
        wanted = levels[id(real)].quantile(quantile, interpolation="nearest")
        chosen = [(domain, _nearest(levels[id(domain)], wanted)) for domain in (real, made)]
        patches = [domain.patches[domain.flat[1][block]] for domain, block in chosen]
        titles = [
            f"{label}: {_name(domain, block)} ({levels[id(domain)][block]:.2f} grey levels)"
            for label, (domain, block) in zip(("real", "made"), chosen, strict=True)
        ]
        caption = "; ".join(titles) + f"; then their noise, {_GAIN} times amplified"
        matches.append(MatchedPatches(_side_by_side(patches), caption))
    return matches


def _levels(domain: Domain) -> Tensor:
    blocks, _ = domain.flat
    return 255 * estimate_sigma(blocks)


def _nearest(levels: Tensor, wanted: Tensor) -> int:
    return int((levels - wanted).abs().argmin())


def _name(domain: Domain, block: int) -> str:
    return domain.names[int(domain.picture[domain.flat[1][block]])]


def _side_by_side(patches: list[Tensor]) -> np.ndarray:
    noise = [residual(patch[None])[0] for patch in patches]
    inner = [patch[:, 2:-2, 2:-2] for patch in patches]  # the area that the residual covers
    grey = [(0.5 + _GAIN * part / 255).clamp(0, 1) for part in noise]
    enlarged = [
        part.repeat_interleave(_ZOOM, dim=1).repeat_interleave(_ZOOM, dim=2)
        for part in (*inner, *grey)
    ]
    line = torch.ones(3, enlarged[0].shape[1], _LINE)
    return to_uint8(torch.cat([p for part in enlarged for p in (part, line)][:-1], dim=2))
