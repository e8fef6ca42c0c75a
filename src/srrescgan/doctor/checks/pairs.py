"""lr pictures that are not where, or not what, their hr partner says."""

from collections.abc import Iterator

import numpy as np

from srrescgan.doctor.fingerprint import distance
from srrescgan.doctor.problem import Problem
from srrescgan.doctor.survey import Split

FEW = 3
"""Pairs that have to be measured before the whole split is judged by them."""
_STRANGERS = 80
"""Bits of the perceptual hash that lr and hr of one scene never differ by (measured: up to 44 for
a camera's noisy picture, 127 on average for different scenes, and never less than 90)."""
_NOTHING_IN_COMMON = 0.5
"""Registration error that even noise of 25/255 or JPEG of quality 10 does not reach everywhere."""
_HOW = (
    "make lr again with a downscale that keeps pixel centres: python -m srrescgan.degrade, or "
    "MATLAB's imresize; not nearest neighbour, not align_corners. Pairs that a camera took have to "
    "be registered"
)


def wrong_partner(split: Split) -> Iterator[Problem]:
    """Lr that shows another scene than the hr picture of its name."""
    for candidate in split.candidates:
        alignment = split.alignments.get(candidate.name)
        if alignment is None or alignment.error < _NOTHING_IN_COMMON:
            continue
        hr, lr = candidate.pictures["hr"][0], candidate.pictures["lr"][0]
        hashes = [split.facts[picture].hash for picture in (hr, lr)]
        if None not in hashes and distance(*map(str, hashes)) > _STRANGERS:
            yield Problem(
                "wrong_partner",
                split.name,
                f"does not show what {hr} shows",
                "give the two the names of their true partners, or remove them",
                (lr, hr),
            )


def shift(split: Split, limit: float, split_limit: float) -> Iterator[Problem]:
    """Lr that lies beside its place: picture by picture, and all of a split alike.

    Args:
        split: to look at.
        limit: of one picture, in lr pixels.
        split_limit: of the median over a split with at least 3 measured pairs, in lr pixels.
            Chance errors cancel there, so it may be smaller.
    """
    for candidate in split.candidates:
        found = split.alignments.get(candidate.name)
        if found is None or not found.measured:
            continue
        if max(abs(found.down), abs(found.right), abs(found.stretch)) > limit:
            hr, lr = candidate.pictures["hr"][0], candidate.pictures["lr"][0]
            where = _where(found.down, found.right, found.stretch)
            yield Problem("shift", split.name, f"lies {where} against {hr}", _HOW, (lr, hr))
    median = median_alignment(split)
    if median is not None and max(map(abs, median)) > split_limit:
        count = sum(alignment.measured for alignment in split.alignments.values())
        yield Problem(
            "shift",
            split.name,
            f"the lr pictures lie {_where(*median)} against hr (median of {count} pairs)",
            _HOW,
        )


def median_alignment(split: Split) -> tuple[float, float, float] | None:
    """``(down, right, stretch)`` of a split in lr pixels; ``None`` for fewer than 3 pairs."""
    measured = [each for each in split.alignments.values() if each.measured]
    if len(measured) < FEW:
        return None
    values = np.median([(each.down, each.right, each.stretch) for each in measured], axis=0)
    return float(values[0]), float(values[1]), float(values[2])


def _where(down: float, right: float, stretch: float) -> str:
    return (
        f"{down:+.2f} lr pixels down, {right:+.2f} to the right and {stretch:+.2f} outwards at the "
        f"edges"
    )
