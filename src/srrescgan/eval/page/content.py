"""Content of the comparison page, for its template and its script."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from srrescgan.eval.comparison_item import ComparisonItem, ItemPicture
from srrescgan.eval.evaluation import Evaluation, ScoreColumn
from srrescgan.eval.score_tables import interval_text
from srrescgan.eval.summary import Summary, SummaryRow
from srrescgan.eval.text_table import number, places


def score_cell(value: float | None, column: ScoreColumn) -> dict[str, str]:
    """Text to show and number to sort by, which is empty if there is no score."""
    sortable = "" if value is None else repr(value).replace("inf", "Infinity")
    return {"text": number(value, column.decimals), "value": sortable}


def mean_rows(evaluation: Evaluation, summary: Summary) -> list[dict[str, Any]]:
    """Means over the images of each set with intervals; the best mean of a set is marked.

    As in the tables, a mean over only a part of the images is never the best.
    """
    rows = [row for row in summary if row.estimates]
    return [
        {"row": row, "cells": [_mean_cell(row, rows, column) for column in evaluation.columns]}
        for row in rows
    ]


def _mean_cell(row: SummaryRow, rows: Sequence[SummaryRow], column: ScoreColumn) -> dict[str, Any]:
    estimate = row.estimates.get(column.key)
    if estimate is None:
        return {"text": number(None, column.decimals), "interval": "", "part": "", "best": False}
    same_set = [other for other in rows if other.set == row.set]
    estimates = [other.estimates.get(column.key) for other in same_set]
    complete = [e.mean if e and e.images == row.images else None for e in estimates]
    ranks = places(complete, column.higher_is_better, column.decimals)
    return {
        "text": number(estimate.mean, column.decimals),
        "interval": interval_text(estimate, column.decimals),
        "part": "" if estimate.images == row.images else f"{estimate.images} of {row.images}",
        "best": ranks[same_set.index(row)] == 1,
    }


def item_content(item: ComparisonItem, columns: Sequence[ScoreColumn]) -> dict[str, Any]:
    """A comparison item as the page's script reads it."""
    return {
        "set": item.set,
        "name": item.name,
        "whole": [item.width, item.height],
        "region": vars(item.region),
        "scale": item.scale,
        "error_name": item.error_name,
        "pictures": [_picture(picture, columns) for picture in item.pictures],
    }


def flat(about: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Origin of the scores, by name; nested names are joined by a space."""
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
        "error": picture.error,
    }
