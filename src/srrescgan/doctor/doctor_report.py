"""Doctor report: printed as a table, written as JSON and as an HTML page."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from srrescgan.doctor.problem import Problem, Severity
from srrescgan.doctor.problem_images import problem_images
from srrescgan.doctor.scan import Split
from srrescgan.files import write_json
from srrescgan.html.report_page import Page

SHOWN = 5
"""Problems of one check that the terminal shows; the files list all."""
ILLUSTRATED = 40
"""Problems that the page shows with images."""


@dataclass
class DoctorReport:
    """Result of a checkup.

    Args:
        splits: the data sets that were examined.
        problems: errors first, then warnings.
        severity: of every check.
        settings: thresholds and severities.
        notes: other messages, such as a cache that cannot be used.
        seconds: duration of the checkup.
    """

    splits: list[Split]
    problems: list[Problem]
    severity: Mapping[str, Severity]
    settings: Mapping[str, Any]
    notes: list[str]
    seconds: float

    @property
    def errors(self) -> list[Problem]:
        """Problems that forbid training."""
        return [each for each in self.problems if self.severity[each.check] == "error"]

    @property
    def warnings(self) -> list[Problem]:
        """Problems that allow training."""
        return [each for each in self.problems if self.severity[each.check] == "warning"]

    @property
    def error_count(self) -> str:
        """Number of errors in words, such as ``1 error``."""
        return _count(len(self.errors), "error")

    def summary(self) -> str:
        """Counts of pictures, errors and warnings, in one line."""
        return (
            f"{sum(len(split.images) for split in self.splits)} pictures, "
            f"{self.error_count}, {_count(len(self.warnings), 'warning')} "
            f"({self.seconds:.1f} s)"
        )

    def print(self, console: Console) -> None:
        """Print a table of the splits, and the problems by check."""
        header, *rows = self._rows()
        table = Table(title="Data doctor", title_justify="left")
        for index, cell in enumerate(header):
            table.add_column(str(cell), justify="right" if index else "left")
        for row in rows:
            table.add_row(*map(str, row))
        console.print(table)
        for check, problems in self._by_check().items():
            severity = self.severity[check]
            color = "red" if severity == "error" else "yellow"
            console.print(f"[bold {color}]{severity} {check}[/]: {len(problems)} found")
            for problem in problems[:SHOWN]:
                console.print(
                    f"  [{problem.split}] {problem.place}: {problem.description}",
                    *(f"      fix: {problem.fix}",) if problem.fix else (),
                    sep="\n",
                    markup=False,
                    highlight=False,
                    soft_wrap=True,
                )
            if len(problems) > SHOWN:
                console.print(f"  ... and {len(problems) - SHOWN} more in the report")
        for note in self.notes:
            console.print(escape(note), soft_wrap=True)
        console.print(self.summary(), highlight=False)

    def write_json(self, path: Path) -> None:
        """Write the whole report as JSON."""
        content = {
            "may_train": not self.errors,
            "seconds": round(self.seconds, 3),
            "settings": dict(self.settings),
            "notes": self.notes,
            "splits": {split.name: self._summarize(split) for split in self.splits},
            "problems": [
                {
                    "check": problem.check,
                    "severity": self.severity[problem.check],
                    "split": problem.split,
                    "files": [str(picture) for picture in problem.pictures],
                    "what": problem.description,
                    "fix": problem.fix,
                }
                for problem in self.problems
            ],
        }
        write_json(content, path)

    def write_html(self, path: Path) -> None:
        """Write the whole report as a page, with images of copies and misaligned pairs."""
        page = Page("Data doctor")
        page.text(
            f"Training {'must not' if self.errors else 'may'} start with this data: "
            + self.summary()
        )
        for note in self.notes:
            page.text(note)
        header, *rows = self._rows()
        page.table([str(cell) for cell in header], rows)
        left = ILLUSTRATED
        for check, problems in self._by_check().items():
            page.heading(f"{self.severity[check]}: {check} ({len(problems)})")
            table = [[each.split, each.place, each.description, each.fix] for each in problems]
            page.table(["split", "file", "what", "fix"], table)
            for problem in problems[:left]:
                for image, caption in problem_images(problem):
                    page.picture(image, caption)
                    left -= 1
        page.heading("Settings")
        page.table(["setting", "value"], [[key, str(v)] for key, v in self.settings.items()])
        page.write(path)

    def _by_check(self) -> dict[str, list[Problem]]:
        kinds: dict[str, list[Problem]] = {}
        for problem in self.problems:
            kinds.setdefault(problem.check, []).append(problem)
        return kinds

    def _rows(self) -> list[list[str | int]]:
        rows: list[list[str | int]] = [
            ["split", "files", "errors", "warnings", "flat patches", "lr shift (down, right, out)"]
        ]
        for split in self.splits:
            errors, warnings = (
                sum(each.split == split.name for each in problems)
                for problems in (self.errors, self.warnings)
            )
            flat, median = split.mean_flat_share(), split.median_alignment()
            rows.append(
                [
                    split.name,
                    len(split.images),
                    errors,
                    warnings,
                    "-" if flat is None else f"{flat:.1%}",
                    "-" if median is None else ", ".join(f"{value:+.2f}" for value in median),
                ]
            )
        return rows

    def _summarize(self, split: Split) -> dict[str, Any]:
        median = split.median_alignment()
        return {
            "folders": {role: str(folder) for role, folder in split.folders.items()},
            "files": len(split.images),
            "errors": sum(each.split == split.name for each in self.errors),
            "warnings": sum(each.split == split.name for each in self.warnings),
            "flat_share": split.mean_flat_share(),
            "pairs_measured": sum(each.measured for each in split.alignments.values()),
            "median_shift": None
            if median is None
            else dict(zip(("down", "right", "stretch"), median, strict=True)),
        }


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
