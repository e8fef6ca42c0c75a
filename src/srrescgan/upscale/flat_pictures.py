"""Pictures so flat that the projection takes the network's work away, and what mends it."""

from typing import cast

import torch
from torch import nn

from srrescgan.errors import ConfigError
from srrescgan.inference.predictor import Outcome
from srrescgan.types import ProjectedGenerator

LEAST_SHRINK = 0.2
"""Below, more than four fifths of the residual were taken. With the released weights photographs
keep 0.26 or more of it, photographs on a flat ground of their own size 0.13 or less (those of
:data:`ALLOWED`)."""
ALLOWED = 15.0
"""Root mean square that the residual of a flat picture may keep, grey levels.

Measured with the released weights on 39 photographs, 72 pixels a side (camera noise, JPEG, bicubic
reduction, clean), alone and pasted on white grounds that make them one half and one third of the
picture. Alone, the noise estimate is between 3e-7 and 1.5e-5, with a median of 5e-6, some 2000
times below the noise. On the grounds it is next to 0; their residual is off by 8.2 and 8.8 grey
levels (root mean square) from that of the photograph alone. A floor of 7e-6, which allows 15 grey
levels, leaves 1.5 on both, and a larger one no less: 1.4 are what it does to the photographs
alone, the smoothest of which keep more of their residual than by their own estimate.
"""
_MANY = 1_000_000  # values of a picture: the floor hardly depends on how many


def came_out_bilinear(outcome: Outcome) -> bool:
    """Whether next to nothing of the network's residual is left.

    The noise estimate is a median over the picture. Where half of the picture is flat it is about
    0, whatever the rest shows, and so is the longest residual that it allows.
    """
    shrink = outcome.shrink
    return bool(shrink) and sum(shrink) / len(shrink) < LEAST_SHRINK


def advice(generator: nn.Module) -> str:
    """Why a picture :func:`came_out_bilinear`, and which options mend it."""
    return (
        "the noise estimate leaves next to nothing of what the network would do, as it does where"
        " half of a picture or more is flat, so that this is hardly more than its bilinear"
        f" enlargement. Give sigma_floor={useful_floor(generator):.1g}, or take weights that were"
        " trained with noise_estimate=input or a sigma_floor"
    )


def useful_floor(generator: nn.Module) -> float:
    """The ``sigma_floor`` that allows a residual of :data:`ALLOWED` grey levels.

    In [0, 1] units of the noise estimate, which depend on what ``alpha`` the weights have learned.
    """
    one = torch.ones(1, device=next(generator.parameters()).device)
    with torch.inference_mode():
        longest = float(cast(ProjectedGenerator, generator).radius(one, _MANY))
    return ALLOWED * _MANY**0.5 / longest


def set_sigma_floor(generator: nn.Module, floor: float) -> None:
    """Let the noise estimate of trained weights never fall below ``floor``, in [0, 1] units.

    Raises:
        ConfigError: ``floor`` is not in [0, 1], or the network estimates no noise.
    """
    if not 0 <= floor <= 1:
        raise ConfigError(f"sigma_floor={floor}: must be in [0, 1]")
    if not isinstance(generator, ProjectedGenerator):
        raise ConfigError(f"sigma_floor={floor}: {type(generator).__name__} estimates no noise")
    generator.sigma_floor = float(floor)
