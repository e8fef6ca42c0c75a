"""Comparison page: one HTML file with every score and the pictures of an evaluation."""

from collections.abc import Sequence
from pathlib import Path

from srrescgan.eval.comparison_item import ComparisonItem
from srrescgan.eval.evaluation import Evaluation
from srrescgan.eval.page.content import flat, item_content, mean_rows, score_cell
from srrescgan.eval.score_tables import arrow, short
from srrescgan.eval.summary import Summary
from srrescgan.files import replacing
from srrescgan.html.page_code import PageCode
from srrescgan.html.templates import render

_SCRIPTS = ("pictures.js", "view.js", "stage.js", "table.js", "main.js")
"""One script, in this order: the files share one scope."""


def write_page(
    path: Path,
    title: str,
    evaluation: Evaluation,
    summary: Summary,
    items: Sequence[ComparisonItem],
    reference_method: str,
) -> None:
    """Write the page, completely or not at all; create its folder if necessary.

    Pictures are embedded losslessly. The page's Content-Security-Policy allows its own script and
    style and no connection; every text is escaped.

    Args:
        path: the HTML file.
        title: of the page.
        evaluation: all of its scores are in the table.
        summary: the means of the same evaluation.
        items: the images to look at, in this order; see :class:`WorstCases`.
        reference_method: name of the method that is shown first.
    """
    indices = {(item.set, item.name): index for index, item in enumerate(items)}
    values = {
        "title": title,
        "code": PageCode.with_slider(__package__, "style.css", _SCRIPTS),
        "arrow": arrow,
        "short": short,
        "evaluation": evaluation,
        "several_sets": len(evaluation.sets) > 1,
        "about": flat(evaluation.about),
        "means": mean_rows(evaluation, summary),
        "rows": [
            {
                "row": row,
                "item": indices.get((row.set, row.name)),
                "cells": [score_cell(row.scores.get(c.key), c) for c in evaluation.columns],
            }
            for row in evaluation.rows
        ],
        "images": len({(row.set, row.name) for row in evaluation.rows}),
        "cropped": any(i.region.height < i.height or i.region.width < i.width for i in items),
        "items": [item_content(item, evaluation.columns) for item in items],
        "reference_method": reference_method,
    }
    html = render(__package__, "comparison.html.j2", values)
    with replacing(path) as temporary:
        temporary.write_text(html, encoding="utf-8", newline="\n")
