"""The scores of a training run as a table."""

from collections.abc import Mapping

from rich.table import Table

Summary = Mapping[str, Mapping[str, Mapping[str, float]]]
"""Set, then method, then ``<protocol>/<metric>``."""
_DECIMALS = {"psnr": 2}


def score_table(summary: Summary, protocols: Mapping[str, str]) -> Table:
    """One line per set and method; every column names its protocol, and the title says what it is.

    Args:
        summary: means over the images.
        protocols: label of each protocol by name.
    """
    rules = "; ".join(f"{name}: {label}" for name, label in protocols.items())
    table = Table(title=f"Mean over images ({rules})", title_justify="left")
    rows = [
        (data_set, method, scores)
        for data_set, methods in summary.items()
        for method, scores in methods.items()
    ]
    columns = list(dict.fromkeys(key for *_, scores in rows for key in scores))
    for heading in ("set", "method"):
        table.add_column(heading)
    for heading in columns:
        table.add_column(heading, justify="right", overflow="fold")
    for data_set, method, scores in rows:
        table.add_row(data_set, method, *(_cell(scores.get(key), key) for key in columns))
    return table


def training_summary(metrics: Mapping[str, float]) -> dict[str, dict[str, dict[str, float]]]:
    """Arrange ``val/<set>/<key>`` and ``val/<set>/bicubic/<key>`` as a summary.

    A key is ``<protocol>/<metric>``.
    """
    summary: dict[str, dict[str, dict[str, float]]] = {}
    for name, value in sorted(metrics.items()):
        prefix, *place = name.split("/")
        if prefix == "val":
            method = "bicubic" if len(place) == 4 else "sr"
            key = "/".join(place[-2:])
            summary.setdefault(place[0], {}).setdefault(method, {})[key] = value
    return summary


def _cell(value: float | None, key: str) -> str:
    return "-" if value is None else f"{value:.{_DECIMALS.get(key.split('/')[-1], 4)}f}"
