"""The report of a paired comparison: tables, sentences and JSON."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console

from srrescgan.compare.paired import PairedComparison, PairedResult
from srrescgan.eval import render
from srrescgan.eval.evaluation_files import estimate_content, json_number, write_tables
from srrescgan.eval.score_tables import arrow, interval_text, protocols_text
from srrescgan.eval.statistics import (
    CONFIDENCE,
    FEW_IMAGES,
    FEW_NOTE,
    INTERVAL_METHOD,
    RESAMPLES,
)
from srrescgan.eval.text_table import Cell, Heading, TextTable, number
from srrescgan.files import write_json

TEST = (
    "p: two-sided sign-flip permutation test of the mean difference over images (all flips, or"
    f" {RESAMPLES} random ones), corrected by Holm's method for every test on the same set; at most"
    f" {1 - CONFIDENCE:.2g} counts as a difference"
)
_ORDER = ("better", "worse", "no difference found")


def write_comparison(comparison: PairedComparison, folder: Path) -> None:
    """Write ``compare.json``, ``compare.md`` and ``compare.tex``, and print the tables."""
    tables = paired_tables(comparison)
    write_tables(tables, folder, "compare")
    write_json(content(comparison), folder / "compare.json")
    console = Console()
    render.terminal(console, tables)
    console.print(f"{folder}/compare.json, {folder}/compare.md", soft_wrap=True)


def paired_tables(comparison: PairedComparison) -> list[TextTable]:
    """One table for each set and pair of methods; the problems are notes of the last one."""
    *tables, last = [_table(comparison, results) for results in _groups(comparison)]
    problems = (f"WARNING: {problem}" for problem in comparison.problems)
    return [*tables, replace(last, notes=(*last.notes, *problems))]


def verdicts(comparison: PairedComparison) -> list[str]:
    """One sentence for each set and pair of methods."""
    return [_sentence(results) for results in _groups(comparison)]


def content(comparison: PairedComparison) -> dict[str, Any]:
    """The content of ``compare.json``: strict JSON, infinity as the text ``inf``."""
    return {
        "interval": INTERVAL_METHOD,
        "test": TEST,
        "sides": [
            {
                "label": each.label,
                "method": each.method,
                "source": next(
                    record.source
                    for record in each.evaluation.methods
                    if record.name == each.method
                ),
            }
            for each in comparison.methods
        ],
        "protocols": {
            name: label
            for each in comparison.methods
            for name, label in each.evaluation.protocols.items()
        },
        "verdicts": verdicts(comparison),
        "problems": list(comparison.problems),
        "results": [_result_content(result) for result in comparison.results],
    }


def _groups(comparison: PairedComparison) -> list[list[PairedResult]]:
    groups: dict[tuple[str, str, str], list[PairedResult]] = {}
    for result in comparison.results:
        groups.setdefault((result.set, result.first, result.second), []).append(result)
    return list(groups.values())


def _table(comparison: PairedComparison, results: list[PairedResult]) -> TextTable:
    head = results[0]
    counts = {result.difference.estimate.images for result in results}
    fewest, most = min(counts), max(counts)
    images = str(most) if fewest == most else f"{fewest} to {most}"
    evaluation = comparison.methods[0].evaluation
    columns = [result.column for result in results]
    return TextTable(
        caption=f"{head.set}: {head.second} minus {head.first}, paired over {images} images"
        f" [{CONFIDENCE:.0%} interval]. {protocols_text(evaluation, columns)}",
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
        rows=tuple(_row(result) for result in results),
        notes=(
            _sentence(results),
            f"{TEST}.",
            *([FEW_NOTE] if fewest < FEW_IMAGES else []),
        ),
    )


def _row(result: PairedResult) -> tuple[Cell, ...]:
    decimals, change = result.column.decimals, result.difference.estimate
    return (
        Cell(result.column.protocol),
        Cell(arrow(result.column)),
        *(Cell(number(mean.mean, decimals)) for mean in result.means),
        Cell(
            number(change.mean, decimals + 1, sign=True),
            interval_text(change, decimals + 1, sign=True),
        ),
        Cell("-" if result.p is None else p_text(result.p)),
        Cell(str(change.images)),
        Cell(result.verdict),
    )


def p_text(p: float) -> str:
    """A p value in two digits.

    Example:
        >>> p_text(0.0002), p_text(0.0449), p_text(1.0)
        ('0.0002', '0.045', '1')
    """
    return f"{p:.2g}"


def _sentence(results: list[PairedResult]) -> str:
    head = results[0]
    by_verdict: dict[str, list[str]] = {word: [] for word in _ORDER}
    for result in results:
        by_verdict.setdefault(result.verdict, []).append(result.column.key)
    parts = (f"{word}: {', '.join(keys)}" for word, keys in by_verdict.items() if keys)
    return f"{head.set}, {head.second} against {head.first}: {'; '.join(parts)}."


def _result_content(result: PairedResult) -> dict[str, Any]:
    change = result.difference
    first, second = result.means
    return {
        "set": result.set,
        "first": result.first,
        "second": result.second,
        "column": result.column.key,
        "images": change.estimate.images,
        "differing": change.differing,
        "mean_first": json_number(first.mean),
        "mean_second": json_number(second.mean),
        "difference": estimate_content(change.estimate),
        "p_uncorrected": change.p,
        "p": result.p,
        "verdict": result.verdict,
    }
