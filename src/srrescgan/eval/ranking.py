"""What was measured here among what others published."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from srrescgan.errors import ConfigError
from srrescgan.eval.grid import Cell, Grid, Heading, number, places
from srrescgan.eval.published import PublishedColumn, PublishedTable
from srrescgan.eval.results import Contestant, Evaluation
from srrescgan.eval.statistics import FEW_IMAGES, FEW_NOTE, Estimate, estimate
from srrescgan.eval.store import estimate_content, json_number
from srrescgan.eval.tables import interval_text, short

_STAND_IN = "RANDOM WEIGHTS"  # what metrics say of themselves then
MEASURED = "measured here"
QUOTED = "quoted"


@dataclass(frozen=True)
class Ranked:
    """One row of a ranking.

    Attributes:
        rank: 1 is best; equal at the published precision is an equal rank. ``None`` for what does
            not compete: baselines (bicubic too), and rows without a number in the ranking column.
        name: as published, or the name of the contestant.
        origin: ``measured here`` or ``quoted``.
        source: of a quoted row, its place; of a measured one, its weights or folder.
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
    """A published table with measured rows in it.

    Attributes:
        table: what was published.
        set: name of the data set that the measured numbers are of.
        rows: best first; those without a number in the ranking column last.
        warnings: what keeps the measured numbers from being comparable.
        protocols: of the measured numbers, label by name.
    """

    table: PublishedTable
    set: str
    rows: tuple[Ranked, ...]
    warnings: tuple[str, ...]
    protocols: Mapping[str, str]


def merge(
    table: PublishedTable, evaluation: Evaluation, data_set: str, methods: Sequence[str]
) -> Ranking:
    """Put what methods scored on a set into a published table and rank everybody.

    A number measured under the table's own protocol is taken where there is one, else one under
    another protocol, which a warning says.

    Args:
        table: what was published.
        evaluation: what was measured.
        data_set: name of the set.
        methods: names of the contestants to merge.

    Raises:
        ConfigError: no such set or method was evaluated.
    """
    if data_set not in evaluation.sets:
        raise ConfigError(
            f"{table.title}: no set {data_set!r} was evaluated"
            f" (there are: {', '.join(evaluation.sets)})"
        )
    contestants = [_contestant(evaluation, method) for method in methods]
    measured = [_measured(table, evaluation, data_set, c) for c in contestants]
    quoted = [Ranked(None, row.name, QUOTED, row.source, row.scores, {}, {}) for row in table.rows]
    competes = [not row.baseline for row in table.rows] + [c.kind != "bicubic" for c in contestants]
    rows = _ranked(table, [*quoted, *measured], competes)
    return Ranking(
        table,
        data_set,
        tuple(rows),
        tuple(_warnings(table, evaluation, data_set, measured)),
        evaluation.protocols,
    )


def merge_where_it_belongs(
    tables: Iterable[PublishedTable], evaluation: Evaluation, everywhere: bool
) -> list[Ranking]:
    """Put every contestant into every table, once for each set that the table is about.

    Args:
        tables: what was published.
        evaluation: what was measured.
        everywhere: merge a table that is about none of the sets with all of them; its warnings say
            so. Otherwise only one whose pictures nobody has.
    """
    methods = [contestant.name for contestant in evaluation.contestants]
    experiment = evaluation.about.get("experiment")
    rankings = []
    for table in tables:
        names = [s for s in evaluation.sets if {s, f"{experiment}/{s}"} & set(table.sets)]
        if not names and (everywhere or not table.sets):
            names = list(evaluation.sets)
        rankings += [merge(table, evaluation, name, methods) for name in names]
    return rankings


def ranking_table(ranking: Ranking) -> Grid:
    """For people: ranked rows, each marked as quoted or measured here."""
    table = ranking.table
    names = {source: f"[{index}]" for index, source in enumerate(table.sources, start=1)}
    marks = {name: _marks(ranking, name, column) for name, column in table.columns.items()}
    lines = []
    for index, row in enumerate(ranking.rows):
        where = f"({', '.join(_protocols([row]))})" if row.keys else names.get(row.source, "")
        origin = f"{row.origin} {where}".strip()
        cells = [_cell(row, name, table.columns[name], marks[name][index]) for name in marks]
        lines.append((Cell(str(row.rank or "-")), Cell(row.name), Cell(origin), *cells))
    labels = [
        f"{name}: {ranking.protocols.get(name, 'not known')}" for name in _protocols(ranking.rows)
    ]
    notes = [*(f"WARNING: {warning}" for warning in ranking.warnings)]
    notes += [f"Measured under {'; '.join(labels)}."] if labels else []
    few = any(e.images < FEW_IMAGES for row in ranking.rows for e in row.estimates.values())
    notes += [FEW_NOTE] if few else []
    notes += [f"Quoted numbers: {table.unknown}", f"Order of the source: {table.order}"]
    notes += [f"{names[key]} {where}" for key, where in table.sources.items()]
    return Grid(
        caption=f"{table.title}. {table.setting} Measured rows: {ranking.set}. Ranked by"
        f" {table.rank_by}; protocol of the quoted numbers: {table.protocol} is the closest that is"
        " known.",
        headings=(
            Heading("rank"),
            Heading("method", numeric=False),
            Heading("origin", numeric=False),
            *(Heading(_heading(name, column)) for name, column in table.columns.items()),
        ),
        lines=tuple(lines),
        notes=tuple(notes),
    )


