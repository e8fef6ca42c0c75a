"""What the page's template and script are given."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from srrescgan.eval.comparison_item import ComparisonItem, ItemPicture
from srrescgan.eval.evaluation import Evaluation, ScoreColumn
from srrescgan.eval.score_tables import interval_text
from srrescgan.eval.summary import Summary, SummaryRow
from srrescgan.eval.text_table import number, places


def score_cell(value: float | None, column: ScoreColumn) -> dict[str, str]:
    """Text to read and number to sort by; the latter is empty where there is no score."""
    sortable = "" if value is None else repr(value).replace("inf", "Infinity")
    return {"text": number(value, column.decimals), "value": sortable}


def mean_lines(evaluation: Evaluation, summary: Summary) -> list[dict[str, Any]]:
    """Means over the images of each set, with interval; the best of a set is marked.

    As in the tables, a mean over some of the images only does not compete.
    """
    lines = [line for line in summary if line.estimates]
    return [
        {
            "line": line,
            "cells": [_mean_cell(line, lines, column) for column in evaluation.columns],
        }
        for line in lines
    ]


def _mean_cell(
    line: SummaryRow, lines: Sequence[SummaryRow], column: ScoreColumn
) -> dict[str, Any]:
    found = line.estimates.get(column.key)
    if found is None:
        return {"text": number(None, column.decimals), "interval": "", "part": "", "best": False}
    rivals = [other for other in lines if other.set == line.set]
    estimates = [rival.estimates.get(column.key) for rival in rivals]
    whole = [e.mean if e and e.images == line.images else None for e in estimates]
    marks = places(whole, column.higher_is_better, column.decimals)
    return {
        "text": number(found.mean, column.decimals),
        "interval": interval_text(found, column.decimals),
        "part": "" if found.images == line.images else f"{found.images} of {line.images}",
        "best": marks[rivals.index(line)] == 1,
    }


def exhibit_content(exhibit: ComparisonItem, columns: Sequence[ScoreColumn]) -> dict[str, Any]:
    """An exhibit as the page's script reads it."""
    return {
        "set": exhibit.set,
        "name": exhibit.name,
        "whole": [exhibit.width, exhibit.height],
        "region": vars(exhibit.region),
        "scale": exhibit.scale,
        "measure": exhibit.error_name,
        "pictures": [_picture(picture, columns) for picture in exhibit.pictures],
    }


def flat(about: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Where the numbers come from, as lines: nested names joined by a space."""
    lines: dict[str, str] = {}
    for key, value in about.items():
        if isinstance(value, Mapping):
            lines |= flat(value, f"{prefix}{key} ")
        elif isinstance(value, list | tuple):
            lines[f"{prefix}{key}"] = ", ".join(map(str, value))
        elif value is not None:
            lines[f"{prefix}{key}"] = str(value)
    return lines


def _picture(picture: ItemPicture, columns: Sequence[ScoreColumn]) -> dict[str, Any]:
    scores = [
        (column.key, number(picture.scores[column.key], column.decimals))
        for column in columns
        if column.key in picture.scores
    ]
    return {
        "kind": picture.kind,
        "label": picture.label,
        "source": f"data:image/webp;base64,{base64.b64encode(picture.data).decode()}",
        "scores": scores,
        "worst": None if picture.worst is None else vars(picture.worst),
        "badness": picture.error,
    }
