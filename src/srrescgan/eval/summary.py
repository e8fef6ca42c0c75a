"""An evaluation in few numbers: means over images, never over batches."""

from collections.abc import Mapping
from dataclasses import dataclass

from srrescgan.eval.results import Evaluation
from srrescgan.eval.statistics import Estimate, estimate


@dataclass(frozen=True)
class Line:
    """What one method scored on one set.

    Attributes:
        set: name of the data set.
        method: name of the contestant.
        images: of the set, over all methods.
        scored: of them, images that this method has scores for.
        estimates: by :attr:`Column.key`, each with the number of images that it was taken over;
            columns that are not defined on this set are absent.
    """

    set: str
    method: str
    images: int
    scored: int
    estimates: Mapping[str, Estimate]


def summarise(evaluation: Evaluation) -> tuple[Line, ...]:
    """Mean and interval for each set, method and column, in the order of sets and contestants."""
    lines = []
    for data_set in evaluation.sets:
        rows = [row for row in evaluation.rows if row.set == data_set]
        images = len({row.name for row in rows})
        for contestant in evaluation.contestants:
            own = [row for row in rows if row.method == contestant.name]
            if not own:
                continue
            scores = {
                column.key: [row.scores[column.key] for row in own if column.key in row.scores]
                for column in evaluation.columns
            }
            estimates = {key: estimate(values) for key, values in scores.items() if values}
            scored = sum(bool(row.scores) for row in own)
            lines.append(Line(data_set, contestant.name, images, scored, estimates))
    return tuple(lines)
