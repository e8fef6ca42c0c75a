"""A comparison for people and for programs."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from srrescgan.compare.paired import Comparison, Result
from srrescgan.eval.grid import Cell, Grid, Heading, number
from srrescgan.eval.statistics import FEW_IMAGES, FEW_NOTE, LEVEL, METHOD, RESAMPLES
from srrescgan.eval.store import estimate_content, json_number
from srrescgan.eval.tables import arrow, interval_text, protocols_text

TEST = (
    "p: two-sided sign-flip permutation test of the mean difference over images (all flips, or"
    f" {RESAMPLES} random ones), corrected by Holm's method for every test on the same set; at most"
    f" {1 - LEVEL:.2g} counts as a difference"
)
_ORDER = ("better", "worse", "no difference found")


def paired_tables(comparison: Comparison) -> list[Grid]:
    """One table for each set and pair of sides; the last one's notes say what was left out."""
    *tables, last = [_table(comparison, members) for members in _groups(comparison)]
    problems = (f"WARNING: {problem}" for problem in comparison.problems)
    return [*tables, replace(last, notes=(*last.notes, *problems))]


def verdicts(comparison: Comparison) -> list[str]:
    """One sentence for each set and pair of sides."""
    return [_sentence(members) for members in _groups(comparison)]


def content(comparison: Comparison) -> dict[str, Any]:
    """What ``compare.json`` holds: strict JSON, infinity as the text ``inf``."""
    return {
        "interval": METHOD,
        "test": TEST,
        "sides": [
            {
                "label": side.label,
                "method": side.method,
                "source": next(
                    c.source for c in side.evaluation.contestants if c.name == side.method
                ),
            }
            for side in comparison.sides
        ],
        "protocols": {
            name: label
            for side in comparison.sides
            for name, label in side.evaluation.protocols.items()
        },
        "verdicts": verdicts(comparison),
        "problems": list(comparison.problems),
        "results": [_result(result) for result in comparison.results],
    }


def _groups(comparison: Comparison) -> list[list[Result]]:
    groups: dict[tuple[str, str, str], list[Result]] = {}
    for result in comparison.results:
        groups.setdefault((result.set, result.first, result.second), []).append(result)
    return list(groups.values())


def _table(comparison: Comparison, results: list[Result]) -> Grid:
    head = results[0]
    counts = {result.difference.estimate.images for result in results}
    fewest, most = min(counts), max(counts)
    images = str(most) if fewest == most else f"{fewest} to {most}"
    evaluation = comparison.sides[0].evaluation
    columns = [result.column for result in results]
    return Grid(
        caption=f"{head.set}: {head.second} minus {head.first}, paired over {images} images"
        f" [{LEVEL:.0%} interval]. {protocols_text(evaluation, columns)}",
        headings=(
            Heading("protocol", numeric=False),
            Heading("metric", numeric=False),
            Heading(head.first),
            Heading(head.second),
            Heading("difference"),
            Heading("p"),
            Heading("images"),
            Heading(f"{head.second} is", numeric=False),
        ),
        lines=tuple(_line(result) for result in results),
        notes=(
            _sentence(results),
            f"{TEST}.",
            *([FEW_NOTE] if fewest < FEW_IMAGES else []),
        ),
    )


def _line(result: Result) -> tuple[Cell, ...]:
    decimals, found = result.column.decimals, result.difference.estimate
    return (
        Cell(result.column.protocol),
        Cell(arrow(result.column)),
        *(Cell(number(mean.mean, decimals)) for mean in result.means),
        Cell(
            number(found.mean, decimals + 1, sign=True),
            interval_text(found, decimals + 1, sign=True),
        ),
        Cell("-" if result.p is None else p_text(result.p)),
        Cell(str(found.images)),
        Cell(result.verdict),
    )


def p_text(p: float) -> str:
    """A p value in two digits.

    Example:
        >>> p_text(0.0002), p_text(0.0449), p_text(1.0)
        ('0.0002', '0.045', '1')
    """
    return f"{p:.2g}"


def _sentence(results: list[Result]) -> str:
    head = results[0]
    by_verdict: dict[str, list[str]] = {word: [] for word in _ORDER}
    for result in results:
        by_verdict.setdefault(result.verdict, []).append(result.column.key)
    told = "; ".join(f"{word}: {', '.join(keys)}" for word, keys in by_verdict.items() if keys)
    return f"{head.set}, {head.second} against {head.first}: {told}."


def _result(result: Result) -> Mapping[str, Any]:
    found = result.difference
    first, second = result.means
    return {
        "set": result.set,
        "first": result.first,
        "second": result.second,
        "column": result.column.key,
        "images": found.estimate.images,
        "differing": found.differing,
        "mean_first": json_number(first.mean),
        "mean_second": json_number(second.mean),
        "difference": estimate_content(found.estimate),
        "p_uncorrected": found.p,
        "p": result.p,
        "verdict": result.verdict,
    }
