"""Paired comparison of methods, image by image."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from srrescgan.errors import UserError
from srrescgan.eval.evaluation import Evaluation, ScoreColumn
from srrescgan.eval.statistics import CONFIDENCE, Difference, Estimate, difference, estimate, holm

_SAME_PICTURES = 1e-3  # relative difference between devices for bicubic on the same pictures
_MAX_NAMES = 5  # in a message


class ComparisonError(UserError):
    """Two evaluations cannot be compared."""


@dataclass(frozen=True)
class ComparedMethod:
    """One method of one evaluation.

    Attributes:
        label: its name in the comparison.
        evaluation: its scores, among others.
        method: its name in the evaluation.
    """

    label: str
    evaluation: Evaluation
    method: str


@dataclass(frozen=True)
class PairedResult:
    """The comparison of two methods in one column on one set.

    Attributes:
        set: name of the data set.
        first: label of the baseline.
        second: label of the method that is compared with it.
        column: metric and protocol.
        means: of first and second over the images that both have scores for.
        difference: second minus first.
        p: of the paired test, corrected for all tests on this set; ``None`` if there is no test.
        smallest_p: the smallest p that was possible, corrected in the same way.
    """

    set: str
    first: str
    second: str
    column: ScoreColumn
    means: tuple[Estimate, Estimate]
    difference: Difference
    p: float | None
    smallest_p: float

    @property
    def verdict(self) -> str:
        """Whether the second method is better, in words."""
        if self.difference.differing == 0:
            return "the same on every image"
        if self.p is None:
            return "not tested, a mean is infinite"
        mean = self.difference.estimate.mean
        if self.p <= 1 - CONFIDENCE and mean:
            return "better" if (mean > 0) == self.column.higher_is_better else "worse"
        if self.smallest_p > 1 - CONFIDENCE:
            return "too few images differ to tell"
        return "no difference found"


@dataclass(frozen=True)
class PairedComparison:
    """Every pair of methods, on every set and column that both have.

    Attributes:
        methods: in the order given; the first of each pair is the one that comes earlier.
        results: sorted by set, pair and column.
        problems: what could not be compared, and why results may be misleading.
    """

    methods: tuple[ComparedMethod, ...]
    results: tuple[PairedResult, ...]
    problems: tuple[str, ...]


def choose_methods(
    evaluations: Mapping[str, Evaluation], methods: Mapping[str, str]
) -> tuple[ComparedMethod, ...]:
    """One method per evaluation.

    Args:
        evaluations: by label.
        methods: by label, the method to compare; optional where an evaluation has only one besides
            bicubic.

    Raises:
        ComparisonError: a label is unknown, or a method has to be chosen.
    """
    for label in methods.keys() - evaluations.keys():
        raise ComparisonError(f"methods.{label}: no such run (there are: {', '.join(evaluations)})")
    return tuple(
        ComparedMethod(label, evaluation, methods.get(label) or _only_method(label, evaluation))
        for label, evaluation in evaluations.items()
    )


def _only_method(label: str, evaluation: Evaluation) -> str:
    names = [method.name for method in evaluation.methods]
    trained = [method.name for method in evaluation.methods if method.kind != "bicubic"]
    candidates = trained or names
    if len(candidates) != 1:
        raise ComparisonError(
            f"{label} has the methods {', '.join(names) or 'none'}: choose one with"
            f" methods='{{{label}: {(candidates or ['NAME'])[-1]}}}'"
        )
    return candidates[0]


def compare_methods(methods: Sequence[ComparedMethod]) -> PairedComparison:
    """Compare every two methods on the images that both have scores for.

    P values are corrected (Holm) for all columns and pairs tested on the same set.

    Raises:
        ComparisonError: there are fewer than two methods; a method is unknown; a column or protocol
            has different definitions in two evaluations; or two methods have no scored image in
            common.
    """
    if len(methods) < 2:
        raise ComparisonError(
            f"a comparison needs two runs or more, not {len(methods)}:"
            " give runs='{old: DIR, new: DIR}'"
        )
    for method in methods:
        _check_exists(method)
    results: list[PairedResult] = []
    problems: list[str] = []
    for first, second in combinations(methods, 2):
        _check_definitions(first, second)
        pair = list(_results(first, second))
        if not pair:
            raise ComparisonError(
                f"{first.label} and {second.label} have no image in common that both have scores"
                f" for: {_contents(first)}; {_contents(second)}"
            )
        results += pair
        problems += _problems(first, second)
    sets = dict.fromkeys(name for method in methods for name in method.evaluation.sets)
    corrected = [
        result for name in sets for result in _corrected([r for r in results if r.set == name])
    ]
    return PairedComparison(tuple(methods), tuple(corrected), tuple(dict.fromkeys(problems)))


def _results(first: ComparedMethod, second: ComparedMethod) -> Iterator[PairedResult]:
    labels = first.label, second.label
    for name in _common(first.evaluation.sets, second.evaluation.sets):
        for column in first.evaluation.columns:
            scores = [
                each.evaluation.scores(name, each.method, column.key) for each in (first, second)
            ]
            images = scores[0].keys() & scores[1].keys()
            if images:
                before, after = (estimate(each[image] for image in images) for each in scores)
                change = difference(*scores)
                yield PairedResult(
                    name, *labels, column, (before, after), change, change.p, change.smallest_p
                )


def _corrected(results: Sequence[PairedResult]) -> list[PairedResult]:
    tested = sum(result.p is not None for result in results)
    return [
        replace(result, p=p, smallest_p=min(1.0, result.smallest_p * max(tested, 1)))
        for result, p in zip(results, holm([result.p for result in results]), strict=True)
    ]


def _check_exists(method: ComparedMethod) -> None:
    names = [record.name for record in method.evaluation.methods]
    if method.method not in names:
        raise ComparisonError(
            f"{method.label}: no method {method.method!r} was evaluated"
            f" (there are: {', '.join(names)})"
        )


def _check_definitions(first: ComparedMethod, second: ComparedMethod) -> None:
    """Scores are comparable only if their column and protocol have the same definition."""
    second_columns = {column.key: column for column in second.evaluation.columns}
    for column in first.evaluation.columns:
        labels = [each.evaluation.protocols.get(column.protocol) for each in (first, second)]
        if column.key in second_columns and labels[0] != labels[1]:
            raise ComparisonError(
                f"protocol {column.protocol} is not the same in {first.label} ({labels[0]}) and"
                f" {second.label} ({labels[1]}): evaluate both again under one"
            )
        if column.key in second_columns and column != second_columns[column.key]:
            raise ComparisonError(
                f"{column.key} is not the same in {first.label} ({column.description}) and"
                f" {second.label} ({second_columns[column.key].description}): evaluate both"
                " again in the same way"
            )


def _problems(first: ComparedMethod, second: ComparedMethod) -> Iterator[str]:
    for one, other in ((first, second), (second, first)):
        columns = [column.key for column in one.evaluation.columns]
        other_columns = [column.key for column in other.evaluation.columns]
        yield from _only_in(one, "columns", columns, other_columns)
        yield from _only_in(one, "sets", one.evaluation.sets, other.evaluation.sets)
    for name in _common(first.evaluation.sets, second.evaluation.sets):
        images = [
            [
                row.name
                for row in each.evaluation.rows
                if (row.set, row.method) == (name, each.method) and row.scores
            ]
            for each in (first, second)
        ]
        yield from _only_in(first, f"{name}: images with scores", *images)
        yield from _only_in(second, f"{name}: images with scores", *reversed(images))
        if _different_pictures(first.evaluation, second.evaluation, name):
            yield (
                f"{name}: {first.label} and {second.label} were evaluated on different pictures:"
                " their bicubic scores differ, so the difference is not that of the methods alone"
            )


def _only_in(
    method: ComparedMethod, kind: str, names: Sequence[str], other_names: Sequence[str]
) -> Iterator[str]:
    missing = [name for name in names if name not in set(other_names)]
    if missing:
        more = f" and {len(missing) - _MAX_NAMES} more" if len(missing) > _MAX_NAMES else ""
        listed = ", ".join(missing[:_MAX_NAMES])
        yield f"{kind} only in {method.label}, not compared: {listed}{more}"


def _different_pictures(first: Evaluation, second: Evaluation, name: str) -> bool:
    """Whether bicubic, which has no weights, has different scores in the two evaluations."""
    bicubic = [
        next((method.name for method in evaluation.methods if method.kind == "bicubic"), None)
        for evaluation in (first, second)
    ]
    if None in bicubic:
        return False
    for column in first.columns:
        scores = [
            evaluation.scores(name, str(method), column.key)
            for evaluation, method in zip((first, second), bicubic, strict=True)
        ]
        for image in scores[0].keys() & scores[1].keys():
            values = (each[image] for each in scores)
            if not math.isclose(*values, rel_tol=_SAME_PICTURES, abs_tol=1e-4):
                return True
    return False


def _common(first: Sequence[str], second: Sequence[str]) -> list[str]:
    return [name for name in first if name in second]


def _contents(method: ComparedMethod) -> str:
    sets = ", ".join(method.evaluation.sets) or "none"
    keys = ", ".join(column.key for column in method.evaluation.columns) or "none"
    return f"{method.label} has the sets {sets} and the columns {keys}"
