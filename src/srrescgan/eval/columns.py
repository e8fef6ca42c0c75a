"""What a column of numbers means."""

from collections.abc import Mapping
from dataclasses import dataclass

from srrescgan.types import Metric


@dataclass(frozen=True)
class Column:
    """One metric under one protocol."""

    key: str
    """``<protocol>/<metric>``, the name in logs, CSV and JSON; for instance ``rgb8/psnr``."""
    metric: str
    protocol: str
    what: str
    """The whole truth in a sentence: definition, network and version, channel, border, rounding."""
    higher_is_better: bool
    decimals: int
    """Digits behind the point that are worth showing."""


def columns_of(scorecard: Mapping[str, Metric], protocols: Mapping[str, str]) -> tuple[Column, ...]:
    """Describe the columns of a scorecard.

    Args:
        scorecard: metrics by ``<protocol>/<metric>``.
        protocols: what each protocol does to the pictures, by name.
    """
    columns = []
    for key, metric in scorecard.items():
        protocol, name = key.split("/", maxsplit=1)
        what = f"{metric.what}; {protocols[protocol]}"
        better, decimals = metric.higher_is_better, metric.decimals
        columns.append(Column(key, name, protocol, what, better, decimals))
    return tuple(columns)
