"""Training does not start on data that would spoil it."""

from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from srrescgan.data.datamodule import FolderDataset
from srrescgan.doctor.checkup import Checkup
from srrescgan.errors import DataError

_SHOWN = 5


def require_healthy(checkup: Checkup, datasets: Mapping[str, FolderDataset], folder: Path) -> None:
    """Let a healthy set pass with one line; write the reports of another and refuse it.

    Args:
        checkup: the checks and their thresholds.
        datasets: that training reads.
        folder: for ``doctor.json`` and ``doctor.html``, when they are needed.

    Raises:
        DataError: naming the first errors, the full report and the way around.
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
    lines = [f"  [{each.split}] {each.place}: {each.what}: {each.fix}" for each in report.errors]
    rest = [f"  ... and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    raise DataError(
        "\n".join(
            [
                f"the data doctor refuses this data: {report.summary()}",
                *lines[:_SHOWN],
                *rest,
                f"All of it, with pictures: {folder / 'doctor.html'}. Mend it, make a check a"
                " warning with checkup.severity.CHECK=warning, or train all the same with"
                " doctor=skip.",
            ]
        )
    )
