"""Checks of lr against hr: the same scene, at the same place."""

from collections.abc import Iterator

from srrescgan.doctor.fingerprint import distance
from srrescgan.doctor.problem import Finding
from srrescgan.doctor.scan import Split

_OTHER_SCENE = 80
"""Bits of the perceptual hash above which hr and lr show different scenes (measured: up to 44 for
the noisy picture of a camera; for different scenes 127 on average and never less than 90)."""
_UNRELATED = 0.5
"""Registration error above which a pair is compared by hash. Noise of 25/255 and JPEG of quality 10
do not reach it everywhere in a picture."""
_FIX = (
    "make lr again with a downscale that keeps pixel centers: python -m srrescgan.degrade, or "
    "MATLAB's imresize; not nearest neighbor, not align_corners. Pairs that a camera took have to "
    "be registered"
)


def wrong_partner(split: Split) -> Iterator[Finding]:
    """Lr that shows another scene than the hr picture of the same name."""
    for sample in split.samples:
        alignment = split.alignments.get(sample.name)
        if alignment is None or alignment.error < _UNRELATED:
            continue
        hr, lr = sample.pictures["hr"][0], sample.pictures["lr"][0]
        hashes = [split.images[picture].hash for picture in (hr, lr)]
        if None not in hashes and distance(*map(str, hashes)) > _OTHER_SCENE:
            yield Finding(
                f"does not show what {hr} shows",
                "rename the two to match their true partners, or remove them",
                (lr, hr),
            )


def shift(split: Split) -> Iterator[Finding]:
    """Lr that is displaced or stretched against hr: single pictures, and the whole split.

    The median over at least 3 pairs is judged by a smaller threshold than a single picture,
    because random errors cancel out.
    """
    for sample in split.samples:
        alignment = split.alignments.get(sample.name)
        if alignment is None or not alignment.measured:
            continue
        offset = (alignment.down, alignment.right, alignment.stretch)
        if max(map(abs, offset)) > split.thresholds.shift:
            hr, lr = sample.pictures["hr"][0], sample.pictures["lr"][0]
            yield Finding(f"lies {_describe(*offset)} against {hr}", _FIX, (lr, hr))
    median = split.median_alignment()
    if median is not None and max(map(abs, median)) > split.thresholds.split_shift:
        count = sum(alignment.measured for alignment in split.alignments.values())
        yield Finding(
            f"the lr pictures lie {_describe(*median)} against hr (median of {count} pairs)", _FIX
        )


def _describe(down: float, right: float, stretch: float) -> str:
    return (
        f"{down:+.2f} lr pixels down, {right:+.2f} to the right and {stretch:+.2f} outwards at the "
        f"edges"
    )
