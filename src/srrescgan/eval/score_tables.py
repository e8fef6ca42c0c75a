"""The scores of an evaluation as tables, one per data set."""

from collections.abc import Sequence

from srrescgan.eval.evaluation import Evaluation, MethodRecord, ScoreColumn
from srrescgan.eval.statistics import CONFIDENCE, FEW_IMAGES, FEW_NOTE, Estimate
from srrescgan.eval.summary import Summary, SummaryRow
from srrescgan.eval.text_table import Cell, Heading, TextTable, number, places

_COSTS = {
    "parameters": "parameters",
    "macs_per_hr_pixel": "MACs per hr pixel",
    "seconds_per_megapixel": "s per megapixel",
    "peak_megabytes": "peak MB",
}
_MOST_PROBLEMS = 5  # under a table
_PART = "(n of m): a mean over n of the set's m images only; it does not compete for the best."


def score_tables(
    evaluation: Evaluation, summary: Summary, intervals: bool = True
) -> list[TextTable]:
    """One table per set: quality under each protocol, and the cost where it is known.

    Args:
        evaluation: the scores.
        summary: the means of the same evaluation.
        intervals: whether to show the confidence interval after each mean.
    """
    return [
        _table(evaluation, [row for row in summary if row.set == data_set], intervals)
        for data_set in evaluation.sets
    ]


def arrow(column: ScoreColumn) -> str:
    """The metric's name with an arrow in the better direction."""
    return f"{column.metric} {'↑' if column.higher_is_better else '↓'}"


def protocols_text(evaluation: Evaluation, columns: Sequence[ScoreColumn]) -> str:
    """The protocols of columns, with their labels."""
    names = dict.fromkeys(column.protocol for column in columns)
    texts = [f"{n}: {evaluation.protocols[n]}" if n in evaluation.protocols else n for n in names]
    return f"Protocol{'s' if len(texts) > 1 else ''} {'; '.join(texts)}."


def _table(evaluation: Evaluation, rows: Sequence[SummaryRow], intervals: bool) -> TextTable:
    columns = [c for c in evaluation.columns if any(c.key in row.estimates for row in rows)]
    methods = {method.name: method for method in evaluation.methods}
    costs = [key for key in _COSTS if any(key in methods[row.method].cost for row in rows)]
    images = rows[0].images
    cells = {column.key: _column_cells(column, rows, intervals) for column in columns}
    caption = f"{rows[0].set}: mean over {images} image{'s' if images > 1 else ''}"
    caption += f" [{CONFIDENCE:.0%} interval]" if intervals else ""
    estimates = [estimate for row in rows for estimate in row.estimates.values()]
    notes = [f"{column.key}: {column.description}" for column in columns]
    notes += [FEW_NOTE] if intervals and images < FEW_IMAGES else []
    notes += [_PART] if any(estimate.images < images for estimate in estimates) else []
    notes += _problems(evaluation, rows[0].set)
    notes += [f"{name}: not available. {why}" for name, why in evaluation.unavailable.items()]
    return TextTable(
        caption=f"{caption}. {protocols_text(evaluation, columns)}" if columns else caption,
        headings=(
            Heading("method", numeric=False),
            *(Heading(arrow(column), column.protocol) for column in columns),
            *(Heading(_COSTS[key]) for key in costs),
            Heading("images"),
        ),
        rows=tuple(
            (
                Cell(row.method),
                *(cells[column.key][index] for column in columns),
                *(_cost(methods[row.method], key) for key in costs),
                Cell(_count(row.scored, images)),
            )
            for index, row in enumerate(rows)
        ),
        notes=tuple(notes),
    )


def _problems(evaluation: Evaluation, data_set: str) -> list[str]:
    rows = [row for row in evaluation.problems if row.set == data_set]
    listed = [f"{row.name}, {row.method}: {row.problem}" for row in rows[:_MOST_PROBLEMS]]
    more = len(rows) - len(listed)
    return listed + ([f"... and {more} more problems, all in metrics.json."] if more else [])


def _column_cells(column: ScoreColumn, rows: Sequence[SummaryRow], intervals: bool) -> list[Cell]:
    estimates = [row.estimates.get(column.key) for row in rows]
    complete = [e.mean if e and e.images == rows[0].images else None for e in estimates]
    ranks = places(complete, column.higher_is_better, column.decimals)
    return [
        _cell(estimate, column.decimals, intervals, rows[0].images, rank)
        for estimate, rank in zip(estimates, ranks, strict=True)
    ]


def _cell(
    estimate: Estimate | None, decimals: int, intervals: bool, images: int, place: int
) -> Cell:
    if estimate is None:
        return Cell("-")
    details = []
    if intervals and estimate.low is not None:
        details.append(interval_text(estimate, decimals))
    if estimate.images < images:
        details.append(f"({_count(estimate.images, images)})")
    return Cell(number(estimate.mean, decimals), " ".join(details), place)


def interval_text(estimate: Estimate, decimals: int, sign: bool = False) -> str:
    """``[low, high]``; empty if there is no interval."""
    if estimate.low is None:
        return ""
    return f"[{number(estimate.low, decimals, sign)}, {number(estimate.high, decimals, sign)}]"


def _count(scored: int, images: int) -> str:
    return str(images) if scored == images else f"{scored} of {images}"


def _cost(method: MethodRecord, key: str) -> Cell:
    return Cell(short(method.cost[key]) if key in method.cost else "-")


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
