"""What an evaluation leaves behind in its folder."""

from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

from rich.console import Console

from srrescgan.eval import render, store
from srrescgan.eval.contact_sheet import contact_sheet
from srrescgan.eval.exhibit import Exhibit, Shown
from srrescgan.eval.page import write_page
from srrescgan.eval.ranking import Ranking, ranking_content, ranking_table
from srrescgan.eval.results import Evaluation
from srrescgan.eval.scoring import Scored
from srrescgan.eval.tables import score_tables
from srrescgan.files import write_json
from srrescgan.images import to_uint8, write_png

_SHEET_ROWS = 6
_SHEET_COLUMNS = 3
_SHEET_FIRST = ("psnr", "ssim", "lpips")
_OPTIONAL = ("comparison.html", "contact_sheet.png", "published.json")


def shown(scored: Scored) -> Shown | None:
    """An image as the comparison page takes it; ``None`` where there is nothing to look at.

    A method that failed, or made a picture of another size than the first one, is left out.
    """
    if "lr" not in scored.pictures:  # it could not be read
        return None
    pictures = {name: to_uint8(picture) for name, picture in scored.pictures.items()}
    lr, hr = pictures.pop("lr"), pictures.pop("hr", None)
    if not pictures:
        return None
    size = next(iter(pictures.values())).shape if hr is None else hr.shape
    made = {name: picture for name, picture in pictures.items() if picture.shape == size}
    scale = size[0] // lr.shape[0]
    if not made or size != (lr.shape[0] * scale, lr.shape[1] * scale, 3):
        return None
    scores = {row.method: row.scores for row in scored.rows}
    return Shown(scored.set, scored.name, lr, made, scores, hr)


def save_pictures(scored: Scored, folder: Path) -> None:
    """Write ``images/<set>/<method>/<name>.png`` of every method."""
    for row in scored.rows:
        if row.method in scored.pictures:
            path = folder / "images" / scored.set / row.method / f"{scored.name}.png"
            write_png(path, to_uint8(scored.pictures[row.method]))


def write_all(
    evaluation: Evaluation,
    rankings: Sequence[Ranking],
    exhibits: Sequence[Exhibit],
    judged: str,
    folder: Path,
) -> list[Path]:
    """Write numbers, tables, the comparison page and the contact sheet.

    Args:
        evaluation: what was measured.
        rankings: published tables with measured rows in them.
        exhibits: images to look at; none: no page and no sheet.
        judged: the method that page and sheet begin with.
        folder: where they go.

    Returns:
        The files, the ones to open first at the head.
    """
    for name in _OPTIONAL:  # of an earlier evaluation: they would not belong to these numbers
        (folder / name).unlink(missing_ok=True)
    store.write(evaluation, folder)
    grids = [*score_tables(evaluation), *map(ranking_table, rankings)]
    store.write_tables(grids, folder)
    files = [folder / name for name in ("tables.md", "tables.tex", store.SUMMARY, store.PER_IMAGE)]
    if rankings:
        contents = [ranking_content(ranking) for ranking in rankings]
        write_json({"rankings": contents}, folder / "published.json")
        files.append(folder / "published.json")
    if exhibits:
        title = f"{evaluation.about.get('experiment') or 'Evaluation'}: methods side by side"
        write_page(folder / "comparison.html", title, evaluation, exhibits, judged)
        methods = [contestant.name for contestant in evaluation.contestants]
        first = [c for c in evaluation.columns if c.protocol == evaluation.columns[0].protocol]
        usual = sorted(first, key=lambda column: column.metric not in _SHEET_FIRST)
        columns = usual[:_SHEET_COLUMNS]
        sheet = contact_sheet(_by_turns(exhibits)[:_SHEET_ROWS], methods, columns, judged)
        write_png(folder / "contact_sheet.png", sheet)
        files = [folder / "comparison.html", folder / "contact_sheet.png", *files]
    return files


def _by_turns(exhibits: Sequence[Exhibit]) -> list[Exhibit]:
    """The worst of every set, then the second worst of every set, and so on."""
    sets: dict[str, list[Exhibit]] = {}
    for exhibit in exhibits:
        sets.setdefault(exhibit.set, []).append(exhibit)
    return [each for turn in zip_longest(*sets.values()) for each in turn if each is not None]


def print_all(
    evaluation: Evaluation, rankings: Sequence[Ranking], files: Sequence[Path], console: Console
) -> None:
    """Print every table, what went wrong, and where the files are."""
    grids = [*score_tables(evaluation, intervals=False), *map(ranking_table, rankings)]
    render.terminal(console, grids)
    for row in evaluation.problems:
        console.print(f"{row.set}/{row.name}, {row.method}: {row.problem}", soft_wrap=True)
    for file in files:
        console.print(str(file), soft_wrap=True)
