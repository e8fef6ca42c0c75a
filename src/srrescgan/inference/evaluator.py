"""Scores of a method on whole images, one row per image."""

import csv
import io
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from torch import Tensor

from srrescgan.files import replacing
from srrescgan.types import SRBatch

Method = Callable[[Tensor], Tensor]
Metric = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Row:
    """What one method scored on one image."""

    set: str
    name: str
    method: str
    scores: dict[str, float]


def evaluate(
    batches: Iterable[SRBatch], methods: Mapping[str, Method], metrics: Mapping[str, Metric]
) -> Iterator[Row]:
    """Score every method on every image, as they come.

    Args:
        batches: whole images with ``hr``, ``lr``, ``name`` and ``set``.
        methods: lr -> sr, by name.
        metrics: ``(sr, hr)`` -> one value per image, by name.
    """
    for batch in batches:
        for method, upscale in methods.items():
            sr = upscale(batch["lr"])
            values = {key: metric(sr, batch["hr"]).tolist() for key, metric in metrics.items()}
            for index, (name, data_set) in enumerate(zip(batch["name"], batch["set"], strict=True)):
                scores = {key: column[index] for key, column in values.items()}
                yield Row(data_set, name, method, scores)


def summarise(rows: Iterable[Row]) -> dict[str, dict[str, dict[str, float]]]:
    """Mean over the images: ``summary[set][method][metric]``, with the ``images`` counted."""
    groups: dict[str, dict[str, list[Row]]] = {}
    for row in rows:
        groups.setdefault(row.set, {}).setdefault(row.method, []).append(row)
    return {
        data_set: {
            method: {
                "images": len(members),
                **{key: fmean(row.scores[key] for row in members) for key in members[0].scores},
            }
            for method, members in methods.items()
        }
        for data_set, methods in groups.items()
    }


def write_csv(rows: Iterable[Row], path: Path) -> None:
    """Write one line per row: set, name, method, then the metrics."""
    rows = list(rows)
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    keys = list(rows[0].scores) if rows else []
    writer.writerow(["set", "name", "method", *keys])
    for row in rows:
        writer.writerow([row.set, row.name, row.method, *(row.scores[key] for key in keys)])
    with replacing(path) as temporary:
        temporary.write_text(buffer.getvalue(), encoding="utf-8")


def json_number(value: float) -> float | str:
    """JSON has no infinity: the PSNR of identical images is written as the string ``inf``."""
    return value if math.isfinite(value) else str(value)
