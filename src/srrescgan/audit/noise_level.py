"""How strong the noise is."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from srrescgan.audit.domain import Domain
from srrescgan.audit.figure import Figure, Measurement, Numbers, earth_movers, plot_shares, spread
from srrescgan.ops.noise import estimate_sigma

_COUNTED = 0.9  # fine regular texture, flat for a blur, is taken for noise in a few places


def _measure(domain: Domain) -> Measurement:
    blocks, _ = domain.flat
    sigma = estimate_sigma(blocks.flatten(0, 1)[:, None]).reshape(len(blocks), 3)
    return {"sigma": 255 * sigma.numpy()}


def _distance(a: Measurement, b: Measurement) -> float:
    channels = zip(a["sigma"].T, b["sigma"].T, strict=True)
    return float(np.mean([earth_movers(one, other, _COUNTED) for one, other in channels]))


def _summarise(measurement: Measurement) -> Numbers:
    sigma = measurement["sigma"]
    channels = dict(zip(("red", "green", "blue"), np.median(sigma, axis=0).tolist(), strict=True))
    return spread(sigma.mean(axis=1)) | channels


def _plot(axes: Axes, measurements: Mapping[str, Measurement]) -> None:
    plot_shares(axes, {label: m["sigma"].mean(axis=1) for label, m in measurements.items()})
    axes.set_xlabel("noise standard deviation, grey levels")
    axes.set_xlim(left=0)


NOISE_LEVEL = Figure(
    name="noise_level",
    unit="grey levels",
    about=(
        "Standard deviation of the finest noise in flat places, by the wavelet median estimator;"
        " distance: how far the values have to be moved, the largest tenth aside, mean of the three"
        " channels. Sees pixel noise; noise in coarse blotches or smoothed by JPEG shows in"
        " noise_brightness instead."
    ),
    measure=_measure,
    distance=_distance,
    summarise=_summarise,
    plot=_plot,
)
