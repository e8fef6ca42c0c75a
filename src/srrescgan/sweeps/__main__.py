"""Report on a sweep, finished or not: ``python -m srrescgan.sweeps FOLDER``."""

import sys
from pathlib import Path

from rich.console import Console

from srrescgan.errors import UserError
from srrescgan.sweeps.report import failure_summary, terminal_table, write_report


def main(arguments: list[str]) -> int:
    """Write the report of the sweep in a folder and print its table; return an exit code."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        sys.stderr.write("usage: python -m srrescgan.sweeps FOLDER\n")
        return 2
    try:
        sweep = write_report(Path(arguments[0]))
    except UserError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    console = Console()
    console.print(terminal_table(sweep))
    if failure_summary(sweep):
        console.print(failure_summary(sweep), soft_wrap=True)
    console.print(f"report: {Path(arguments[0]) / 'sweep.html'}", soft_wrap=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
