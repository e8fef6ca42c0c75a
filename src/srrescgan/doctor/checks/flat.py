"""Check for large flat areas, where the generator's noise estimate collapses.

SRResCGAN estimates the noise as the median of wavelet coefficients over the whole picture. If more
than half of the area is flat, the estimate is zero, and so is the residual, even where there is
texture (measured with the published weights). In training, flat patches teach nothing.
"""

from collections.abc import Iterator

from srrescgan.doctor.problem import Finding
from srrescgan.doctor.scan import Split

_FIX = "cut the flat part off (letterbox bars, screenshots, scans) or remove the picture"


def flat(split: Split) -> Iterator[Finding]:
    """Pictures that are mostly flat, and splits that are flat in large part.

    lr partners are as flat as their hr pictures and are not checked.
    """
    for picture in split.originals():
        info = split.images[picture]
        if info.readable and info.flat > split.thresholds.flat_share:
            yield Finding(f"is flat in {info.flat:.0%} of its area", _FIX, (picture,))
    mean = split.mean_flat_share()
    if mean is not None and mean > split.thresholds.split_flat_share:
        yield Finding(
            f"{mean:.0%} of all patches are flat",
            "train on textured crops, or leave the flattest pictures out",
        )
