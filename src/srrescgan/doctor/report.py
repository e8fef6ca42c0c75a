"""What was found, as a table for people and as files for people and programs."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from srrescgan.doctor.checks.flat import mean_flatness
from srrescgan.doctor.checks.pairs import median_alignment
from srrescgan.doctor.figures import figures
from srrescgan.doctor.problem import Problem, Severity
from srrescgan.doctor.survey import Split
from srrescgan.files import write_json
from srrescgan.html.report_page import Page

SHOWN = 5
"""Problems of a kind that the terminal shows; the files have all."""
PICTURED = 40
"""Problems that the page shows with pictures."""


@dataclass
class Report:
    """Outcome of a checkup.

    Args:
        splits: what was examined.
        problems: what was found, the gravest kinds first.
        severity: of every check.
        settings: the thresholds it was judged by.
        notes: what else is to be said, such as a cache that could not be used.
        seconds: that it took.
    """

    splits: list[Split]
    problems: list[Problem]
    severity: Mapping[str, Severity]
    settings: Mapping[str, Any]
    notes: list[str]
    seconds: float

    @property
    def errors(self) -> list[Problem]:
        """Problems because of which training must not start."""
        return [each for each in self.problems if self.severity[each.check] == "error"]

    @property
    def warnings(self) -> list[Problem]:
        """Problems with which it may."""
        return [each for each in self.problems if self.severity[each.check] == "warning"]

    def summary(self) -> str:
        """One line."""
        return (
            f"{sum(len(split.facts) for split in self.splits)} pictures, "
            f"{_count(len(self.errors), 'error')}, {_count(len(self.warnings), 'warning')} "
            f"({self.seconds:.1f} s)"
        )

    def print(self, console: Console) -> None:
        """Print a table of the splits, and the problems by kind."""
        header, *rows = self._rows()
        table = Table(title="Data doctor", title_justify="left")
        for index, cell in enumerate(header):
            table.add_column(str(cell), justify="right" if index else "left")
        for row in rows:
            table.add_row(*map(str, row))
        console.print(table)
        for check, found in self._by_check().items():
            severity = self.severity[check]
            color = "red" if severity == "error" else "yellow"
            console.print(f"[bold {color}]{severity} {check}[/]: {len(found)} found")
            for problem in found[:SHOWN]:
                console.print(
                    f"  [{problem.split}] {problem.place}: {problem.what}",
                    *(f"      fix: {problem.fix}",) if problem.fix else (),
                    sep="\n",
                    markup=False,
                    highlight=False,
                    soft_wrap=True,
                )
            if len(found) > SHOWN:
                console.print(f"  ... and {len(found) - SHOWN} more in the report")
        for note in self.notes:
            console.print(escape(note), soft_wrap=True)
        console.print(self.summary(), highlight=False)

    def write_json(self, path: Path) -> None:
        """Write everything, for programs."""
        content = {
            "may_train": not self.errors,
            "seconds": round(self.seconds, 3),
            "settings": dict(self.settings),
            "notes": self.notes,
            "splits": {split.name: self._facts(split) for split in self.splits},
            "problems": [
                {
                    "check": problem.check,
                    "severity": self.severity[problem.check],
                    "split": problem.split,
                    "files": [str(picture) for picture in problem.pictures],
                    "what": problem.what,
                    "fix": problem.fix,
                }
                for problem in self.problems
            ],
        }
        write_json(content, path)

    def write_html(self, path: Path) -> None:
        """Write everything, for people: with the pictures of the pairs that it is about."""
        page = Page("Data doctor")
        page.text(
            f"Training {'must not' if self.errors else 'may'} start with this data: "
            + self.summary()
        )
        for note in self.notes:
            page.text(note)
        header, *rows = self._rows()
        page.table([str(cell) for cell in header], rows)
        left = PICTURED
        for check, found in self._by_check().items():
            page.heading(f"{self.severity[check]}: {check} ({len(found)})")
            rows_ = [[each.split, each.place, each.what, each.fix] for each in found]
            page.table(["split", "file", "what", "fix"], rows_)
            for problem in found[:left]:
                for image, caption in figures(problem):
                    page.picture(image, caption)
                    left -= 1
        page.heading("Judged by")
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
                sum(each.split == split.name for each in found)
                for found in (self.errors, self.warnings)
            )
            flat, median = mean_flatness(split), median_alignment(split)
            rows.append(
                [
                    split.name,
                    len(split.facts),
                    errors,
                    warnings,
                    "-" if flat is None else f"{flat:.1%}",
                    "-" if median is None else ", ".join(f"{value:+.2f}" for value in median),
                ]
            )
        return rows

    def _facts(self, split: Split) -> dict[str, Any]:
        median = median_alignment(split)
        return {
            "folders": {role: str(folder) for role, folder in split.folders.items()},
            "files": len(split.facts),
            "errors": sum(each.split == split.name for each in self.errors),
            "warnings": sum(each.split == split.name for each in self.warnings),
            "flat_share": mean_flatness(split),
            "pairs_measured": sum(each.measured for each in split.alignments.values()),
            "median_shift": None
            if median is None
            else dict(zip(("down", "right", "stretch"), median, strict=True)),
        }


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
