"""What a figure of the audit is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from srrescgan.audit.domain import Domain

Measurement = Mapping[str, np.ndarray]
"""What a figure read from one domain, by name."""

Numbers = Mapping[str, float | list[float]]

COLORS = {"real": "black", "made": "tab:blue", "baseline": "tab:orange"}
"""Line colors of the domains in every plot."""

ROUNDING = 1 / 12
"""Variance of the rounding to 8 bit, grey levels squared: weaker noise cannot be read from a file.
"""


@dataclass(frozen=True)
class Figure:
    """One way to compare two folders of pictures.

    Args:
        name: in files and on dashboards.
        unit: of the distance.
        about: what the figure tells and what it cannot, for the reader of the report.
        measure: reads a domain.
        distance: how far apart two measurements are; 0 is the same, NaN cannot be compared.
        summarise: the numbers of a measurement for the report.
        plot: draws the measurements of several domains, by label.
    """

    name: str
    unit: str
    about: str
    measure: Callable[[Domain], Measurement]
    distance: Callable[[Measurement, Measurement], float]
    summarise: Callable[[Measurement], Numbers]
    plot: Callable[[Axes, Mapping[str, Measurement]], None]


def earth_movers(a: np.ndarray, b: np.ndarray, up_to: float = 1.0) -> float:
    """How far the values of one sample have to be moved, on average, to become the other sample.

    Wasserstein's first distance, in the unit of the values, from 200 quantiles. The samples may
    differ in size.

    Args:
        a: a sample.
        b: the other.
        up_to: share of each sample that counts, from its smallest value; below 1 the rest may be
            anything.

    Shape:
        - a: ``(N,)``; b: ``(M,)``.

    Example:
        >>> earth_movers(np.array([1.0, 2.0]), np.array([2.0, 3.0, 2.0, 3.0]))
        1.0
    """
    levels = up_to * (np.arange(200) + 0.5) / 200
    quantiles = [np.quantile(sample, levels, method="inverted_cdf") for sample in (a, b)]
    return float(np.abs(quantiles[0] - quantiles[1]).mean())


def shape_difference(a_db: np.ndarray, b_db: np.ndarray) -> float:
    """Mean absolute difference of two spectra once their mean difference is taken off, dB.

    Shape:
        - a_db, b_db: ``(K,)``.

    Example:
        >>> shape_difference(np.array([1.0, 2.0, 3.0]), np.array([5.0, 6.0, 7.0]))
        0.0
    """
    difference = a_db - b_db
    return float(np.abs(difference - difference.mean()).mean())


def spread(values: np.ndarray) -> dict[str, float]:
    """Median and the range that holds the middle 80 % of the values ``(N,)``."""
    low, middle, high = np.quantile(values, (0.1, 0.5, 0.9))
    return {"median": float(middle), "p10": float(low), "p90": float(high)}


def plot_shares(axes: Axes, samples: Mapping[str, np.ndarray]) -> None:
    """Draw, for each domain, the share of its values up to each value on the axis."""
    for label, values in samples.items():
        ordered = np.sort(values)
        share = (np.arange(len(ordered)) + 1) / len(ordered)
        axes.step(ordered, share, where="post", color=COLORS[label], label=label)
    axes.set_ylabel("share of values up to here")
    axes.set_ylim(0, 1)
