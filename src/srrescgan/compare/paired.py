"""Two methods held against each other, image by image."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from srrescgan.errors import UserError
from srrescgan.eval.columns import Column
from srrescgan.eval.results import Evaluation
from srrescgan.eval.statistics import LEVEL, Difference, Estimate, difference, estimate, holm

_SAME_PICTURES = 1e-3  # relative: what two devices may make of the same bicubic picture
_SHOWN = 5  # names in a message


class ComparisonError(UserError):
    """Two evaluations cannot be held against each other."""


@dataclass(frozen=True)
class Side:
    """One method of one evaluation.

    Attributes:
        label: what it is called in the comparison.
        evaluation: where its scores are.
        method: name of the contestant in there.
    """

    label: str
    evaluation: Evaluation
    method: str


@dataclass(frozen=True)
class Result:
    """One column of one set, of two sides.

    Attributes:
        set: name of the data set.
        first: label of the side that is compared with.
        second: label of the side that is judged.
        column: what was measured.
        means: of first and second over the images that both have.
        difference: second minus first.
        p: of the paired test, corrected for all tests on this set; ``None`` where there is none.
        smallest_p: what it could have been at best.
    """

    set: str
    first: str
    second: str
    column: Column
    means: tuple[Estimate, Estimate]
    difference: Difference
    p: float | None
    smallest_p: float

    @property
    def verdict(self) -> str:
        """In plain words, of the second side."""
        if self.difference.differing == 0:
            return "the same on every image"
        if self.p is None:
            return "not tested, a mean is infinite"
        mean = self.difference.estimate.mean
        if self.p <= 1 - LEVEL and mean:
            return "better" if (mean > 0) == self.column.higher_is_better else "worse"
        if self.smallest_p > 1 - LEVEL:
            return "too few images differ to tell"
        return "no difference found"


@dataclass(frozen=True)
class Comparison:
    """Every pair of sides, on every set and column that both have.

    Attributes:
        sides: in the order given; of each pair the earlier one is the first.
        results: sorted by set, pair and column.
        problems: what could not be compared, and what casts doubt on the rest.
    """

    sides: tuple[Side, ...]
    results: tuple[Result, ...]
    problems: tuple[str, ...]


def sides_of(evaluations: Mapping[str, Evaluation], methods: Mapping[str, str]) -> tuple[Side, ...]:
    """One side per evaluation.

    Args:
        evaluations: by label.
        methods: by label, the contestant to compare. May be left out where only one took part
            besides bicubic.

    Raises:
        ComparisonError: a label is unknown, or a method has to be chosen.
    """
    for label in methods.keys() - evaluations.keys():
        raise ComparisonError(f"methods.{label}: no such run (there are: {', '.join(evaluations)})")
    return tuple(
        Side(label, evaluation, methods.get(label) or _only_method(label, evaluation))
        for label, evaluation in evaluations.items()
    )


def _only_method(label: str, evaluation: Evaluation) -> str:
    names = [c.name for c in evaluation.contestants]
    others = [c.name for c in evaluation.contestants if c.kind != "bicubic"]
    candidates = others or names
    if len(candidates) != 1:
        raise ComparisonError(
            f"{label} has the methods {', '.join(names) or 'none'}: choose one with"
            f" methods='{{{label}: {(candidates or ['NAME'])[-1]}}}'"
        )
    return candidates[0]


def compare(sides: Sequence[Side]) -> Comparison:
    """Compare every two sides on the images that both have scores for.

    P values are corrected (Holm) for all columns and pairs that are tested on the same set.

    Raises:
        ComparisonError: fewer than two sides, or an unknown method; the same column means different
            things on two sides; or there is nothing that both sides of a pair have.
    """
    if len(sides) < 2:
        raise ComparisonError(
            f"a comparison needs two runs or more, not {len(sides)}:"
            " give runs='{old: DIR, new: DIR}'"
        )
    for side in sides:
        _check_method(side)
    found: list[Result] = []
    problems: list[str] = []
    for first, second in combinations(sides, 2):
        _check_meaning(first, second)
        pair = list(_results(first, second))
        if not pair:
            raise ComparisonError(
                f"{first.label} and {second.label} have no image in common that both have scores"
                f" for: {_contents(first)}; {_contents(second)}"
            )
        found += pair
        problems += _problems(first, second)
    order = list(dict.fromkeys(name for side in sides for name in side.evaluation.sets))
    corrected = [
        result for name in order for result in _corrected([r for r in found if r.set == name])
    ]
    return Comparison(tuple(sides), tuple(corrected), tuple(dict.fromkeys(problems)))


def _results(first: Side, second: Side) -> Iterator[Result]:
    for name in _common(first.evaluation.sets, second.evaluation.sets):
        for column in first.evaluation.columns:
            ours, theirs = (
                s.evaluation.scores(name, s.method, column.key) for s in (first, second)
            )
            names = ours.keys() & theirs.keys()
            if names:
                means = estimate(ours[n] for n in names), estimate(theirs[n] for n in names)
                found = difference(ours, theirs)
                labels = first.label, second.label
                yield Result(name, *labels, column, means, found, found.p, found.smallest_p)


def _corrected(results: Sequence[Result]) -> list[Result]:
    tested = sum(result.p is not None for result in results)
    return [
        replace(result, p=p, smallest_p=min(1.0, result.smallest_p * max(tested, 1)))
        for result, p in zip(results, holm([result.p for result in results]), strict=True)
    ]


def _check_method(side: Side) -> None:
    names = [contestant.name for contestant in side.evaluation.contestants]
    if side.method not in names:
        raise ComparisonError(
            f"{side.label}: no method {side.method!r} was evaluated (there are: {', '.join(names)})"
        )


def _check_meaning(first: Side, second: Side) -> None:
    """Two numbers may be compared when they have the same name and mean the same."""
    theirs = {column.key: column for column in second.evaluation.columns}
    for column in first.evaluation.columns:
        labels = [s.evaluation.protocols.get(column.protocol) for s in (first, second)]
        if column.key in theirs and labels[0] != labels[1]:
            raise ComparisonError(
                f"protocol {column.protocol} is not the same in {first.label} ({labels[0]}) and"
                f" {second.label} ({labels[1]}): evaluate both again under one"
            )
        if column.key in theirs and column != theirs[column.key]:
            raise ComparisonError(
                f"{column.key} is not the same in {first.label} ({column.what}) and {second.label}"
                f" ({theirs[column.key].what}): evaluate both again in the same way"
            )


def _problems(first: Side, second: Side) -> Iterator[str]:
    for one, other in ((first, second), (second, first)):
        columns = [column.key for column in one.evaluation.columns]
        known = [column.key for column in other.evaluation.columns]
        yield from _only(one, "columns", columns, known)
        yield from _only(one, "sets", one.evaluation.sets, other.evaluation.sets)
    for name in _common(first.evaluation.sets, second.evaluation.sets):
        names = [
            [
                r.name
                for r in s.evaluation.rows
                if (r.set, r.method) == (name, s.method) and r.scores
            ]
            for s in (first, second)
        ]
        yield from _only(first, f"{name}: images with scores", *names)
        yield from _only(second, f"{name}: images with scores", *reversed(names))
        if _other_pictures(first.evaluation, second.evaluation, name):
            yield (
                f"{name}: {first.label} and {second.label} did not see the same pictures: their"
                " bicubic scores differ, so the difference is not that of the methods alone"
            )


def _only(side: Side, what: str, own: Sequence[str], others: Sequence[str]) -> Iterator[str]:
    missing = [name for name in own if name not in set(others)]
    if missing:
        more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
        yield f"{what} only in {side.label}, not compared: {', '.join(missing[:_SHOWN])}{more}"


def _other_pictures(first: Evaluation, second: Evaluation, name: str) -> bool:
    """Bicubic upscaling has no weights: on the same pictures it scores the same."""
    bicubic = [
        next((c.name for c in evaluation.contestants if c.kind == "bicubic"), None)
        for evaluation in (first, second)
    ]
    if None in bicubic:
        return False
    for column in first.columns:
        scores = [
            e.scores(name, str(m), column.key)
            for e, m in zip((first, second), bicubic, strict=True)
        ]
        for image in scores[0].keys() & scores[1].keys():
            if not math.isclose(*(s[image] for s in scores), rel_tol=_SAME_PICTURES, abs_tol=1e-4):
                return True
    return False


def _common(ours: Sequence[str], theirs: Sequence[str]) -> list[str]:
    return [name for name in ours if name in theirs]


def _contents(side: Side) -> str:
    sets = ", ".join(side.evaluation.sets) or "none"
    keys = ", ".join(column.key for column in side.evaluation.columns) or "none"
    return f"{side.label} has the sets {sets} and the columns {keys}"
