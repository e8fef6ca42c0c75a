"""One thing that is wrong, where, and what to do about it."""

from dataclasses import dataclass
from typing import Literal

from srrescgan.data.pictures import Picture

Severity = Literal["error", "warning", "ignore"]

SEVERITIES: dict[str, Severity] = {
    "missing": "error",  # a folder, or a picture that is asked for by name
    "unreadable": "error",  # damaged, cut short, not a picture
    "bit_depth": "error",  # more than 8 bits per channel, which read_image refuses
    "depth_reduced": "warning",  # more than 8 bits per channel, of which the upper 8 are read
    "color_mode": "warning",  # palette, grey, CMYK, transparency: converted to RGB
    "color_profile": "warning",  # an ICC profile other than sRGB: its colors are taken as sRGB
    "rotation": "warning",  # shown turned because of an EXIF tag
    "unpaired": "error",  # an hr picture without lr, or the other way round
    "name_clash": "error",  # several files for one name
    "cut_to_scale": "warning",  # hr is not a multiple of the scale
    "too_small": "error",  # smaller than a training patch
    "size_mismatch": "error",  # lr is not hr / scale
    "wrong_partner": "error",  # lr shows something else than hr
    "shift": "error",  # lr lies beside its place in hr
    "near_duplicate": "warning",  # alike pictures in one split
    "leak": "error",  # alike pictures in training and in validation or test
    "flat": "warning",  # large areas without structure
}
"""Every check, and how grave what it finds is unless the configuration says otherwise."""


@dataclass(frozen=True)
class Problem:
    """Something that a check found.

    Args:
        check: its name, one of :data:`SEVERITIES`.
        split: the data set: ``train``, ``val/<set>`` or ``test/<set>``.
        what: is wrong, after the picture's name.
        fix: what to do.
        pictures: that it concerns, the one to act on first; none for a whole split.
    """

    check: str
    split: str
    what: str
    fix: str
    pictures: tuple[Picture, ...] = ()

    @property
    def place(self) -> str:
        """The picture to act on, or the split."""
        return str(self.pictures[0]) if self.pictures else f"all of {self.split}"
