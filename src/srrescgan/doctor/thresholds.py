"""Thresholds that the checks compare with."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Thresholds:
    """Limits beyond which a check reports a problem.

    Args:
        hash_distance: bits of 256 up to which two perceptual hashes count as the same picture.
        shift: largest displacement of an lr picture, lr pixels; 0.25 is one hr pixel at x4.
        split_shift: largest median displacement over a split, lr pixels.
        flat_level: standard deviation, in [0, 1] units, below which a 32-pixel patch is flat.
        flat_share: largest share of flat patches in a picture.
        split_flat_share: largest share of flat patches in a split.
    """

    hash_distance: int = 40
    shift: float = 0.25
    split_shift: float = 0.06
    flat_level: float = 1 / 255
    flat_share: float = 0.5
    split_flat_share: float = 0.25
