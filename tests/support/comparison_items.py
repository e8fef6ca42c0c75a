"""Small images whose outputs have errors at known places."""

import numpy as np
from evaluations import column, evaluation_of

from srrescgan.eval.comparison_item import ImageResult
from srrescgan.eval.evaluation import Evaluation, ScoreRow
from srrescgan.eval.worst_cases import WorstCases

SCALE = 4
COLUMNS = (column("rgb8/psnr"), column("rgb8/lpips"))


def image_result(
    name: str,
    lpips: float = 0.5,
    data_set: str = "set5",
    size: tuple[int, int] = (96, 128),
    seed: int = 0,
    truth: bool = True,
    spoiled: tuple[int, int] | None = None,
) -> ImageResult:
    """Noise as hr and lr; ``bicubic`` and ``sr`` differ from hr by up to 40 levels.

    Args:
        name: of the image.
        lpips: score of ``sr``; that of ``bicubic`` is 0.25 more.
        data_set: its set.
        size: height and width.
        seed: of the noise.
        truth: whether hr is known.
        spoiled: corner of a square of 32 pixels where ``sr`` is inverted.
    """
    rng = np.random.default_rng(seed)
    hr = rng.integers(0, 256, (*size, 3), np.uint8)
    lr = rng.integers(0, 256, (size[0] // SCALE, size[1] // SCALE, 3), np.uint8)
    outputs = {
        method: (hr + rng.integers(-40, 41, hr.shape)).clip(0, 255).astype(np.uint8)
        for method in ("bicubic", "sr")
    }
    if spoiled:
        place = np.s_[spoiled[0] : spoiled[0] + 32, spoiled[1] : spoiled[1] + 32]
        outputs["sr"][place] = 255 - hr[place]
    scores = {
        "bicubic": {"rgb8/psnr": 20 + lpips, "rgb8/lpips": lpips + 0.25},
        "sr": {"rgb8/psnr": 30 - 10 * lpips, "rgb8/lpips": lpips},
    }
    return ImageResult(data_set, name, lr, outputs, scores, hr if truth else None)


def evaluation_and_worst_cases(
    *images: ImageResult, crop: int = 416
) -> tuple[Evaluation, WorstCases]:
    """An evaluation of these images, and the items of the comparison page."""
    worst = WorstCases(COLUMNS, "sr", crop=crop)
    rows = []
    for image in images:
        worst.add(image)
        rows += [ScoreRow(image.set, image.name, *pair) for pair in image.scores.items()]
    return evaluation_of(rows), worst
