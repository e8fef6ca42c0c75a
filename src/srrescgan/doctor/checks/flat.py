"""Large areas without structure, on which the generator's noise estimate collapses.

SRResCGAN estimates the noise as the median of wavelet coefficients over the whole picture: where
more than half of the area is flat it is zero, and the residual with it, in the textured part too
(measured with the published weights). In training, patches of such pictures teach nothing.
"""

from collections.abc import Iterator

import numpy as np

from srrescgan.doctor.problem import Problem
from srrescgan.doctor.survey import Split

_FIX = "cut the flat part off (letterbox bars, screenshots, scans) or remove the picture"


def flat(split: Split, limit: float, split_limit: float) -> Iterator[Problem]:
    """Pictures that are mostly flat, and splits that are flat in large part.

    Args:
        split: to look at. lr partners are as flat as their hr pictures and not looked at.
        limit: share of flat patches of one picture.
        split_limit: mean share over the split.
    """
    for picture in split.originals():
        share = split.facts[picture].flat
        if split.facts[picture].readable and share > limit:
            what = f"is flat in {share:.0%} of its area"
            yield Problem("flat", split.name, what, _FIX, (picture,))
    mean = mean_flatness(split)
    if mean is not None and mean > split_limit:
        yield Problem(
            "flat",
            split.name,
            f"{mean:.0%} of all patches are flat",
            "train on textured crops, or leave the flattest pictures out",
        )


def mean_flatness(split: Split) -> float | None:
    """Mean share of flat patches; ``None`` when nothing could be read."""
    shares = [f.flat for picture in split.originals() if (f := split.facts[picture]).readable]
    return float(np.mean(shares)) if shares else None
