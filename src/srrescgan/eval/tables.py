"""The scores of an evaluation as tables, one per data set."""

from collections.abc import Sequence

from srrescgan.eval.columns import Column
from srrescgan.eval.grid import Cell, Grid, Heading, number, places
from srrescgan.eval.results import Contestant, Evaluation
from srrescgan.eval.statistics import FEW_IMAGES, FEW_NOTE, LEVEL, Estimate
from srrescgan.eval.summary import Line, summarise

_COSTS = {
    "parameters": "parameters",
    "macs_per_hr_pixel": "MACs per hr pixel",
    "seconds_per_megapixel": "s per megapixel",
    "peak_megabytes": "peak MB",
}
_SHOWN = 5  # problems under a table
_PART = "(n of m): a mean over n of the set's m images only; it does not compete for the best."


def score_tables(evaluation: Evaluation, intervals: bool = True) -> list[Grid]:
    """One table per set: quality under each protocol, and what it costs where that is known.

    Args:
        evaluation: what was measured.
        intervals: show the confidence interval of each mean behind it.
    """
    lines = summarise(evaluation)
    return [
        _table(evaluation, [line for line in lines if line.set == data_set], intervals)
        for data_set in evaluation.sets
    ]


def arrow(column: Column) -> str:
    """The metric's name with the direction that is better."""
    return f"{column.metric} {'↑' if column.higher_is_better else '↓'}"


def protocols_text(evaluation: Evaluation, columns: Sequence[Column]) -> str:
    """The protocols that columns belong to, spelled out."""
    names = dict.fromkeys(column.protocol for column in columns)
    told = [f"{n}: {evaluation.protocols[n]}" if n in evaluation.protocols else n for n in names]
    return f"Protocol{'s' if len(told) > 1 else ''} {'; '.join(told)}."


def _table(evaluation: Evaluation, lines: Sequence[Line], intervals: bool) -> Grid:
    columns = [c for c in evaluation.columns if any(c.key in line.estimates for line in lines)]
    contestants = {contestant.name: contestant for contestant in evaluation.contestants}
    costs = [key for key in _COSTS if any(key in contestants[x.method].cost for x in lines)]
    images = lines[0].images
    cells = {column.key: _column(column, lines, intervals) for column in columns}
    caption = f"{lines[0].set}: mean over {images} image{'s' if images > 1 else ''}"
    caption += f" [{LEVEL:.0%} interval]" if intervals else ""
    found = [estimate for line in lines for estimate in line.estimates.values()]
    notes = [f"{column.key}: {column.what}" for column in columns]
    notes += [FEW_NOTE] if intervals and images < FEW_IMAGES else []
    notes += [_PART] if any(estimate.images < images for estimate in found) else []
    notes += _problems(evaluation, lines[0].set)
    notes += [f"{name}: not available. {why}" for name, why in evaluation.unavailable.items()]
    return Grid(
        caption=f"{caption}. {protocols_text(evaluation, columns)}" if columns else caption,
        headings=(
            Heading("method", numeric=False),
            *(Heading(arrow(column), column.protocol) for column in columns),
            *(Heading(_COSTS[key]) for key in costs),
            Heading("images"),
        ),
        lines=tuple(
            (
                Cell(line.method),
                *(cells[column.key][index] for column in columns),
                *(_cost(contestants[line.method], key) for key in costs),
                Cell(_count(line.scored, images)),
            )
            for index, line in enumerate(lines)
        ),
        notes=tuple(notes),
    )


def _problems(evaluation: Evaluation, data_set: str) -> list[str]:
    found = [row for row in evaluation.problems if row.set == data_set]
    told = [f"{row.name}, {row.method}: {row.problem}" for row in found[:_SHOWN]]
    more = len(found) - len(told)
    return told + ([f"... and {more} more problems, all in metrics.json."] if more else [])


def _column(column: Column, lines: Sequence[Line], intervals: bool) -> list[Cell]:
    estimates = [line.estimates.get(column.key) for line in lines]
    whole = [e.mean if e and e.images == lines[0].images else None for e in estimates]
    marks = places(whole, column.higher_is_better, column.decimals)
    return [
        _cell(estimate, column.decimals, intervals, lines[0].images, mark)
        for estimate, mark in zip(estimates, marks, strict=True)
    ]


def _cell(found: Estimate | None, decimals: int, intervals: bool, images: int, mark: int) -> Cell:
    if found is None:
        return Cell("-")
    details = [interval_text(found, decimals)] if intervals and found.low is not None else []
    details += [f"({_count(found.images, images)})"] if found.images < images else []
    return Cell(number(found.mean, decimals), " ".join(details), mark)


def interval_text(found: Estimate, decimals: int, sign: bool = False) -> str:
    """``[low, high]``, or nothing."""
    if found.low is None:
        return ""
    return f"[{number(found.low, decimals, sign)}, {number(found.high, decimals, sign)}]"


def _count(scored: int, images: int) -> str:
    return str(images) if scored == images else f"{scored} of {images}"


def _cost(contestant: Contestant, key: str) -> Cell:
    return Cell(short(contestant.cost[key]) if key in contestant.cost else "-")


def short(value: float) -> str:
    """A quantity in three digits.

    Example:
        >>> [short(value) for value in (380356, 16697987, 999999, 0.0123, 42)]
        ['380 K', '16.7 M', '1 M', '0.0123', '42']
    """
    for limit, divisor, unit in ((999.5, 1, ""), (999.5e3, 1e3, " K"), (999.5e6, 1e6, " M")):
        if abs(value) < limit:
            return f"{value / divisor:.3g}{unit}"
    return f"{value / 1e9:.3g} G"
