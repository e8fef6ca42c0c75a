"""Times ``imresize`` down by 4 against the usual loop and against torch's own resizing.

The usual translation of MATLAB's code loops over output rows and columns and multiplies the input
pixels of each by its weights. torch's ``interpolate(antialias=True)`` has the same kernel but other
padding, so its difference is given with and without the border.
"""

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from sizes import Size
from timing import Row, StopWatch, interleaved, row
from torch import Tensor

from srrescgan.ops.resize import imresize

SCALE = 4
LIMIT = 0.01
"""Largest allowed float32 difference between ours and the loop, in grey levels (of 255)."""
BORDER = 3
"""Output pixels along each edge whose taps are partly outside the image, and one more."""


def resizing_rows(size: Size, watch: StopWatch) -> list[Row]:
    """Time every way on one whole picture and on a batch of patches.

    Raises:
        RuntimeError: the results of ours and the loop differ.
    """
    count, side = size.crops
    works = {
        f"1 picture of {size.picture[0]} x {size.picture[1]}": (1, 3, *size.picture),
        f"{count} crops of {side} x {side}": (count, 3, side, side),
    }
    return [line for name, shape in works.items() for line in _rows(name, shape, size, watch)]


def plain_imresize(image: Tensor, axis: int) -> Tensor:
    """Reduce one axis, one output after another.

    Shape:
        - image: ``(B, C, H, W)``; ``axis`` is 2 or 3.
        - Output: the same but for the axis, which is ``ceil(length / SCALE)``.
    """
    length = image.shape[axis]
    outputs = []
    for output in range(math.ceil(length / SCALE)):
        center = (output + 0.5) * SCALE - 0.5
        taps = torch.arange(math.ceil(center - 2 * SCALE), math.floor(center + 2 * SCALE) + 1)
        distance = (taps - center).abs() / SCALE
        near = 1.5 * distance**3 - 2.5 * distance**2 + 1
        far = -0.5 * distance**3 + 2.5 * distance**2 - 4 * distance + 2
        weights = torch.where(distance <= 1, near, far)
        weights = (weights / weights.sum()).to(image.device)
        inside = taps % (2 * length)
        inside = torch.minimum(inside, 2 * length - 1 - inside).to(image.device)
        outputs.append(torch.tensordot(image.index_select(axis, inside), weights, ([axis], [0])))
    return torch.stack(outputs, dim=axis)


def _rows(name: str, shape: tuple[int, ...], size: Size, watch: StopWatch) -> list[Row]:
    image = torch.rand(shape).to(watch.device)
    target = [math.ceil(side / SCALE) for side in shape[-2:]]
    works: dict[str, Callable[[], Tensor]] = {
        "plain, loop over outputs": lambda: plain_imresize(plain_imresize(image, 2), 3),
        "ours, float32": lambda: imresize(image, 1 / SCALE),
        "ours, 8 bit": lambda: imresize(image, 1 / SCALE, quantise=True),
        "torch, antialias": lambda: F.interpolate(
            image, target, mode="bicubic", antialias=True, align_corners=False
        ),
    }
    results = {way: work().cpu() for way, work in works.items()}
    plain = results["plain, loop over outputs"]
    apart = {}
    for way, result in results.items():
        levels = 255 * (result - plain).abs()
        inner = levels[..., BORDER:-BORDER, BORDER:-BORDER]
        apart[way] = {"levels_apart": float(levels.max()), "levels_inside": float(inner.max())}
    if apart["ours, float32"]["levels_apart"] > LIMIT:
        raise RuntimeError(f"ours is not the loop's picture: {apart}")
    seconds = interleaved(works, size.warmup, size.repeats, watch)
    plain_seconds = seconds["plain, loop over outputs"]
    return [
        row(f"{name}: {way}", seconds[way], plain_seconds, shape[0]) | apart[way] for way in works
    ]
