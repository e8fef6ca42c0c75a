"""Which numbers are computed: every metric under every protocol."""

from collections.abc import Callable, Mapping

from torch import Tensor

from srrescgan.errors import ConfigError
from srrescgan.metrics.protocol import Protocol
from srrescgan.types import Metric


def scorecard(
    metrics: Mapping[str, Callable[..., Metric]], protocols: Mapping[str, Protocol]
) -> dict[str, Metric]:
    """Make one metric object per pair, under the name that its number carries everywhere.

    Args:
        metrics: factories by name, called with ``protocol=``.
        protocols: by name.

    Returns:
        ``<protocol>/<metric>``, for instance ``rgb8/psnr``, to metric; the first protocol's first.

    Raises:
        ConfigError: there are metrics but no protocol, or a metric was made into another one.
    """
    if metrics and not protocols:
        raise ConfigError("protocol=[] says how nothing is measured: choose for instance [rgb8]")
    card = {
        f"{protocol_name}/{name}": factory(protocol=protocol)
        for protocol_name, protocol in protocols.items()
        for name, factory in metrics.items()
    }
    for key, metric in card.items():
        name, called = key.split("/", maxsplit=1)[1], getattr(metric, "called", None)
        if called not in (None, name):
            raise ConfigError(
                f"metric.{name} is set to what is called {called} everywhere: choose"
                f" metric=[{called}]"
            )
    return card


def score(metric: Metric, image: Tensor, references: Mapping[str, Tensor]) -> Tensor | None:
    """Apply a metric to a picture and what it is to be held against.

    Args:
        metric: any.
        image: ``(B, 3, H, W)``, RGB in [0, 1].
        references: pictures by role, ``hr`` and ``lr``, as far as they exist.

    Returns:
        One value per image, ``(B,)``; ``None`` where the metric's reference does not exist.
    """
    if metric.reference is None:
        return metric(image)
    if metric.reference not in references:
        return None
    return metric(image, references[metric.reference])
