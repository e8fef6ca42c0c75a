"""Scorecard: every metric under every protocol."""

from collections.abc import Callable, Mapping

from torch import Tensor

from srrescgan.errors import ConfigError
from srrescgan.metrics.protocol import Protocol
from srrescgan.types import Metric


def scorecard(
    metrics: Mapping[str, Callable[..., Metric]], protocols: Mapping[str, Protocol]
) -> dict[str, Metric]:
    """Make one metric object for each metric and protocol.

    Args:
        metrics: factories by name, called with ``protocol=``.
        protocols: by name.

    Returns:
        Metrics by ``<protocol>/<metric>``, such as ``rgb8/psnr``, the first protocol's first.

    Raises:
        ConfigError: there are metrics but no protocol, or a metric has another one's reserved name.
    """
    if metrics and not protocols:
        raise ConfigError(
            "protocol=[] names no protocol to measure under: choose for instance [rgb8]"
        )
    card = {
        f"{protocol_name}/{name}": factory(protocol=protocol)
        for protocol_name, protocol in protocols.items()
        for name, factory in metrics.items()
    }
    for key, metric in card.items():
        name, reserved = key.split("/", maxsplit=1)[1], getattr(metric, "reserved_name", None)
        if reserved not in (None, name):
            raise ConfigError(
                f"metric.{name} computes {reserved}, which has a name of its own: choose"
                f" metric=[{reserved}]"
            )
    return card


def score(metric: Metric, image: Tensor, references: Mapping[str, Tensor]) -> Tensor | None:
    """Score images with a metric and the reference that it needs.

    Args:
        metric: the metric.
        image: ``(B, 3, H, W)``, RGB in [0, 1].
        references: the images ``hr`` and ``lr``, as far as they exist.

    Returns:
        One value per image, ``(B,)``; ``None`` if the metric's reference does not exist.
    """
    if metric.reference is None:
        return metric(image)
    if metric.reference not in references:
        return None
    return metric(image, references[metric.reference])
