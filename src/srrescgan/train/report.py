"""Report that a training run prints when it ends."""

from collections.abc import Mapping

from lightning_utilities.core.rank_zero import rank_zero_only
from rich.console import Console

from srrescgan.eval.render import terminal
from srrescgan.eval.text_table import Cell, Heading, TextTable, number
from srrescgan.metrics import Protocol
from srrescgan.types import Metric

_DECIMALS = 4


@rank_zero_only
def print_report(
    scores: Mapping[str, float], metrics: Mapping[str, Metric], protocols: Mapping[str, Protocol]
) -> None:
    """Print the scores of the last validation as a table; nothing if there was no validation."""
    table = score_table(scores, metrics, protocols)
    if table.rows:
        terminal(Console(), [table])


@rank_zero_only
def print_notice(notice: str | None, *lines: str) -> None:
    """Print the notice of an experiment, if it has one, and further lines."""
    console = Console()
    if notice:
        console.print(notice, style="bold")
    for line in lines:
        console.print(line, soft_wrap=True)


def score_table(
    scores: Mapping[str, float], metrics: Mapping[str, Metric], protocols: Mapping[str, Protocol]
) -> TextTable:
    """One line per validation set and method, one column per ``<protocol>/<metric>``.

    Args:
        scores: by log name: ``val/<set>/<protocol>/<metric>`` and
            ``val/<set>/bicubic/<protocol>/<metric>`` are shown, others are left out.
        metrics: by ``<protocol>/<metric>``; they know how many decimals are worth showing.
        protocols: by name; the caption spells them out.
    """
    rows: dict[tuple[str, str], dict[str, float]] = {}
    for name, value in sorted(scores.items()):
        prefix, *parts = name.split("/")
        if prefix == "val":
            method = "bicubic" if len(parts) == 4 else "sr"
            rows.setdefault((parts[0], method), {})["/".join(parts[-2:])] = value
    keys = list(dict.fromkeys(key for row in rows.values() for key in row))
    decimals = {key: metrics[key].decimals if key in metrics else _DECIMALS for key in keys}
    rules = "; ".join(f"{name}: {protocol.label}" for name, protocol in protocols.items())
    return TextTable(
        caption=f"Mean over images ({rules})",
        headings=(
            Heading("set", numeric=False),
            Heading("method", numeric=False),
            *(Heading(metric, protocol) for protocol, metric in (key.split("/") for key in keys)),
        ),
        rows=tuple(
            (
                Cell(data_set),
                Cell(method),
                *(Cell(number(row.get(key), decimals[key])) for key in keys),
            )
            for (data_set, method), row in rows.items()
        ),
    )
