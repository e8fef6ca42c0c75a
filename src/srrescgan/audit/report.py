"""The audit for people, in the terminal and as a page, and for programs."""

import json
import math
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table

from srrescgan.audit.classifier import ABOUT
from srrescgan.audit.comparison import CLASSIFIER, Comparison
from srrescgan.audit.crops import Pair
from srrescgan.audit.domain import Domain, Sampling
from srrescgan.audit.figures import FIGURES
from srrescgan.files import replacing
from srrescgan.html.report_page import Page

_DIGITS = 6
_PACKAGES = ("srrescgan", "torch", "numpy", "scikit-learn", "pillow")
_ITSELF = "real itself"


def verdict(comparison: Comparison, exceeded: Sequence[str], has_limits: bool) -> str:
    """Two or three sentences that say how well the degradation fits."""
    told = comparison.classifications
    compared = f"AUC {told['made'].auc:.3f} ± {told['made'].deviation:.3f}"
    if "baseline" in told:
        compared += f", baseline {told['baseline'].auc:.3f}"
    if "real" in told:
        compared += f", two halves of real {told['real'].auc:.3f}"
    sentences = [f"A classifier tells made from real with {compared} (0.5: cannot, 1: always)."]
    if "baseline" in comparison.domains:
        nearer = [name for name in comparison.distances if comparison.closed(name) > 0]
        sentences.append(
            f"Made is nearer to real than the baseline is in {len(nearer)} of"
            f" {len(comparison.distances)} figures."
        )
    if has_limits:
        sentences.append(
            f"Limits not kept: {'; '.join(exceeded)}." if exceeded else "All limits are kept."
        )
    return " ".join(sentences)


def rows(comparison: Comparison) -> tuple[list[str], list[list[str]]]:
    """Header and lines of the table: distances from real, smaller is closer."""
    has_baseline = "baseline" in comparison.domains
    header = ["figure", "unit", "made", *(["baseline"] if has_baseline else []), _ITSELF]
    header += ["way gone"] if has_baseline else []
    units = {figure.name: figure.unit for figure in FIGURES} | {CLASSIFIER: "0 to 1"}
    lines = []
    for name, distances in comparison.distances.items():
        shown = [label for label in ("made", "baseline", "real") if label in distances]
        line = [name, units[name], *(_number(distances[label]) for label in shown)]
        if has_baseline:
            closed = comparison.closed(name)
            line.append("-" if math.isnan(closed) else f"{100 * closed:.0f} %")
        lines.append(line)
    return header, lines


def distance_table(comparison: Comparison) -> Table:
    """The table for the terminal."""
    table = Table(title="Distance from real (0: the same)", title_justify="left")
    header, lines = rows(comparison)
    for index, heading in enumerate(header):
        table.add_column(heading, justify="left" if index < 2 else "right")
    for line in lines:
        table.add_row(*line)
    return table


def page(
    comparison: Comparison,
    said: str,
    plots: Mapping[str, np.ndarray],
    pairs: Sequence[Pair],
) -> Page:
    """The report for reading."""
    report = Page("Degradation audit")
    report.text(said)
    report.table(
        ["domain", "folder", "pictures looked at", "pictures there", "too small", "patches"],
        [[label, *_contents(domain).values()] for label, domain in comparison.domains.items()],
    )
    report.heading("Distances")
    report.table(*rows(comparison))
    report.text(
        "Distance from real: 0 is the same, smaller is closer. Real itself: the mean distance"
        " between two random halves of real's pictures, which is chance and the variety of the"
        " pictures; no degradation can be expected below it. Way gone: 100 % is all the way from"
        " the baseline to real, negative is away from it. Noise is read where pictures are flat, so"
        " that the photographs need not show the same things; what each figure cannot tell is"
        " written beside it."
    )
    for figure in FIGURES:
        report.heading(figure.name)
        report.picture(plots[figure.name], figure.about)
    report.heading(CLASSIFIER)
    report.text(ABOUT)
    for label, told in comparison.classifications.items():
        if told.tells:
            report.picture(plots[f"{CLASSIFIER}_{label}"], f"{label} against real")
            report.text(f"What gives {label} away most (positive: higher in {label}):")
            report.table(["feature", "weight"], [[k, round(v, 2)] for k, v in told.tells.items()])
    report.heading("Places with the same noise level")
    for pair in pairs:
        report.picture(pair.picture, pair.caption)
    return report


def write_json(
    comparison: Comparison, sampling: Sampling, gate: Mapping[str, Any], path: Path
) -> None:
    """Write ``audit.json``; what cannot be had is ``null``. The same input gives the same bytes."""
    content = {
        "domains": {label: _contents(domain) for label, domain in comparison.domains.items()},
        "sampling": asdict(sampling),
        "gate": dict(gate),
        "distances": comparison.distances,
        "figures": {
            figure.name: {
                "unit": figure.unit,
                "about": figure.about,
                **{
                    label: figure.summarise(measurement)
                    for label, measurement in comparison.measurements[figure.name].items()
                },
            }
            for figure in FIGURES
        },
        CLASSIFIER: {
            label: {"auc": told.auc, "deviation": told.deviation, "tells": told.tells}
            for label, told in comparison.classifications.items()
        },
        "versions": {name: version(name) for name in _PACKAGES}
        | {"python": platform.python_version()},
    }
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(_plain(content), indent=2) + "\n", encoding="utf-8")


def _contents(domain: Domain) -> dict[str, str | int]:
    return {
        "folder": str(domain.folder),
        "looked_at": len(domain.names),
        "found": domain.found,
        "too_small": domain.too_small,
        "patches": len(domain.patches),
    }


def _number(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.3g}"


def _plain(value: Any) -> Any:
    """Round to six digits, and NaN to ``None``, all the way down."""
    if isinstance(value, Mapping):
        return {key: _plain(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_plain(child) for child in value]
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}") if math.isfinite(value) else None
    return value
