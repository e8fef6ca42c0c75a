"""What an evaluation found out, image by image."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from srrescgan.eval.columns import Column


@dataclass(frozen=True)
class Row:
    """What one method scored on one image."""

    set: str
    name: str
    """Name of the image within the set, without suffix."""
    method: str
    scores: Mapping[str, float]
    """By :attr:`Column.key`; a column that is not defined here (no hr, for instance) is absent.
    Infinity is a score (the PSNR of identical images); NaN never is."""
    problem: str | None = None
    """What could not be scored, and why; the other scores stand."""


@dataclass(frozen=True)
class Contestant:
    """A method that took part."""

    name: str
    """As in tables, for instance ``sr+``."""
    kind: str
    """``bicubic``, ``network`` or ``pictures`` (a folder that somebody else's method filled)."""
    source: str
    """The weight file or the folder; empty for bicubic."""
    cost: Mapping[str, float] = field(default_factory=dict)
    """``parameters``, ``macs_per_hr_pixel``, ``seconds_per_megapixel``, ``peak_megabytes``; only
    what is known."""


@dataclass(frozen=True)
class Evaluation:
    """Everything that was measured."""

    columns: tuple[Column, ...]
    contestants: tuple[Contestant, ...]
    """In the order of the tables' lines."""
    rows: tuple[Row, ...]
    """Sorted by set (in the order of the configuration), name, and contestant."""
    unavailable: Mapping[str, str]
    """Why a metric that was asked for could not be computed, by metric name."""
    about: Mapping[str, Any]
    """``experiment``, ``checkpoint``, ``code``, ...: where the numbers come from, in what JSON can
    hold: texts, finite numbers, booleans, ``None``, lists and mappings of them."""
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
    def problems(self) -> tuple[Row, ...]:
        """Rows of the images that could not be scored, or not wholly."""
        return tuple(row for row in self.rows if row.problem is not None)
