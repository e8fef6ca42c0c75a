"""Everything of an evaluation in one HTML file."""

import base64
import hashlib
from collections.abc import Sequence
from importlib.resources import files as resource_files
from pathlib import Path

import jinja2

from srrescgan.eval.comparison_item import ComparisonItem
from srrescgan.eval.evaluation import Evaluation
from srrescgan.eval.page.content import exhibit_content, flat, mean_lines, score_cell
from srrescgan.eval.score_tables import arrow, short
from srrescgan.eval.summary import Summary
from srrescgan.files import replacing

_SCRIPTS = ("pictures.js", "view.js", "stage.js", "table.js", "main.js")
"""One script in the page, in this order: they share their names."""


def write_page(
    path: Path,
    title: str,
    evaluation: Evaluation,
    summary: Summary,
    exhibits: Sequence[ComparisonItem],
    reference_method: str,
) -> None:
    """Write the page, whole or not at all; makes the folder if need be.

    Pictures are embedded without loss. The page's own policy lets the browser load nothing and run
    nothing but the script that belongs to it, and every text is escaped.

    Args:
        path: the HTML file.
        title: of the page.
        evaluation: every number; all of them are in the table.
        summary: the means of the same evaluation.
        exhibits: the images to look at, in this order; see :class:`WorstCases`.
        reference_method: name of the method to show first.
    """
    style = _text("style.css")
    script = "\n".join(_text(name) for name in _SCRIPTS)
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    environment.filters |= {"arrow": arrow, "short": short}
    places = {(exhibit.set, exhibit.name): index for index, exhibit in enumerate(exhibits)}
    html = environment.from_string(_text("comparison.html.j2")).render(
        title=title,
        style=style,
        script=script,
        policy=f"script-src {_source(script)}; style-src {_source(style)}",
        evaluation=evaluation,
        several=len(evaluation.sets) > 1,
        about=flat(evaluation.about),
        means=mean_lines(evaluation, summary),
        rows=[
            {
                "row": row,
                "exhibit": places.get((row.set, row.name)),
                "cells": [score_cell(row.scores.get(c.key), c) for c in evaluation.columns],
            }
            for row in evaluation.rows
        ],
        images=len({(row.set, row.name) for row in evaluation.rows}),
        cropped=any(e.region.height < e.height or e.region.width < e.width for e in exhibits),
        exhibits=[exhibit_content(exhibit, evaluation.columns) for exhibit in exhibits],
        judged=reference_method,
    )
    with replacing(path) as temporary:
        temporary.write_text(html, encoding="utf-8", newline="\n")


def _text(name: str) -> str:
    return (resource_files(__package__) / name).read_text(encoding="utf-8")


def _source(text: str) -> str:
    """What a policy calls a script or style that it allows."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
