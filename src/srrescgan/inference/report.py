"""Scores as a table for people and as a file for programs."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.table import Table

from srrescgan.files import replacing
from srrescgan.inference.evaluator import json_number

Summary = Mapping[str, Mapping[str, Mapping[str, float]]]
_DECIMALS = {"images": 0, "psnr": 2}


def score_table(summary: Summary, protocol: str, unavailable: Mapping[str, str]) -> Table:
    """One line per set and method, under the protocol the numbers were computed with."""
    table = Table(title=f"Mean over images ({protocol})", title_justify="left")
    columns = list(_first_scores(summary))
    for heading in ("set", "method"):
        table.add_column(heading)
    for heading in (*columns, *unavailable):
        table.add_column(heading if heading == "images" else heading.upper(), justify="right")
    for data_set, methods in summary.items():
        for method, scores in methods.items():
            cells = [f"{scores[key]:.{_DECIMALS.get(key, 4)}f}" for key in columns]
            table.add_row(data_set, method, *cells, *["unavailable"] * len(unavailable))
    return table


def write_json(
    summary: Summary,
    protocol: str,
    unavailable: Mapping[str, str],
    about: Mapping[str, Any],
    path: Path,
) -> None:
    """Write ``metrics.json``; a metric that could not be computed is ``null``, with the reason."""
    content = {
        "protocol": protocol,
        **about,
        "sets": {
            data_set: {
                method: {key: json_number(value) for key, value in scores.items()}
                | dict.fromkeys(unavailable)
                for method, scores in methods.items()
            }
            for data_set, methods in summary.items()
        },
        "unavailable": dict(unavailable),
    }
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def training_summary(metrics: Mapping[str, float]) -> dict[str, dict[str, dict[str, float]]]:
    """Arrange ``val/<set>/<metric>`` and ``val/<set>/bicubic/<metric>`` as a summary."""
    summary: dict[str, dict[str, dict[str, float]]] = {}
    for key, value in sorted(metrics.items()):
        prefix, *place = key.split("/")
        if prefix == "val":
            method = "bicubic" if len(place) == 3 else "sr"
            summary.setdefault(place[0], {}).setdefault(method, {})[place[-1]] = value
    return summary


def _first_scores(summary: Summary) -> Mapping[str, float]:
    return next((scores for methods in summary.values() for scores in methods.values()), {})
