"""Flat pictures: where the projection removes the network's residual, and what helps."""

from typing import cast

import torch
from torch import nn

from srrescgan.inference.predictor import PredictionInfo
from srrescgan.types import ProjectedGenerator

MIN_RESIDUAL_SCALE = 0.2
"""Below, the projection removed more than four fifths of the residual. With the released weights
photographs keep 0.26 or more of it; photographs on a flat ground of their own size keep 0.13 or
less (those of :data:`ALLOWED_RMS`)."""
ALLOWED_RMS = 15.0
"""Root mean square that the residual of a flat picture may keep, grey levels.

Measured with the released weights on 39 photographs, 72 pixels a side (camera noise, JPEG, bicubic
reduction, clean), alone and pasted on white grounds that make them one half and one third of the
picture. Alone, the noise estimate is between 3e-7 and 1.5e-5, with a median of 5e-6, some 2000
times below the noise. On the grounds it is next to 0; their residual is off by 8.2 and 8.8 grey
levels (root mean square) from that of the photograph alone. A floor of 7e-6, which allows 15 grey
levels, leaves 1.5 on both, and a larger one does not leave less: 1.4 is its effect on the
photographs alone, the smoothest of which keep more of their residual than by their own estimate.
"""
_MANY = 1_000_000  # values of a picture: the floor hardly depends on how many


def is_bilinear(info: PredictionInfo) -> bool:
    """Whether next to nothing of the network's residual is left.

    The noise estimate is a median over the picture. Where half of the picture is flat it is about
    0, whatever the rest shows, and so is the longest residual that it allows.
    """
    scale = info.residual_scale
    return bool(scale) and sum(scale) / len(scale) < MIN_RESIDUAL_SCALE


def advice(generator: nn.Module) -> str:
    """Why a picture :func:`is_bilinear`, and which options help."""
    return (
        "the noise estimate leaves next to nothing of the network's residual, as it does where half"
        " of a picture or more is flat, so that the result is hardly more than the bilinear"
        f" enlargement. Give sigma_floor={useful_floor(generator):.1g}, or use weights that were"
        " trained with noise_estimate=input or a sigma_floor"
    )


def useful_floor(generator: nn.Module) -> float:
    """The ``sigma_floor`` that allows a residual of :data:`ALLOWED_RMS` grey levels.

    In [0, 1] units of the noise estimate, which depend on the ``alpha`` that the weights learned.
    """
    one = torch.ones(1, device=next(generator.parameters()).device)
    with torch.inference_mode():
        longest = float(cast(ProjectedGenerator, generator).radius(one, _MANY))
    return ALLOWED_RMS * _MANY**0.5 / longest
