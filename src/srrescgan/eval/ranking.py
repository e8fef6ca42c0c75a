"""Rankings: measured methods among the rows of published tables."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from srrescgan.errors import ConfigError
from srrescgan.eval.evaluation import Evaluation, MethodRecord
from srrescgan.eval.evaluation_files import estimate_content, json_number
from srrescgan.eval.published import PublishedColumn, PublishedTable
from srrescgan.eval.score_tables import interval_text, short
from srrescgan.eval.statistics import FEW_IMAGES, FEW_NOTE, Estimate
from srrescgan.eval.summary import Summary
from srrescgan.eval.text_table import Cell, Heading, TextTable, number, places

_STAND_IN = "RANDOM WEIGHTS"  # in the description of a metric without trained weights
MEASURED = "measured here"
QUOTED = "quoted"


@dataclass(frozen=True)
class RankedRow:
    """One row of a ranking.

    Attributes:
        rank: 1 is best; rows equal at the published precision share a rank. ``None`` for
            baselines (bicubic, too), and for rows without a value in the ranking column.
        name: as published, or the name of the method.
        origin: ``measured here`` or ``quoted``.
        source: where a quoted row is from; weights or folder of a measured one.
        values: by column of the published table.
        estimates: of a measured row, by column, with intervals and numbers of images.
        keys: of a measured row, by column, the ``<protocol>/<metric>`` that was measured.
    """

    rank: int | None
    name: str
    origin: str
    source: str
    values: Mapping[str, float]
    estimates: Mapping[str, Estimate]
    keys: Mapping[str, str]


@dataclass(frozen=True)
class Ranking:
    """A published table with measured rows.

    Attributes:
        table: the published table.
        set: name of the data set of the measured rows.
        rows: best first; those without a value in the ranking column last.
        warnings: why the measured numbers may not be comparable.
        protocols: of the measured numbers, label by name.
    """

    table: PublishedTable
    set: str
    rows: tuple[RankedRow, ...]
    warnings: tuple[str, ...]
    protocols: Mapping[str, str]


def rank_in_table(
    table: PublishedTable,
    evaluation: Evaluation,
    summary: Summary,
    data_set: str,
    methods: Sequence[str],
) -> Ranking:
    """Add the scores of methods on a set to a published table, and rank all rows.

    Scores under the table's own protocol are preferred; scores under another protocol come with a
    warning.

    Args:
        table: the published table.
        evaluation: the scores.
        summary: the means of the same evaluation.
        data_set: name of the set.
        methods: names of the methods to add.

    Raises:
        ConfigError: no such set or method was evaluated.
    """
    if data_set not in evaluation.sets:
        raise ConfigError(
            f"{table.title}: no set {data_set!r} was evaluated"
            f" (there are: {', '.join(evaluation.sets)})"
        )
    records = [_method(evaluation, name) for name in methods]
    measured = [_measured_row(table, evaluation, summary, data_set, each) for each in records]
    quoted = [
        RankedRow(None, row.name, QUOTED, row.source, row.scores, {}, {}) for row in table.rows
    ]
    competes = [not row.baseline for row in table.rows] + [r.kind != "bicubic" for r in records]
    return Ranking(
        table,
        data_set,
        tuple(_ranked(table, [*quoted, *measured], competes)),
        tuple(_warnings(table, evaluation, data_set, measured)),
        evaluation.protocols,
    )


def rank_in_tables(
    tables: Iterable[PublishedTable], evaluation: Evaluation, summary: Summary, everywhere: bool
) -> list[Ranking]:
    """Rank all methods in every table, once for each set that the table is about.

    Args:
        tables: published tables.
        evaluation: the scores.
        summary: the means of the same evaluation.
        everywhere: use a table that is about none of the sets with all of them, with a warning;
            otherwise this is done only for tables whose images are not available.
    """
    methods = [method.name for method in evaluation.methods]
    experiment = evaluation.about.get("experiment")
    rankings = []
    for table in tables:
        names = [s for s in evaluation.sets if {s, f"{experiment}/{s}"} & set(table.sets)]
        if not names and (everywhere or not table.sets):
            names = list(evaluation.sets)
        rankings += [rank_in_table(table, evaluation, summary, name, methods) for name in names]
    return rankings


def ranking_table(ranking: Ranking) -> TextTable:
    """A ranking as a table of texts; each row is marked as quoted or measured here."""
    table = ranking.table
    names = {source: f"[{index}]" for index, source in enumerate(table.sources, start=1)}
    marks = {name: _places(ranking, name, column) for name, column in table.columns.items()}
    rows = []
    for index, row in enumerate(ranking.rows):
        where = f"({', '.join(_protocols([row]))})" if row.keys else names.get(row.source, "")
        origin = f"{row.origin} {where}".strip()
        cells = [_cell(row, name, table.columns[name], marks[name][index]) for name in marks]
        rows.append((Cell(str(row.rank or "-")), Cell(row.name), Cell(origin), *cells))
    labels = [
        f"{name}: {ranking.protocols.get(name, 'not known')}" for name in _protocols(ranking.rows)
    ]
    notes = [*(f"WARNING: {warning}" for warning in ranking.warnings)]
    notes += [f"Measured under {'; '.join(labels)}."] if labels else []
    few = any(e.images < FEW_IMAGES for row in ranking.rows for e in row.estimates.values())
    notes += [FEW_NOTE] if few else []
    notes += [f"Quoted numbers: {table.unknown}", f"Order of the source: {table.order}"]
    notes += [f"{names[key]} {where}" for key, where in table.sources.items()]
    return TextTable(
        caption=f"{table.title}. {table.setting} Measured rows: {ranking.set}. Ranked by"
        f" {table.rank_by}; protocol of the quoted numbers: {table.protocol} is the closest that is"
        " known.",
        headings=(
            Heading("rank"),
            Heading("method", numeric=False),
            Heading("origin", numeric=False),
            *(Heading(_heading(name, column)) for name, column in table.columns.items()),
        ),
        rows=tuple(rows),
        notes=tuple(notes),
    )


def ranking_content(ranking: Ranking) -> dict[str, Any]:
    """A ranking for a strict JSON file."""
    table = ranking.table
    return {
        "title": table.title,
        "set": ranking.set,
        "setting": table.setting,
        "rank_by": table.rank_by,
        "closest_protocol": table.protocol,
        "unknown": table.unknown,
        "order_of_the_source": table.order,
        "sources": table.sources,
        "warnings": list(ranking.warnings),
        "rows": [
            {
                "rank": row.rank,
                "name": row.name,
                "origin": row.origin,
                "source": row.source,
                "scores": {name: json_number(row.values.get(name)) for name in table.columns},
                "measured": {
                    name: {"key": row.keys[name], **estimate_content(estimate)}
                    for name, estimate in row.estimates.items()
                },
            }
            for row in ranking.rows
        ],
    }


def _method(evaluation: Evaluation, name: str) -> MethodRecord:
    for method in evaluation.methods:
        if method.name == name:
            return method
    known = ", ".join(method.name for method in evaluation.methods)
    raise ConfigError(f"no method {name!r} was evaluated (there are: {known})")


def _measured_row(
    table: PublishedTable,
    evaluation: Evaluation,
    summary: Summary,
    data_set: str,
    method: MethodRecord,
) -> RankedRow:
    means: Mapping[str, Estimate] = next(
        (row.estimates for row in summary if (row.set, row.method) == (data_set, method.name)), {}
    )
    keys: dict[str, str] = {}
    estimates: dict[str, Estimate] = {}
    for name, column in table.columns.items():
        candidates = [c for c in evaluation.columns if c.metric == column.metric]
        for chosen in sorted(candidates, key=lambda c: c.protocol != table.protocol):
            if chosen.key in means:
                keys[name], estimates[name] = chosen.key, means[chosen.key]
                break
    values = {name: e.mean for name, e in estimates.items() if e.mean is not None}
    values |= {
        name: method.cost[column.metric]
        for name, column in table.columns.items()
        if column.metric is not None and column.metric in method.cost
    }
    return RankedRow(None, method.name, MEASURED, method.source, values, estimates, keys)


def _ranked(
    table: PublishedTable, rows: Sequence[RankedRow], competes: Sequence[bool]
) -> list[RankedRow]:
    column, name = table.ranking_column, table.rank_by
    sign = -1 if column.higher_is_better else 1
    errors = [
        sign * round(row.values[name], column.decimals) if name in row.values else float("inf")
        for row in rows
    ]
    rivals = [
        error
        for error, row, competing in zip(errors, rows, competes, strict=True)
        if competing and name in row.values
    ]
    ranked = [
        (error, index, replace(row, rank=sum(rival < error for rival in rivals) + 1))
        if competing and name in row.values
        else (error, index, row)
        for index, (error, row, competing) in enumerate(zip(errors, rows, competes, strict=True))
    ]
    return [row for _, _, row in sorted(ranked, key=lambda entry: entry[:2])]


def _warnings(
    table: PublishedTable, evaluation: Evaluation, data_set: str, measured: Sequence[RankedRow]
) -> list[str]:
    warnings = []
    if not {data_set, f"{evaluation.about.get('experiment')}/{data_set}"} & set(table.sets):
        same = f" (which are: {', '.join(table.sets)})" if table.sets else ""
        warnings.append(
            f"measured on {data_set}, not known to be the pictures of this table{same}: the ranks"
            " say where the numbers would stand, not how good the method is"
        )
    images = len({row.name for row in evaluation.rows if row.set == data_set})
    stand_ins = [c.key for c in evaluation.columns if _STAND_IN in c.description]
    used = sorted({key for row in measured for key in row.keys.values()} & set(stand_ins))
    if used:
        warnings.append(
            f"{', '.join(used)}: of a network with random weights, a stand-in for tests"
        )
    for row in measured:
        others = [key for key in row.keys.values() if key.split("/")[0] != table.protocol]
        if others:
            warnings.append(
                f"{row.name}: {', '.join(others)} measured under another protocol than"
                f" {table.protocol}, the closest to this table's"
            )
        parts = [
            f"{row.keys[n]} ({e.images})" for n, e in row.estimates.items() if e.images < images
        ]
        if parts:
            warnings.append(f"{row.name}: not all {images} images have scores: {', '.join(parts)}")
        if table.rank_by not in row.values:
            warnings.append(f"{row.name}: no {table.rank_by} was measured, so it has no rank")
    return warnings


def _protocols(rows: Sequence[RankedRow]) -> list[str]:
    return list(dict.fromkeys(key.split("/")[0] for row in rows for key in row.keys.values()))


def _places(ranking: Ranking, name: str, column: PublishedColumn) -> list[int]:
    if column.higher_is_better is None:
        return [0] * len(ranking.rows)
    values = [None if row.rank is None else row.values.get(name) for row in ranking.rows]
    return places(values, column.higher_is_better, column.decimals)


def _cell(row: RankedRow, name: str, column: PublishedColumn, place: int) -> Cell:
    value = row.values.get(name)
    if value is not None and column.higher_is_better is None:
        return Cell(short(value), place=place)
    estimate = row.estimates.get(name)
    detail = interval_text(estimate, column.decimals) if estimate else ""
    return Cell(number(value, column.decimals), detail, place)


def _heading(name: str, column: PublishedColumn) -> str:
    arrows = {True: " ↑", False: " ↓", None: ""}
    return name + arrows[column.higher_is_better]
