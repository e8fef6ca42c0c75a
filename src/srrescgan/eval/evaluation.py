"""The results of an evaluation, image by image."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from srrescgan.types import Metric


@dataclass(frozen=True)
class ScoreColumn:
    """One metric under one protocol."""

    key: str
    """``<protocol>/<metric>``, the name in logs, CSV and JSON; for instance ``rgb8/psnr``."""
    metric: str
    protocol: str
    description: str
    """Definition, network and version, channel, border, rounding: all that fixes the number."""
    higher_is_better: bool
    decimals: int
    """Decimal places to show."""


@dataclass(frozen=True)
class ScoreRow:
    """The scores of one method on one image."""

    set: str
    name: str
    """Name of the image within the set, without suffix."""
    method: str
    scores: Mapping[str, float]
    """By :attr:`ScoreColumn.key`; a column that is undefined here (no hr, for instance) is absent.
    Infinity is a score (the PSNR of identical images); NaN never is."""
    problem: str | None = None
    """Reason why scores are missing; the scores that exist are valid."""


@dataclass(frozen=True)
class MethodRecord:
    """Facts about a method of an evaluation."""

    name: str
    """As in tables, for instance ``sr+``."""
    kind: str
    """``bicubic``, ``network`` or ``pictures`` (a folder of images made by another program)."""
    source: str
    """The weight file or the folder; empty for bicubic."""
    cost: Mapping[str, float] = field(default_factory=dict)
    """See :func:`srrescgan.eval.cost.measure_cost`; only the values that are known."""


@dataclass(frozen=True)
class Evaluation:
    """Every score of every method on every image."""

    columns: tuple[ScoreColumn, ...]
    methods: tuple[MethodRecord, ...]
    """In the order of the tables' rows."""
    rows: tuple[ScoreRow, ...]
    """Sorted by set (in the order of the configuration), name, and method."""
    unavailable: Mapping[str, str]
    """Why a requested metric could not be computed, by metric name."""
    about: Mapping[str, Any]
    """``experiment``, ``devices``, ``machine``, ``software``: where the numbers come from. Values
    that JSON can hold: texts, finite numbers, booleans, ``None``, lists and mappings of them."""
    protocols: Mapping[str, str] = field(default_factory=dict)
    """The label of each protocol, by its name: ``rgb8``: "rgb, border 0, 8-bit rounded"."""

    @property
    def sets(self) -> tuple[str, ...]:
        """Names of the data sets, in order."""
        return tuple(dict.fromkeys(row.set for row in self.rows))

    def scores(self, data_set: str, method: str, key: str) -> dict[str, float]:
        """Scores by image name, of the images that have one."""
        return {
            row.name: row.scores[key]
            for row in self.rows
            if row.set == data_set and row.method == method and key in row.scores
        }

    @property
    def problems(self) -> tuple[ScoreRow, ...]:
        """Rows of images that could not be scored completely."""
        return tuple(row for row in self.rows if row.problem is not None)


def score_columns(
    scorecard: Mapping[str, Metric], protocols: Mapping[str, str]
) -> tuple[ScoreColumn, ...]:
    """Describe the columns of a scorecard.

    Args:
        scorecard: metrics by ``<protocol>/<metric>``.
        protocols: label of each protocol, by name.
    """
    columns = []
    for key, metric in scorecard.items():
        protocol, name = key.split("/", maxsplit=1)
        description = f"{metric.description}; {protocols[protocol]}"
        higher, decimals = metric.higher_is_better, metric.decimals
        columns.append(ScoreColumn(key, name, protocol, description, higher, decimals))
    return tuple(columns)
