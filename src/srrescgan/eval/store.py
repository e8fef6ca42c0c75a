"""An evaluation as files: written whole or not at all, and read back as it was."""

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from srrescgan.errors import DataError
from srrescgan.eval.columns import Column
from srrescgan.eval.grid import Grid
from srrescgan.eval.render import latex, markdown
from srrescgan.eval.results import Contestant, Evaluation, Row
from srrescgan.eval.statistics import METHOD, Estimate
from srrescgan.eval.summary import summarise
from srrescgan.files import plain, replacing

SUMMARY = "metrics.json"
PER_IMAGE = "per_image.csv"
_FORMAT = 1
_FIELDS = ("set", "name", "method", "problem")
_MADE_BY = "python -m srrescgan.eval writes such a folder"


def write(evaluation: Evaluation, folder: Path) -> None:
    """Write ``per_image.csv`` and ``metrics.json``; neither is there if one cannot be written.

    The CSV file has one line per image and method and one column per :attr:`Column.key`; an
    undefined score is empty, an infinite one is ``inf``. The JSON file is strict: what is infinite
    there is the text ``inf``, what could not be had is ``null``.
    """
    summary = json.dumps(_content(evaluation), indent=2, allow_nan=False) + "\n"
    rows = _csv_text(evaluation)
    with replacing(folder / PER_IMAGE) as table, replacing(folder / SUMMARY) as numbers:
        table.write_text(rows, encoding="utf-8", newline="")
        numbers.write_text(summary, encoding="utf-8", newline="")


def read(folder: Path) -> Evaluation:
    """Read what :func:`write` wrote; equal to what was written.

    Raises:
        DataError: files are missing, are not those of an evaluation, or do not belong together.
    """
    content = _read_content(folder / SUMMARY)
    try:
        columns = tuple(
            Column(key=key, **described) for key, described in content["columns"].items()
        )
        contestants = tuple(_contestant(entry) for entry in content["contestants"])
        unavailable = dict(content["unavailable"])
        about, protocols = dict(content["about"]), dict(content["protocols"])
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise DataError(f"{folder / SUMMARY}: damaged ({error!r}); {_MADE_BY}") from error
    rows = tuple(_read_rows(folder / PER_IMAGE, columns, [c.name for c in contestants]))
    return Evaluation(columns, contestants, rows, unavailable, about, protocols)


def write_tables(grids: Iterable[Grid], folder: Path, name: str = "tables") -> None:
    """Write ``<name>.md`` and ``<name>.tex``."""
    grids = list(grids)
    with replacing(folder / f"{name}.md") as text, replacing(folder / f"{name}.tex") as paper:
        text.write_text(markdown(grids), encoding="utf-8")
        paper.write_text(latex(grids), encoding="utf-8")


def json_number(value: float | None) -> float | str | None:
    """JSON has no infinity: the PSNR of identical images is the text ``inf``."""
    return value if value is None or math.isfinite(value) else str(value)


def estimate_content(found: Estimate) -> dict[str, Any]:
    """An estimate for a JSON file."""
    return {
        "mean": json_number(found.mean),
        "low": json_number(found.low),
        "high": json_number(found.high),
        "images": found.images,
    }


def _content(evaluation: Evaluation) -> dict[str, Any]:
    keys = {column.key for column in evaluation.columns}
    protocols = dict.fromkeys([*evaluation.protocols, *(c.protocol for c in evaluation.columns)])
    missing = {f"{p}/{metric}": None for p in protocols for metric in evaluation.unavailable}
    sets: dict[str, dict[str, Any]] = {}
    for line in summarise(evaluation):
        scores = {key: estimate_content(found) for key, found in line.estimates.items()}
        sets.setdefault(line.set, {})[line.method] = {
            "images": line.images,
            "not_scored": line.images - line.scored,
            "scores": scores | {key: None for key in missing if key not in keys},
        }
    return {
        "format": _FORMAT,
        "about": plain(evaluation.about),
        "protocols": dict(evaluation.protocols),
        "columns": {
            column.key: {name: value for name, value in vars(column).items() if name != "key"}
            for column in evaluation.columns
        },
        "contestants": [
            vars(contestant) | {"cost": {k: json_number(v) for k, v in contestant.cost.items()}}
            for contestant in evaluation.contestants
        ],
        "interval": METHOD,
        "sets": sets,
        "problems": [
            {field: getattr(row, field) for field in _FIELDS} for row in evaluation.problems
        ],
        "unavailable": dict(evaluation.unavailable),
    }


def _csv_text(evaluation: Evaluation) -> str:
    keys = [column.key for column in evaluation.columns]
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)  # with CRLF, or a lone carriage return would not be quoted
    writer.writerow([*_FIELDS, *keys])
    for row in evaluation.rows:
        scores = [repr(float(row.scores[key])) if key in row.scores else "" for key in keys]
        writer.writerow([row.set, row.name, row.method, row.problem or "", *scores])
    return buffer.getvalue()


def _read_content(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DataError(f"{path}: not there; {_MADE_BY}") from error
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read ({error}); {_MADE_BY}") from error
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise DataError(
            f"{path}: not an evaluation of this version (format {_FORMAT}); evaluate again"
        )
    return content


def _contestant(entry: Mapping[str, Any]) -> Contestant:
    cost = {key: float(value) for key, value in entry["cost"].items()}
    return Contestant(entry["name"], entry["kind"], entry["source"], cost)


def _read_rows(path: Path, columns: Iterable[Column], methods: Iterable[str]) -> Iterable[Row]:
    keys, known = [column.key for column in columns], set(methods)
    try:
        # Not read_text(): it would turn a carriage return within a name into a line feed.
        with path.open(encoding="utf-8", newline="") as file:
            header, *lines = csv.reader(file)
    except FileNotFoundError as error:
        raise DataError(f"{path}: not there, while {SUMMARY} is; {_MADE_BY}") from error
    except (OSError, ValueError, csv.Error) as error:
        raise DataError(f"{path}: cannot be read ({error}); {_MADE_BY}") from error
    if header != [*_FIELDS, *keys]:
        raise DataError(
            f"{path}: its columns ({', '.join(header)}) are not those of {SUMMARY}"
            f" ({', '.join([*_FIELDS, *keys])}): the two are not of the same evaluation"
        )
    for index, line in enumerate(lines, start=2):
        where = f"{path}: row {index}"
        if len(line) != len(header):
            raise DataError(f"{where} has {len(line)} cells, expected {len(header)}")
        data_set, name, method, problem, *cells = line
        if method not in known:
            raise DataError(f"{where}: no method {method!r} in {SUMMARY}")
        scores = {
            k: _score(cell, f"{where}, {k}") for k, cell in zip(keys, cells, strict=True) if cell
        }
        yield Row(data_set, name, method, scores, problem or None)


def _score(cell: str, where: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if math.isnan(value):
        raise DataError(f"{where}: {cell!r} is not a score; expected a number, inf or nothing")
    return value
