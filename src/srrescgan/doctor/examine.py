"""Run the doctor and act on its report: as a command, and before training."""

from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from srrescgan.data.datamodule import FolderDataset
from srrescgan.doctor.checkup import Checkup
from srrescgan.errors import DataError

_SHOWN = 5
"""Errors that the message of a refused training run lists."""


def examine_data(
    checkup: Checkup, datasets: Mapping[str, FolderDataset], folder: Path, source: str
) -> None:
    """Examine data sets, print the report and write ``doctor.json`` and ``doctor.html``.

    Args:
        checkup: the checks and their thresholds.
        datasets: by the names ``train``, ``val/<set>`` and ``test/<set>``.
        folder: for the two files.
        source: where the data can be downloaded; shown if a folder is missing.

    Raises:
        DataError: there are errors, so training must not start.
    """
    report = checkup.run(datasets)
    report.write_json(folder / "doctor.json")
    report.write_html(folder / "doctor.html")
    console = Console()
    report.print(console)
    if any(problem.check == "missing" for problem in report.problems):
        console.print(f"Where the data comes from: {source}", soft_wrap=True)
    console.print(f"{folder}/doctor.html, {folder}/doctor.json", soft_wrap=True)
    if report.errors:
        raise DataError(
            f"training must not start with this data: fix {report.error_count} (see above)"
        )


def require_healthy(checkup: Checkup, datasets: Mapping[str, FolderDataset], folder: Path) -> None:
    """Refuse data with errors before training; report healthy data in one line.

    Args:
        checkup: the checks and their thresholds.
        datasets: the data sets that training reads.
        folder: for ``doctor.json`` and ``doctor.html``, which are written if there are errors.

    Raises:
        DataError: there are errors. Lists the first, and names the full report and the options.
    """
    report = checkup.run(datasets)
    console = Console()
    for note in report.notes:
        console.print(note, markup=False, soft_wrap=True)
    if not report.errors:
        see = "; python -m srrescgan.doctor with the same keys shows them"
        hint = see if report.warnings else ""
        console.print(f"doctor: {report.summary()}{hint}", highlight=False, soft_wrap=True)
        return
    report.write_json(folder / "doctor.json")
    report.write_html(folder / "doctor.html")
    lines = [
        f"  [{each.split}] {each.place}: {each.description}: {each.fix}" for each in report.errors
    ]
    rest = [f"  ... and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    raise DataError(
        "\n".join(
            [
                f"the data doctor refuses this data: {report.summary()}",
                *lines[:_SHOWN],
                *rest,
                f"Full report with pictures: {folder / 'doctor.html'}. Fix the data, turn a check"
                " into a warning with checkup.severity.CHECK=warning, or train anyway with"
                " doctor=skip.",
            ]
        )
    )
