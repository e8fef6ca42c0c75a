"""A sweep for people, in the terminal and as a page, and for programs."""

import csv
from pathlib import Path

from rich.console import Group
from rich.table import Table
from rich.text import Text

from srrescgan.files import replacing
from srrescgan.pages import Page
from srrescgan.sweeps.job import write_json
from srrescgan.sweeps.plot import pareto_png
from srrescgan.sweeps.results import Result, Sweep, number, read_sweep

_DIGITS = 6


def write_report(folder: Path) -> Sweep:
    """Write ``sweep.csv``, ``sweep.json``, ``sweep.html`` and ``pareto.png`` into a sweep's folder.

    Works on a sweep that is still running, too. There is no picture for fewer than two objectives.

    Returns:
        What was written about.

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


def table(sweep: Sweep) -> Group:
    """The table for the terminal: the best jobs first and marked, the failed ones last."""
    shown = Table(box=None, padding=(0, 1, 0, 0))  # four settings fit into 80 columns
    for heading in ("  job", "folder", "status"):
        shown.add_column(heading, no_wrap=True, vertical="bottom")
    for name in (*(objective.name for objective in sweep.objectives), *sweep.settings):
        parted = name.replace("/", "/\n").replace(".", ".\n")
        shown.add_column(parted, justify="right", vertical="bottom", overflow="fold")
    for result in sweep.results:
        cells = [f"{'*' if result.is_best else ' '} {result.job.number}", result.folder]
        cells += [_status(result), *_cells(sweep, result)]
        cells += [number(result.settings.get(name, "")) for name in sweep.settings]
        shown.add_row(*cells, style="bold" if result.is_best else None)
    return Group(Text(_headline(sweep), style="bold"), shown)


def failures(sweep: Sweep) -> str:
    """One line that names the broken jobs, or nothing."""
    if not sweep.failed:
        return ""
    told = "; ".join(f"{r.folder} ({_first_line(r.job.message)})" for r in sweep.failed)
    return f"{len(sweep.failed)} of {len(sweep.results)} jobs failed: {told}"


def _page(sweep: Sweep, picture: bytes | None) -> Page:
    page = Page(f"Sweep {sweep.name}")
    page.text(_headline(sweep))
    for objective in sweep.objectives:
        wanted = "higher" if objective.higher_is_better else "lower"
        page.text(f"{objective.name}: mean of {', '.join(objective.keys)}; {wanted} is better.")
    if picture is not None:
        page.png(
            picture,
            "Every point is a job with its number. Strong: no other job is better in one objective"
            " without being worse in another. Faint: some job is. Cross: pruned, with the scores of"
            " its last validation.",
        )
    page.heading("Jobs")
    header = ["job", "folder", "status", *(o.name for o in sweep.objectives), _best(sweep)]
    rows = [
        [
            result.job.number,
            result.folder,
            _status(result),
            *_cells(sweep, result),
            "yes" if result.is_best else "",
            *(number(result.settings.get(name, "")) for name in sweep.settings),
        ]
        for result in sweep.results
    ]
    page.table([*header, *sweep.settings], rows)
    told = [result for result in sweep.results if result.job.message]
    if told:
        page.heading("Jobs that did not reach their end")
        page.table(["job", "why"], [[r.job.number, r.job.message] for r in told])
    return page


def _write_csv(sweep: Sweep, path: Path) -> None:
    header = ["job", "folder", "status", "iteration", "best"]
    header += [*(objective.name for objective in sweep.objectives), *sweep.settings, "message"]
    with replacing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for result in sweep.results:
            job = result.job
            values = result.values or [""] * len(sweep.objectives)
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
                "objectives": None
                if result.values is None
                else dict(zip((o.name for o in sweep.objectives), result.values, strict=True)),
                "overrides": result.job.overrides,
                "scores": result.job.scores,
                "message": result.job.message,
            }
            for result in sweep.results
        ],
    }
    write_json(path, content)


def _headline(sweep: Sweep) -> str:
    about = f"Sweep {sweep.name}: {len(sweep.judged)} of {len(sweep.results)} jobs have results"
    return f"{about}; * {_best(sweep)}" if sweep.objectives else about


def _best(sweep: Sweep) -> str:
    return "on the Pareto front" if len(sweep.objectives) > 1 else "best"


def _status(result: Result) -> str:
    job = result.job
    if job.status == "pruned":
        return f"pruned at {job.iteration}"
    return "unfinished" if job.status in ("running", "stopped") else job.status


def _cells(sweep: Sweep, result: Result) -> list[str]:
    if result.values is None:
        return [""] * len(sweep.objectives)
    return [f"{value:.{_DIGITS}g}" for value in result.values]


def _first_line(message: str) -> str:
    return (message.splitlines() or [""])[0]
