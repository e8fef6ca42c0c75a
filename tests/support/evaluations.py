"""Evaluations with given scores."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from srrescgan.eval.evaluation import Evaluation, MethodRecord, ScoreColumn, ScoreRow
from srrescgan.eval.evaluation_files import write_evaluation
from srrescgan.eval.summary import summarize

LABELS = {"rgb8": "rgb, border 0, 8-bit rounded", "y4": "y, border 4, 8-bit rounded"}
COLUMNS = {
    "psnr": ("PSNR in dB", True, 2),
    "ssim": ("SSIM, 11x11 Gaussian", True, 4),
    "lpips": ("LPIPS 0.1, AlexNet", False, 4),
}


def column(key: str) -> ScoreColumn:
    """``rgb8/psnr`` and the like."""
    protocol, metric = key.split("/")
    description, higher_is_better, decimals = COLUMNS[metric]
    return ScoreColumn(key, metric, protocol, description, higher_is_better, decimals)


def scores_of(
    method: str, key: str, values: Iterable[float], data_set: str = "set5"
) -> list[ScoreRow]:
    """Rows of images ``0``, ``1``, ... with one score each."""
    return [ScoreRow(data_set, str(i), method, {key: value}) for i, value in enumerate(values)]


def evaluation_of(
    rows: Iterable[ScoreRow], costs: Mapping[str, Mapping[str, float]] | None = None
) -> Evaluation:
    """An evaluation of these rows; ``bicubic`` is bicubic, every other method a network."""
    merged: dict[tuple[str, str, str], ScoreRow] = {}
    for row in rows:
        place = (row.set, row.name, row.method)
        old = merged.get(place)
        scores = {**(old.scores if old else {}), **row.scores}
        merged[place] = ScoreRow(*place, scores, row.problem or (old.problem if old else None))
    rows = tuple(merged.values())
    keys = dict.fromkeys(key for row in rows for key in row.scores)
    methods = tuple(
        MethodRecord(
            name,
            "bicubic" if name == "bicubic" else "network",
            "" if name == "bicubic" else f"{name}.pth",
            (costs or {}).get(name, {}),
        )
        for name in dict.fromkeys(row.method for row in rows)
    )
    protocols = {key.split("/")[0]: LABELS[key.split("/")[0]] for key in keys}
    columns = tuple(column(key) for key in keys)
    return Evaluation(columns, methods, rows, {}, {"experiment": "demo"}, protocols)


def write_folder(evaluation: Evaluation, folder: Path) -> None:
    """Write the files of an evaluation."""
    write_evaluation(evaluation, summarize(evaluation), folder)
