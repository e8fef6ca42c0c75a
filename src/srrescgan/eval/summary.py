"""Summary of an evaluation: means over images, never over batches."""

from collections.abc import Mapping
from dataclasses import dataclass

from srrescgan.eval.evaluation import Evaluation
from srrescgan.eval.statistics import Estimate, estimate


@dataclass(frozen=True)
class SummaryRow:
    """The mean scores of one method on one set.

    Attributes:
        set: name of the data set.
        method: name of the method.
        images: number of images of the set, over all methods.
        scored: number of them that have scores of this method.
        estimates: by :attr:`ScoreColumn.key`, each with the number of images that it was taken
            over; columns that are undefined on this set are absent.
    """

    set: str
    method: str
    images: int
    scored: int
    estimates: Mapping[str, Estimate]


Summary = tuple[SummaryRow, ...]
"""One row for each set and method, in the order of the sets and the methods."""


def summarize(evaluation: Evaluation) -> Summary:
    """Compute mean and confidence interval for each set, method and column.

    The bootstrap takes seconds on large sets, so call this once per evaluation and pass the result
    to everything that shows means.
    """
    summary = []
    for data_set in evaluation.sets:
        rows = [row for row in evaluation.rows if row.set == data_set]
        images = len({row.name for row in rows})
        for method in evaluation.methods:
            own = [row for row in rows if row.method == method.name]
            scores = {
                column.key: [row.scores[column.key] for row in own if column.key in row.scores]
                for column in evaluation.columns
            }
            estimates = {key: estimate(values) for key, values in scores.items() if values}
            scored = sum(bool(row.scores) for row in own)
            summary.append(SummaryRow(data_set, method.name, images, scored, estimates))
    return tuple(summary)
