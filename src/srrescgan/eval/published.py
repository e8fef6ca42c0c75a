"""Published result tables of other authors."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_COLUMN_KEYS = {"metric", "higher_is_better", "decimals"}
_ROW_KEYS = {"name", "source", "scores", "baseline"}


@dataclass(frozen=True)
class PublishedColumn:
    """One column of a published table.

    Attributes:
        metric: name of the same metric here; ``None`` if it cannot be measured here.
        higher_is_better: direction; ``None`` for columns that do not rank, such as parameters.
        decimals: published decimal places; measured numbers are rounded to them before ranking.
    """

    metric: str | None
    higher_is_better: bool | None
    decimals: int


@dataclass(frozen=True)
class PublishedRow:
    """One method of a published table.

    Attributes:
        name: as published.
        source: where the row is from, a key of :attr:`PublishedTable.sources`.
        scores: by column; unpublished values are absent.
        baseline: whether the method is shown without a rank.
    """

    name: str
    source: str
    scores: Mapping[str, float]
    baseline: bool


class PublishedTable:
    """A published table, with everything known about how its numbers were measured.

    Args:
        title: of the table.
        setting: scale, images and their degradation.
        sets: names of data sets here with the same images: ``set``, or ``experiment/set`` if only
            that experiment degrades them in the same way; empty if there are none.
        protocol: name of the protocol here that is closest to the table's.
        unknown: what is unknown about the table's protocol.
        order: how the source orders its rows.
        rank_by: the column that rows are ranked by here.
        columns: by name, mappings with the attributes of :class:`PublishedColumn`.
        sources: where the numbers are from, by the short name used in the rows.
        rows: mappings with ``name``, ``scores`` (one number or null per column, in their order),
            ``source`` unless it is the first of ``sources``, and ``baseline: true`` for methods
            that did not compete.

    Raises:
        ValueError: a row or ``rank_by`` does not fit the columns, or a source is not listed.
    """

    def __init__(
        self,
        title: str,
        setting: str,
        sets: Sequence[str],
        protocol: str,
        unknown: str,
        order: str,
        rank_by: str,
        columns: Mapping[str, Mapping[str, Any]],
        sources: Mapping[str, str],
        rows: Sequence[Mapping[str, Any]],
    ) -> None:
        self.title = title
        self.setting = setting
        self.sets = tuple(sets)
        self.protocol = protocol
        self.unknown = unknown
        self.order = order
        self.rank_by = rank_by
        self.columns = {name: self._column(name, node) for name, node in columns.items()}
        self.sources = dict(sources)
        if rank_by not in self.columns or self.columns[rank_by].higher_is_better is None:
            raise ValueError(f"{title}: rank_by={rank_by!r} is not a column that ranks")
        self.rows = tuple(self._row(row) for row in rows)

    @property
    def ranking_column(self) -> PublishedColumn:
        """The column that rows are ranked by."""
        return self.columns[self.rank_by]

    def _column(self, name: str, node: Mapping[str, Any]) -> PublishedColumn:
        if node.keys() != _COLUMN_KEYS:
            raise ValueError(
                f"{self.title}, column {name}: has {', '.join(node)}; expected"
                f" {', '.join(sorted(_COLUMN_KEYS))}"
            )
        return PublishedColumn(**node)

    def _row(self, row: Mapping[str, Any]) -> PublishedRow:
        if row.keys() - _ROW_KEYS or {"name", "scores"} - row.keys():
            raise ValueError(
                f"{self.title}: a row has {', '.join(row)}; expected name, scores and"
                " perhaps source and baseline"
            )
        name, scores = str(row["name"]), row["scores"]
        source = str(row.get("source", next(iter(self.sources), "")))
        if source not in self.sources:
            raise ValueError(f"{self.title}, {name}: source {source!r} is not in sources")
        if len(scores) != len(self.columns):
            raise ValueError(
                f"{self.title}, {name}: {len(scores)} scores for the {len(self.columns)} columns"
                f" {', '.join(self.columns)}"
            )
        for value in scores:
            if value is not None and not (isinstance(value, int | float) and math.isfinite(value)):
                raise ValueError(f"{self.title}, {name}: {value!r} is not a number or null")
        published = {
            column: float(value)
            for column, value in zip(self.columns, scores, strict=True)
            if value is not None
        }
        return PublishedRow(name, source, published, bool(row.get("baseline", False)))
