"""Statistic: base class of the audit's statistics, and what several of them share."""

from abc import ABC, abstractmethod
from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from srrescgan.audit.domain import Domain

Measurement = Mapping[str, np.ndarray]
"""Measured values of one domain, by name."""

Numbers = Mapping[str, float | list[float]]

COLORS = {"real": "black", "made": "tab:blue", "baseline": "tab:orange"}
"""Line colors of the domains in every plot."""

ROUNDING = 1 / 12
"""Variance of rounding to 8 bit, grey levels squared: weaker noise is invisible in a file."""


class Statistic(ABC):
    """One property in which two folders of pictures are compared."""

    name: str
    """In files, on dashboards, and below ``max_distance``."""
    unit: str
    """Of the distance."""
    about: str
    """What it measures and what it does not show, for the reader of the report."""

    @abstractmethod
    def measure(self, domain: Domain) -> Measurement:
        """Measure the pictures of a domain."""

    @abstractmethod
    def distance(self, a: Measurement, b: Measurement) -> float:
        """Distance between two measurements: 0 is equal, NaN is not comparable. Symmetric."""

    @abstractmethod
    def plot(self, axes: Axes, measurements: Mapping[str, Measurement]) -> None:
        """Draw the measurements of several domains, given by label."""

    def summarize(self, measurement: Measurement) -> Numbers:
        """Numbers of a measurement for ``audit.json``; all of them unless overridden."""
        return {name: values.tolist() for name, values in measurement.items()}


def earth_movers(a: np.ndarray, b: np.ndarray, up_to: float = 1.0) -> float:
    """Earth mover's distance (Wasserstein-1) between two samples, in the unit of the values.

    Computed from 200 quantiles, so the samples may differ in size.

    Args:
        a: a sample.
        b: the other.
        up_to: share of each sample that counts, from its smallest value; values above are ignored.

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
    """Mean absolute difference of two spectra after subtracting their mean difference, dB.

    Shape:
        - a_db, b_db: ``(K,)``.

    Example:
        >>> shape_difference(np.array([1.0, 2.0, 3.0]), np.array([5.0, 6.0, 7.0]))
        0.0
    """
    difference = a_db - b_db
    return float(np.abs(difference - difference.mean()).mean())


def spread(values: np.ndarray) -> dict[str, float]:
    """Median, 10th and 90th percentile of values ``(N,)``."""
    low, middle, high = np.quantile(values, (0.1, 0.5, 0.9))
    return {"median": float(middle), "p10": float(low), "p90": float(high)}


def plot_cumulative(axes: Axes, samples: Mapping[str, np.ndarray]) -> None:
    """Draw the cumulative distribution of each domain's values ``(N,)``."""
    for label, values in samples.items():
        ordered = np.sort(values)
        share = (np.arange(len(ordered)) + 1) / len(ordered)
        axes.step(ordered, share, where="post", color=COLORS[label], label=label)
    axes.set_ylabel("share of values up to here")
    axes.set_ylim(0, 1)
