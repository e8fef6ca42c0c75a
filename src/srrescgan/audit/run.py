"""Run the audit: compare the folders, write and log the results, enforce the limits."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from pytorch_lightning.loggers import Logger, TensorBoardLogger
from rich.console import Console

from srrescgan.audit.audit_report import distance_table, report_page, verdict, write_json
from srrescgan.audit.domain import Sampling, sample
from srrescgan.audit.domain_comparison import AT_LEAST, DomainComparison, compare_domains
from srrescgan.audit.limits import Limits
from srrescgan.audit.matched_patches import match_patches
from srrescgan.audit.plots import draw_plots


def run_audit(
    folders: Mapping[str, Path],
    sampling: Sampling,
    limits: Limits,
    loggers: Sequence[Logger],
    output: Path,
) -> None:
    """Compare generated pictures with real ones, and report the result everywhere.

    Args:
        folders: ``real``, ``made`` and optionally ``baseline``.
        sampling: the patches to compare.
        limits: for ``made``.
        loggers: Lightning's, see :func:`log_audit`.
        output: folder for ``audit.json`` and ``audit.html``.

    Raises:
        DataError: a folder has too few usable pictures.
        LimitExceededError: a limit is exceeded. All results have been written by then.
    """
    console = Console()
    domains = {}
    for label, folder in folders.items():
        with console.status(f"Reading {label}: {folder}"):
            domains[label] = sample(folder, sampling, AT_LEAST)
    with console.status("Comparing"):
        comparison = compare_domains(domains, sampling.seed)
    exceeded = limits.exceeded(comparison)
    summary = verdict(comparison, exceeded, limits.any)
    plots = dict(draw_plots(comparison))
    matches = match_patches(domains["real"], domains["made"])
    gate = {**vars(limits), "exceeded": exceeded}
    write_json(comparison, sampling, gate, output / "audit.json")
    report_page(comparison, summary, plots, matches).write(output / "audit.html")
    images = plots | {f"pair_{index}": match.image for index, match in enumerate(matches)}
    log_audit(loggers, comparison, images)
    console.print(distance_table(comparison))
    console.print(summary)
    console.print(f"{output}/audit.html, {output}/audit.json", soft_wrap=True)
    limits.enforce(exceeded, output / "audit.html")


def log_audit(
    loggers: Sequence[Logger], comparison: DomainComparison, images: Mapping[str, np.ndarray]
) -> None:
    """Send distances and images to every logger, as step 0.

    Keys are ``audit/<statistic>/<domain>`` for distances, ``audit/auc/<domain>`` for the AUC, and
    ``audit/<name>`` for images.

    Args:
        loggers: Lightning's; those that cannot log images get only the numbers.
        comparison: the results.
        images: ``(H, W, 3)`` uint8, by name.
    """
    values = {
        f"audit/{statistic}/{label}": distance
        for statistic, distances in comparison.distances.items()
        for label, distance in distances.items()
        if not math.isnan(distance)
    }
    values |= {f"audit/auc/{label}": c.auc for label, c in comparison.classifications.items()}
    for logger in loggers:
        logger.log_metrics(values, step=0)
        for name, image in images.items():
            if isinstance(logger, TensorBoardLogger):
                logger.experiment.add_image(f"audit/{name}", image, 0, dataformats="HWC")
            elif hasattr(logger, "log_image"):
                logger.log_image(f"audit/{name}", [image], step=0)
        logger.save()
        logger.finalize("success")
