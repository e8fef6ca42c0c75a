"""Audit report: table for the terminal, HTML page, and ``audit.json``."""

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
from srrescgan.audit.domain import Domain, Sampling
from srrescgan.audit.domain_comparison import CLASSIFIER, DomainComparison
from srrescgan.audit.matched_patches import MatchedPatches
from srrescgan.audit.statistics import STATISTICS
from srrescgan.files import replacing
from srrescgan.html.report_page import Page

_DIGITS = 6
_PACKAGES = ("srrescgan", "torch", "numpy", "scikit-learn", "pillow")
_HALVES = "real itself"


def verdict(comparison: DomainComparison, exceeded: Sequence[str], has_limits: bool) -> str:
    """Summarize the audit in two or three sentences."""
    results = comparison.classifications
    aucs = f"AUC {results['made'].auc:.3f} ± {results['made'].deviation:.3f}"
    if "baseline" in results:
        aucs += f", baseline {results['baseline'].auc:.3f}"
    if "real" in results:
        aucs += f", two halves of real {results['real'].auc:.3f}"
    sentences = [f"A classifier distinguishes made from real with {aucs} (0.5: never, 1: always)."]
    if "baseline" in comparison.domains:
        closer = [name for name in comparison.distances if comparison.gap_closed(name) > 0]
        sentences.append(
            "Generated pictures are closer to real ones than the baseline in"
            f" {len(closer)} of {len(comparison.distances)} statistics."
        )
    if has_limits:
        sentences.append(
            f"Limits exceeded: {'; '.join(exceeded)}." if exceeded else "No limit is exceeded."
        )
    return " ".join(sentences)


def rows(comparison: DomainComparison) -> tuple[list[str], list[list[str]]]:
    """Header and rows of the table of distances from real; smaller is closer."""
    has_baseline = "baseline" in comparison.domains
    header = ["statistic", "unit", "made", *(["baseline"] if has_baseline else []), _HALVES]
    header += ["gap closed"] if has_baseline else []
    units = {statistic.name: statistic.unit for statistic in STATISTICS} | {CLASSIFIER: "0 to 1"}
    lines = []
    for name, distances in comparison.distances.items():
        present = [label for label in ("made", "baseline", "real") if label in distances]
        line = [name, units[name], *(_number(distances[label]) for label in present)]
        if has_baseline:
            closed = comparison.gap_closed(name)
            line.append("-" if math.isnan(closed) else f"{100 * closed:.0f} %")
        lines.append(line)
    return header, lines


def distance_table(comparison: DomainComparison) -> Table:
    """Table for the terminal."""
    table = Table(title="Distance from real (0: equal)", title_justify="left")
    header, lines = rows(comparison)
    for index, heading in enumerate(header):
        table.add_column(heading, justify="left" if index < 2 else "right", no_wrap=index == 0)
    for line in lines:
        table.add_row(*line)
    return table


def report_page(
    comparison: DomainComparison,
    summary: str,
    plots: Mapping[str, np.ndarray],
    matches: Sequence[MatchedPatches],
) -> Page:
    """HTML page.

    Args:
        comparison: the results.
        summary: result of :func:`verdict`.
        plots: result of :func:`srrescgan.audit.plots.draw_plots`.
        matches: result of :func:`srrescgan.audit.matched_patches.match_patches`.
    """
    report = Page("Degradation audit")
    report.text(summary)
    report.table(
        ["domain", "folder", "pictures used", "pictures in folder", "too small", "patches"],
        [[label, *_contents(domain).values()] for label, domain in comparison.domains.items()],
    )
    report.heading("Distances")
    report.table(*rows(comparison))
    report.text(
        "Distance from real: 0 is equal, smaller is closer. Real itself: the mean distance between"
        " two random halves of real's pictures, which is chance and the variety of the pictures;"
        " expect no degradation to be below it. Gap closed: 100 % is all of the distance from the"
        " baseline to real, negative is farther than the baseline. Noise is measured where pictures"
        " are flat, so the photographs need not show the same subjects. The text below each plot"
        " states the limits of the statistic."
    )
    for statistic in STATISTICS:
        report.heading(statistic.name)
        report.picture(plots[statistic.name], statistic.about)
    report.heading(CLASSIFIER)
    report.text(ABOUT)
    for label, result in comparison.classifications.items():
        if result.top_features:
            report.picture(plots[f"{CLASSIFIER}_{label}"], f"{label} against real")
            report.text(f"Features with the largest weights (positive: higher in {label}):")
            weights: list[list[str | float]] = [
                [name, round(weight, 2)] for name, weight in result.top_features.items()
            ]
            report.table(["feature", "weight"], weights)
    report.heading("Patches with the same noise level")
    for match in matches:
        report.picture(match.image, match.caption)
    return report


def write_json(
    comparison: DomainComparison, sampling: Sampling, gate: Mapping[str, Any], path: Path
) -> None:
    """Write ``audit.json``. NaN becomes ``null``; the same input gives the same bytes."""
    content = {
        "domains": {label: _contents(domain) for label, domain in comparison.domains.items()},
        "sampling": asdict(sampling),
        "gate": dict(gate),
        "distances": comparison.distances,
        "figures": {
            statistic.name: {
                "unit": statistic.unit,
                "about": statistic.about,
                **{
                    label: statistic.summarize(measurement)
                    for label, measurement in comparison.measurements[statistic.name].items()
                },
            }
            for statistic in STATISTICS
        },
        CLASSIFIER: {
            label: {"auc": result.auc, "deviation": result.deviation, "tells": result.top_features}
            for label, result in comparison.classifications.items()
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
    """Round floats to six digits and replace NaN by ``None``, recursively."""
    if isinstance(value, Mapping):
        return {key: _plain(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_plain(child) for child in value]
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}") if math.isfinite(value) else None
    return value
