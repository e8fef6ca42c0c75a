"""Sizes that do not fit the scale, the patch, or each other."""

from collections.abc import Iterator

from srrescgan.doctor.problem import Problem
from srrescgan.doctor.survey import Split


def cut_to_scale(split: Split) -> Iterator[Problem]:
    """Hr pictures that are not a multiple of the scale."""
    for picture in split.pictures("hr"):
        facts = split.facts[picture]
        height, width = facts.height, facts.width
        rows, columns = height % split.scale, width % split.scale
        if facts.readable and (rows or columns):
            yield Problem(
                "cut_to_scale",
                split.name,
                f"is {height} x {width} (height x width), not a multiple of scale {split.scale}: "
                f"the bottom {rows} and right {columns} pixels are not used",
                f"nothing needs to be done; or cut it to {height - rows} x {width - columns}",
                (picture,),
            )


def too_small(split: Split) -> Iterator[Problem]:
    """Pictures that do not hold a patch; for validation, one pixel of lr."""
    hr_side = split.patch_size or split.scale
    for role, side in (("hr", hr_side), ("real", hr_side // split.scale)):
        multiple = split.scale if role == "hr" else 1
        for picture in split.pictures(role):
            facts = split.facts[picture]
            usable = min(length // multiple * multiple for length in (facts.height, facts.width))
            if facts.readable and usable < side:
                yield Problem(
                    "too_small",
                    split.name,
                    f"is {facts.height} x {facts.width} (height x width) and does not hold a patch "
                    f"of {side} x {side} pixels",
                    "remove it or set a smaller patch_size",
                    (picture,),
                )


def size_mismatch(split: Split) -> Iterator[Problem]:
    """Lr pictures that are not hr / scale."""
    scale = split.scale
    for candidate in split.candidates:
        for hr in candidate.pictures.get("hr", [])[:1]:
            for lr in candidate.pictures.get("lr", [])[:1]:
                large, small = split.facts[hr], split.facts[lr]
                expected = (large.height // scale, large.width // scale)
                if not (large.readable and small.readable):
                    continue
                if (small.height, small.width) != expected:
                    cut = f"{expected[0] * scale} x {expected[1] * scale}"
                    yield Problem(
                        "size_mismatch",
                        split.name,
                        f"is {small.height} x {small.width} (height x width), expected "
                        f"{expected[0]} x {expected[1]}: {hr} at scale {scale}",
                        f"correct scale=, or make it again from the hr picture cut to {cut}",
                        (lr, hr),
                    )
