"""How sure a mean over images is, and whether two methods differ by more than chance."""

import math
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
from scipy import stats

LEVEL = 0.95
"""Of confidence; 1 - LEVEL is the level of significance."""
RESAMPLES = 9999
_SEED = 0  # a table made twice is the same table
_VALUES_AT_ONCE = 1_000_000  # 8 MB per array while resampling

METHOD = (
    f"{LEVEL:.0%} intervals: bias-corrected and accelerated bootstrap over the images,"
    f" {RESAMPLES} resamples, seed {_SEED}"
)
FEW_IMAGES = 10
"""With fewer the interval is too narrow: that of 5 images holds the true mean 85 times in 100."""
FEW_NOTE = (
    f"The {LEVEL:.0%} intervals of fewer than {FEW_IMAGES} images are too narrow: the bootstrap has"
    " seen too little."
)


@dataclass(frozen=True)
class Estimate:
    """A mean over images and its confidence interval.

    Attributes:
        mean: infinite if one of the values is; ``None`` if there is none, or both infinities.
        low: end of the interval; ``None`` where there is none, as for one image or an infinite one.
        high: the other end.
        images: how many values the mean was taken over.
    """

    mean: float | None
    low: float | None
    high: float | None
    images: int


@dataclass(frozen=True)
class Difference:
    """By how much one method differs from another, image by image.

    Attributes:
        estimate: of the mean difference. Two infinite scores of an image are equal.
        differing: images on which the scores differ at all.
        p: of the paired test; ``None`` where the mean difference is not finite.
    """

    estimate: Estimate
    differing: int
    p: float | None

    @property
    def smallest_p(self) -> float:
        """What ``p`` would be if all images that differ did so in the same direction."""
        return max(2.0 ** (1 - self.differing), 2 / (RESAMPLES + 1)) if self.differing else 1.0


def estimate(values: Iterable[float]) -> Estimate:
    """Mean and confidence interval; the order of the values does not matter.

    The bias-corrected and accelerated bootstrap (Efron, JASA 1987) rather than plain percentiles,
    because LPIPS and PSNR are skewed: its ends need not lie equally far from the mean. Equal values
    have an interval of no width.

    Raises:
        ValueError: a value is NaN.

    Example:
        >>> estimate([2.0, 2.0])
        Estimate(mean=2.0, low=2.0, high=2.0, images=2)
        >>> estimate([2.0, float("inf")])
        Estimate(mean=inf, low=None, high=None, images=2)
    """
    array = np.sort(np.fromiter(values, float))
    if np.isnan(array).any():
        raise ValueError("a score is NaN")
    if len(array) == 0 or (array[0] == -math.inf and array[-1] == math.inf):
        return Estimate(None, None, None, len(array))
    if array[0] == array[-1]:
        same = float(array[0])
        sure = len(array) > 1 and math.isfinite(same)
        return Estimate(same, same if sure else None, same if sure else None, len(array))
    mean = fmean(array.tolist())
    if not math.isfinite(mean):
        return Estimate(mean, None, None, len(array))
    low, high = _interval(array)
    return Estimate(mean, low, high, len(array))


def difference(first: Mapping[str, float], second: Mapping[str, float]) -> Difference:
    """Second minus first, over the images that both have.

    The test flips signs: were there no difference, that of each image would as likely have the
    other sign. All combinations are tried up to 13 images, else 9,999 random ones. It judges the
    mean difference, the number that is shown, and assumes no distribution.

    Args:
        first: scores by image name.
        second: the same of another method.
    """
    names = sorted(first.keys() & second.keys())
    pairs = [(first[name], second[name]) for name in names]
    values = np.sort([0.0 if a == b else b - a for a, b in pairs])
    found = estimate(values.tolist())
    differing = int(np.count_nonzero(values))
    if found.mean is None or not math.isfinite(found.mean):
        return Difference(found, differing, None)
    if differing < 2:
        return Difference(found, differing, 1.0)
    p = stats.permutation_test(
        (values[values != 0],),  # flipping a zero changes nothing
        np.mean,
        permutation_type="samples",
        n_resamples=RESAMPLES,
        batch=_batch(differing),
        rng=np.random.default_rng(_SEED),
    ).pvalue
    return Difference(found, differing, float(min(p, 1.0)))


def holm(ps: Sequence[float | None]) -> list[float | None]:
    """Correct p values for having been several (Holm, Scand. J. Statist. 1979).

    Args:
        ps: ``None`` marks what was not tested, which does not count.

    Example:
        >>> holm([0.01, None, 0.5, 0.02])
        [0.03, None, 0.5, 0.04]
    """
    order = sorted((p, index) for index, p in enumerate(ps) if p is not None)
    corrected: list[float | None] = [None] * len(ps)
    largest = 0.0
    for rank, (p, index) in enumerate(order):
        largest = max(largest, min(1.0, p * (len(order) - rank)))
        corrected[index] = largest
    return corrected


def _interval(values: np.ndarray) -> tuple[float, float]:
    def ends(method: str) -> tuple[float, float]:
        interval = stats.bootstrap(
            (values,),
            np.mean,
            confidence_level=LEVEL,
            n_resamples=RESAMPLES,
            batch=_batch(len(values)),
            method=method,
            rng=np.random.default_rng(_SEED),
        ).confidence_interval
        return float(interval.low), float(interval.high)

    with warnings.catch_warnings():
        # Values that differ in their last bits only leave BCa nothing to accelerate.
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)
        warnings.simplefilter("ignore", RuntimeWarning)
        found = ends("BCa")
    return found if all(map(math.isfinite, found)) else ends("percentile")


def _batch(count: int) -> int:
    return max(1, min(RESAMPLES, _VALUES_AT_ONCE // count))
