"""The report of a sweep: terminal table, HTML page, CSV and JSON."""

import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Group
from rich.table import Table
from rich.text import Text

from srrescgan.files import replacing, write_json
from srrescgan.html.report_page import Page
from srrescgan.sweeps.plot import pareto_png
from srrescgan.sweeps.results import JobResult, Sweep, read_sweep, short_number

_DIGITS = 6
_SCORES = 4
"""Columns of scores that fit into a terminal, for a sweep without objectives."""


def write_report(folder: Path) -> Sweep:
    """Write ``sweep.csv``, ``sweep.json``, ``sweep.html`` and ``pareto.png`` into a sweep's folder.

    Also for a sweep that is still running. The plot needs two objectives.

    Returns:
        The sweep.

    Raises:
        ConfigError: the folder holds no sweep.
    """
    sweep = read_sweep(folder)
    picture = pareto_png(sweep)
    _write_csv(sweep, folder / "sweep.csv")
    _write_json(sweep, folder / "sweep.json")
    if picture is None:
        (folder / "pareto.png").unlink(missing_ok=True)
    else:
        with replacing(folder / "pareto.png") as temporary:
            temporary.write_bytes(picture)
    _page(sweep, picture).write(folder / "sweep.html")
    return sweep


def terminal_table(sweep: Sweep) -> Group:
    """The table for the terminal: the best jobs first and marked, the failed ones last.

    Without objectives no job is better than another: they are ordered by number and show their
    first few scores.
    """
    columns = sweep.columns if sweep.objectives else sweep.columns[:_SCORES]
    table = Table(box=None, padding=(0, 1, 0, 0))  # four settings fit into 80 columns
    for heading in ("  job", "folder", "status"):
        table.add_column(heading, no_wrap=True, vertical="bottom")
    for name in (*columns, *sweep.settings):
        broken = name.replace("/", "/\n").replace(".", ".\n")
        table.add_column(broken, justify="right", vertical="bottom", overflow="fold")
    for result in sweep.results:
        cells = [f"{'*' if result.is_best else ' '} {result.job.number}", result.folder]
        cells += [_status(result), *_cells(sweep, result, columns)]
        cells += [short_number(result.settings.get(name, "")) for name in sweep.settings]
        table.add_row(*cells, style="bold" if result.is_best else None)
    headline = Text(_headline(sweep), style="bold")
    if left_out := len(sweep.columns) - len(columns):
        return Group(headline, table, Text(f"columns left out here, not in the report: {left_out}"))
    return Group(headline, table)


def failure_summary(sweep: Sweep) -> str:
    """One line that names the failed jobs; empty if none failed."""
    if not sweep.failed:
        return ""
    listed = "; ".join(f"{r.folder} ({_first_line(r.job.message)})" for r in sweep.failed)
    return f"{len(sweep.failed)} of {len(sweep.results)} jobs failed: {listed}"


def _page(sweep: Sweep, picture: bytes | None) -> Page:
    page = Page(f"Sweep {sweep.name}")
    page.text(_headline(sweep))
    for objective in sweep.objectives:
        wanted = "higher" if objective.higher_is_better else "lower"
        page.text(f"{objective.name}: mean of {', '.join(objective.keys)}; {wanted} is better.")
    if picture is not None:
        page.png(
            picture,
            "Every point is a job with its number. Strong: on the Pareto front, no other job is at"
            " least as good in every objective and better in one. Faint: some job is. Cross:"
            " pruned, with the scores of its last validation.",
        )
    page.heading("Jobs")
    header = ["job", "folder", "status", *sweep.columns]
    header += [_best(sweep)] if sweep.objectives else []
    rows = [
        [
            result.job.number,
            result.folder,
            _status(result),
            *_cells(sweep, result, sweep.columns),
            *(("yes" if result.is_best else "",) if sweep.objectives else ()),
            *(short_number(result.settings.get(name, "")) for name in sweep.settings),
        ]
        for result in sweep.results
    ]
    page.table([*header, *sweep.settings], rows)
    ended_early = [result for result in sweep.results if result.job.message]
    if ended_early:
        page.heading("Jobs that ended early")
        page.table(["job", "why"], [[r.job.number, r.job.message] for r in ended_early])
    return page


def _write_csv(sweep: Sweep, path: Path) -> None:
    header = ["job", "folder", "status", "iteration", "best"]
    header += [*sweep.columns, *sweep.settings, "message"]
    with replacing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for result in sweep.results:
            job = result.job
            numbers = sweep.numbers(result)
            values = [numbers.get(name, "") for name in sweep.columns]
            settings = [result.settings.get(name, "") for name in sweep.settings]
            about = [job.number, result.folder, job.status, job.iteration, int(result.is_best)]
            writer.writerow([*about, *values, *settings, job.message])


def _write_json(sweep: Sweep, path: Path) -> None:
    content = {
        "name": sweep.name,
        "objectives": [
            {"name": o.name, "mean_of": o.keys, "higher_is_better": o.higher_is_better}
            for o in sweep.objectives
        ],
        "jobs": [
            {
                "number": result.job.number,
                "folder": result.folder,
                "status": result.job.status,
                "iteration": result.job.iteration,
                "best": result.is_best,
                "objectives": None if result.values is None else sweep.numbers(result),
                "overrides": result.job.overrides,
                "scores": result.job.scores if sweep.objectives else result.logged,
                "message": result.job.message,
            }
            for result in sweep.results
        ],
    }
    write_json(content, path)


def _headline(sweep: Sweep) -> str:
    jobs = f"{len(sweep.results)} jobs"
    if sweep.objectives:
        return f"Sweep {sweep.name}: {len(sweep.scored)} of {jobs} have results; * {_best(sweep)}"
    count = Counter(_status(result).split()[0] for result in sweep.results)
    others = [f", {count[s]} {s}" for s in ("pruned", "failed", "unfinished") if count[s]]
    return f"Sweep {sweep.name}: {count['finished']} of {jobs} finished{''.join(others)}"


def _best(sweep: Sweep) -> str:
    return "on the Pareto front" if len(sweep.objectives) > 1 else "best"


def _status(result: JobResult) -> str:
    job = result.job
    if job.status == "pruned":
        return f"pruned at {job.iteration}"
    return "unfinished" if job.status in ("running", "stopped") else job.status


def _cells(sweep: Sweep, result: JobResult, columns: Sequence[str]) -> list[str]:
    numbers = sweep.numbers(result)
    return [f"{numbers[name]:.{_DIGITS}g}" if name in numbers else "" for name in columns]


def _first_line(message: str) -> str:
    return (message.splitlines() or [""])[0]
