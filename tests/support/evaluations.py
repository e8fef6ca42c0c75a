"""Evaluations with scores of one's choice."""

from collections.abc import Iterable, Mapping

from srrescgan.eval.columns import Column
from srrescgan.eval.results import Contestant, Evaluation, Row

LABELS = {"rgb8": "rgb, border 0, 8-bit rounded", "y4": "y, border 4, 8-bit rounded"}
COLUMNS = {
    "psnr": ("PSNR in dB", True, 2),
    "ssim": ("SSIM, 11x11 Gaussian", True, 4),
    "lpips": ("LPIPS 0.1, AlexNet", False, 4),
}


def column(key: str) -> Column:
    """``rgb8/psnr`` and the like."""
    protocol, metric = key.split("/")
    what, higher_is_better, decimals = COLUMNS[metric]
    return Column(key, metric, protocol, what, higher_is_better, decimals)


def scores_of(method: str, key: str, values: Iterable[float], data_set: str = "set5") -> list[Row]:
    """Rows of images ``0``, ``1``, ... with one score each."""
    return [Row(data_set, str(i), method, {key: value}) for i, value in enumerate(values)]


def evaluation_of(
    rows: Iterable[Row], costs: Mapping[str, Mapping[str, float]] | None = None
) -> Evaluation:
    """Whatever the rows hold; ``bicubic`` is bicubic, every other method a network."""
    merged: dict[tuple[str, str, str], Row] = {}
    for row in rows:
        place = (row.set, row.name, row.method)
        old = merged.get(place)
        scores = {**(old.scores if old else {}), **row.scores}
        merged[place] = Row(*place, scores, row.problem or (old.problem if old else None))
    rows = tuple(merged.values())
    keys = dict.fromkeys(key for row in rows for key in row.scores)
    contestants = tuple(
        Contestant(
            name,
            "bicubic" if name == "bicubic" else "network",
            "" if name == "bicubic" else f"{name}.pth",
            (costs or {}).get(name, {}),
        )
        for name in dict.fromkeys(row.method for row in rows)
    )
    protocols = {key.split("/")[0]: LABELS[key.split("/")[0]] for key in keys}
    columns = tuple(column(key) for key in keys)
    return Evaluation(columns, contestants, rows, {}, {"experiment": "demo"}, protocols)
