"""The output folder and the printout of an evaluation."""

from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

from rich.console import Console

from srrescgan.eval import evaluation_files as files
from srrescgan.eval import render
from srrescgan.eval.comparison_item import ComparisonItem, ImageResult
from srrescgan.eval.contact_sheet import contact_sheet
from srrescgan.eval.evaluation import Evaluation
from srrescgan.eval.page import write_page
from srrescgan.eval.ranking import Ranking, ranking_content, ranking_table
from srrescgan.eval.score_tables import score_tables
from srrescgan.eval.scoring import ScoredImage
from srrescgan.eval.summary import Summary
from srrescgan.files import write_json
from srrescgan.images import to_uint8, write_png

_SHEET_ROWS = 6
_SHEET_COLUMNS = 3
_SHEET_FIRST = ("psnr", "ssim", "lpips")
_OPTIONAL = ("comparison.html", "contact_sheet.png", "published.json")


def image_result(scored: ScoredImage) -> ImageResult | None:
    """Convert an image for the comparison page; ``None`` if there is nothing to compare.

    Outputs of another size than hr are left out; without hr, those of another size than the first.
    """
    if "lr" not in scored.pictures:  # the image was unreadable
        return None
    pictures = {name: to_uint8(picture) for name, picture in scored.pictures.items()}
    lr, hr = pictures.pop("lr"), pictures.pop("hr", None)
    if not pictures:
        return None
    size = next(iter(pictures.values())).shape if hr is None else hr.shape
    outputs = {name: picture for name, picture in pictures.items() if picture.shape == size}
    scale = size[0] // lr.shape[0]
    if not outputs or size != (lr.shape[0] * scale, lr.shape[1] * scale, 3):
        return None
    scores = {row.method: row.scores for row in scored.rows}
    return ImageResult(scored.set, scored.name, lr, outputs, scores, hr)


def save_pictures(scored: ScoredImage, folder: Path) -> None:
    """Write ``images/<set>/<method>/<name>.png`` for every method."""
    for row in scored.rows:
        if row.method in scored.pictures:
            path = folder / "images" / scored.set / row.method / f"{scored.name}.png"
            write_png(path, to_uint8(scored.pictures[row.method]))


def write_all(
    evaluation: Evaluation,
    summary: Summary,
    rankings: Sequence[Ranking],
    items: Sequence[ComparisonItem],
    reference_method: str,
    folder: Path,
) -> list[Path]:
    """Write numbers, tables, the comparison page and the contact sheet.

    Args:
        evaluation: the scores.
        summary: the means of the same evaluation.
        rankings: published tables with measured rows.
        items: images to compare; if there are none, page and contact sheet are not written.
        reference_method: the method that page and contact sheet show first.
        folder: where the files go.

    Returns:
        The files, those to open first at the start.
    """
    for name in _OPTIONAL:  # those of an earlier evaluation do not belong to these numbers
        (folder / name).unlink(missing_ok=True)
    files.write_evaluation(evaluation, summary, folder)
    tables = [*score_tables(evaluation, summary), *map(ranking_table, rankings)]
    files.write_tables(tables, folder)
    names = ["tables.md", "tables.tex", files.SUMMARY, files.PER_IMAGE]
    if rankings:
        contents = [ranking_content(ranking) for ranking in rankings]
        write_json({"rankings": contents}, folder / "published.json")
        names.append("published.json")
    if items:
        title = f"{evaluation.about.get('experiment') or 'Evaluation'}: methods side by side"
        page = folder / "comparison.html"
        write_page(page, title, evaluation, summary, items, reference_method)
        _write_contact_sheet(folder / "contact_sheet.png", evaluation, items, reference_method)
        names = ["comparison.html", "contact_sheet.png", *names]
    return [folder / name for name in names]


def _write_contact_sheet(
    path: Path, evaluation: Evaluation, items: Sequence[ComparisonItem], reference_method: str
) -> None:
    methods = [method.name for method in evaluation.methods]
    first = [c for c in evaluation.columns if c.protocol == evaluation.columns[0].protocol]
    columns = sorted(first, key=lambda column: column.metric not in _SHEET_FIRST)[:_SHEET_COLUMNS]
    rows = _alternating_sets(items)[:_SHEET_ROWS]
    write_png(path, contact_sheet(rows, methods, columns, reference_method))


def _alternating_sets(items: Sequence[ComparisonItem]) -> list[ComparisonItem]:
    """The worst of every set, then the second worst of every set, and so on."""
    sets: dict[str, list[ComparisonItem]] = {}
    for item in items:
        sets.setdefault(item.set, []).append(item)
    return [item for turn in zip_longest(*sets.values()) for item in turn if item is not None]


def print_all(
    evaluation: Evaluation,
    summary: Summary,
    rankings: Sequence[Ranking],
    written: Sequence[Path],
    console: Console,
) -> None:
    """Print every table, every problem, and the paths of the files."""
    tables = [*score_tables(evaluation, summary, intervals=False), *map(ranking_table, rankings)]
    render.terminal(console, tables)
    for row in evaluation.problems:
        console.print(f"{row.set}/{row.name}, {row.method}: {row.problem}", soft_wrap=True)
    for path in written:
        console.print(str(path), soft_wrap=True)