def ranking_content(ranking: Ranking) -> dict[str, Any]:
    """For programs: strict JSON."""
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
                    name: {"key": row.keys[name], **estimate_content(found)}
                    for name, found in row.estimates.items()
                },
            }
            for row in ranking.rows
        ],
    }


def _contestant(evaluation: Evaluation, method: str) -> Contestant:
    for contestant in evaluation.contestants:
        if contestant.name == method:
            return contestant
    known = ", ".join(contestant.name for contestant in evaluation.contestants)
    raise ConfigError(f"no method {method!r} was evaluated (there are: {known})")


def _measured(
    table: PublishedTable, evaluation: Evaluation, data_set: str, contestant: Contestant
) -> Ranked:
    keys: dict[str, str] = {}
    estimates: dict[str, Estimate] = {}
    for name, column in table.columns.items():
        candidates = [c for c in evaluation.columns if c.metric == column.metric]
        for chosen in sorted(candidates, key=lambda c: c.protocol != table.protocol):
            scores = evaluation.scores(data_set, contestant.name, chosen.key)
            if scores:
                keys[name], estimates[name] = chosen.key, estimate(scores.values())
                break
    values = {name: e.mean for name, e in estimates.items() if e.mean is not None}
    values |= {
        name: contestant.cost[column.metric]
        for name, column in table.columns.items()
        if column.metric is not None and column.metric in contestant.cost
    }
    return Ranked(None, contestant.name, MEASURED, contestant.source, values, estimates, keys)


def _ranked(
    table: PublishedTable, rows: Sequence[Ranked], competes: Sequence[bool]
) -> list[Ranked]:
    column, name = table.ranking_column, table.rank_by
    sign = -1 if column.higher_is_better else 1
    sizes = [
        sign * round(row.values[name], column.decimals) if name in row.values else float("inf")
        for row in rows
    ]
    rivals = [
        size
        for size, row, competing in zip(sizes, rows, competes, strict=True)
        if competing and name in row.values
    ]
    ranked = [
        (size, index, replace(row, rank=sum(r < size for r in rivals) + 1))
        if competing and name in row.values
        else (size, index, row)
        for index, (size, row, competing) in enumerate(zip(sizes, rows, competes, strict=True))
    ]
    return [row for _, _, row in sorted(ranked, key=lambda entry: entry[:2])]


def _warnings(
    table: PublishedTable, evaluation: Evaluation, data_set: str, measured: Sequence[Ranked]
) -> list[str]:
    warnings = []
    if not {data_set, f"{evaluation.about.get('experiment')}/{data_set}"} & set(table.sets):
        same = f" (which are: {', '.join(table.sets)})" if table.sets else ""
        warnings.append(
            f"measured on {data_set}, not known to be the pictures of this table{same}: the ranks"
            " say where the numbers would stand, not how good the method is"
        )
    images = len({row.name for row in evaluation.rows if row.set == data_set})
    stand_ins = [c.key for c in evaluation.columns if _STAND_IN in c.what]
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


def _protocols(rows: Sequence[Ranked]) -> list[str]:
    return list(dict.fromkeys(key.split("/")[0] for row in rows for key in row.keys.values()))


def _marks(ranking: Ranking, name: str, column: PublishedColumn) -> list[int]:
    if column.higher_is_better is None:
        return [0] * len(ranking.rows)
    values = [None if row.rank is None else row.values.get(name) for row in ranking.rows]
    return places(values, column.higher_is_better, column.decimals)


def _cell(row: Ranked, name: str, column: PublishedColumn, mark: int) -> Cell:
    value = row.values.get(name)
    if value is not None and column.higher_is_better is None:
        return Cell(short(value), place=mark)
    found = row.estimates.get(name)
    detail = interval_text(found, column.decimals) if found else ""
    return Cell(number(value, column.decimals), detail, mark)


def _heading(name: str, column: PublishedColumn) -> str:
    arrows = {True: " ↑", False: " ↓", None: ""}
    return name + arrows[column.higher_is_better]
