"""Checks of sizes against the scale, the patch size and each other."""

from collections.abc import Iterator

from srrescgan.doctor.problem import Finding
from srrescgan.doctor.scan import Split


def cut_to_scale(split: Split) -> Iterator[Finding]:
    """Hr pictures whose size is not a multiple of the scale."""
    for picture in split.pictures("hr"):
        info = split.images[picture]
        height, width = info.height, info.width
        rows, columns = height % split.scale, width % split.scale
        if info.readable and (rows or columns):
            yield Finding(
                f"is {height} x {width} (height x width), not a multiple of scale {split.scale}: "
                f"the bottom {rows} and right {columns} pixels are not used",
                f"nothing needs to be done; or cut it to {height - rows} x {width - columns}",
                (picture,),
            )


def too_small(split: Split) -> Iterator[Finding]:
    """Pictures smaller than a training patch; in validation, smaller than one lr pixel."""
    hr_side = split.patch_size or split.scale
    for role, side in (("hr", hr_side), ("real", hr_side // split.scale)):
        multiple = split.scale if role == "hr" else 1
        for picture in split.pictures(role):
            info = split.images[picture]
            usable = min(length // multiple * multiple for length in (info.height, info.width))
            if info.readable and usable < side:
                yield Finding(
                    f"is {info.height} x {info.width} (height x width), smaller than a patch of "
                    f"{side} x {side} pixels",
                    "remove it or set a smaller patch_size",
                    (picture,),
                )


def size_mismatch(split: Split) -> Iterator[Finding]:
    """Lr pictures whose size is not that of hr divided by the scale."""
    scale = split.scale
    for sample in split.samples:
        for hr in sample.pictures.get("hr", [])[:1]:
            for lr in sample.pictures.get("lr", [])[:1]:
                large, small = split.images[hr], split.images[lr]
                expected = (large.height // scale, large.width // scale)
                if not (large.readable and small.readable):
                    continue
                if (small.height, small.width) != expected:
                    cut = f"{expected[0] * scale} x {expected[1] * scale}"
                    yield Finding(
                        f"is {small.height} x {small.width} (height x width), expected "
                        f"{expected[0]} x {expected[1]}: {hr} at scale {scale}",
                        f"correct scale=, or make it again from the hr picture cut to {cut}",
                        (lr, hr),
                    )
