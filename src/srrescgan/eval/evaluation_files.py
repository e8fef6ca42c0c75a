"""The files of an evaluation: written completely or not at all, and read back unchanged."""

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from srrescgan.errors import DataError
from srrescgan.eval.evaluation import Evaluation, MethodRecord, ScoreColumn, ScoreRow
from srrescgan.eval.render import latex, markdown
from srrescgan.eval.statistics import INTERVAL_METHOD, Estimate
from srrescgan.eval.summary import Summary
from srrescgan.eval.text_table import TextTable
from srrescgan.files import plain, replacing

SUMMARY = "metrics.json"
PER_IMAGE = "per_image.csv"
_FORMAT = 1
_FIELDS = ("set", "name", "method", "problem")
_MADE_BY = "python -m srrescgan.eval writes such a folder"


def write_evaluation(evaluation: Evaluation, summary: Summary, folder: Path) -> None:
    """Write ``per_image.csv`` and ``metrics.json``; neither if one of them cannot be written.

    The CSV file has one line per image and method and one column per :attr:`ScoreColumn.key`; an
    undefined score is empty, an infinite one is ``inf``. The JSON file is strict: infinity is the
    text ``inf``, a value that does not exist is ``null``.

    Args:
        evaluation: the scores.
        summary: the means of the same evaluation.
        folder: where the files go.
    """
    numbers = json.dumps(_content(evaluation, summary), indent=2, allow_nan=False) + "\n"
    rows = _csv_text(evaluation)
    with replacing(folder / PER_IMAGE) as csv_file, replacing(folder / SUMMARY) as json_file:
        csv_file.write_text(rows, encoding="utf-8", newline="")
        json_file.write_text(numbers, encoding="utf-8", newline="")


def read_evaluation(folder: Path) -> Evaluation:
    """Read what :func:`write_evaluation` wrote; equal to what was written.

    Raises:
        DataError: files are missing, are not those of an evaluation, or do not belong together.
    """
    content = _read_content(folder / SUMMARY)
    try:
        columns = tuple(_column(key, entry) for key, entry in content["columns"].items())
        methods = tuple(_method(entry) for entry in content["contestants"])
        unavailable = dict(content["unavailable"])
        about, protocols = dict(content["about"]), dict(content["protocols"])
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise DataError(f"{folder / SUMMARY}: damaged ({error!r}); {_MADE_BY}") from error
    rows = tuple(_read_rows(folder / PER_IMAGE, columns, [method.name for method in methods]))
    return Evaluation(columns, methods, rows, unavailable, about, protocols)


def write_tables(tables: Iterable[TextTable], folder: Path, name: str = "tables") -> None:
    """Write ``<name>.md`` and ``<name>.tex``."""
    tables = list(tables)
    with replacing(folder / f"{name}.md") as text, replacing(folder / f"{name}.tex") as paper:
        text.write_text(markdown(tables), encoding="utf-8")
        paper.write_text(latex(tables), encoding="utf-8")


def json_number(value: float | None) -> float | str | None:
    """A number for a JSON file, which has no infinity: it becomes the text ``inf``."""
    return value if value is None or math.isfinite(value) else str(value)


def estimate_content(estimate: Estimate) -> dict[str, Any]:
    """An estimate for a JSON file."""
    return {
        "mean": json_number(estimate.mean),
        "low": json_number(estimate.low),
        "high": json_number(estimate.high),
        "images": estimate.images,
    }


def _content(evaluation: Evaluation, summary: Summary) -> dict[str, Any]:
    keys = {column.key for column in evaluation.columns}
    protocols = dict.fromkeys([*evaluation.protocols, *(c.protocol for c in evaluation.columns)])
    missing = {f"{p}/{metric}": None for p in protocols for metric in evaluation.unavailable}
    sets: dict[str, dict[str, Any]] = {}
    for row in summary:
        scores = {key: estimate_content(estimate) for key, estimate in row.estimates.items()}
        sets.setdefault(row.set, {})[row.method] = {
            "images": row.images,
            "not_scored": row.images - row.scored,
            "scores": scores | {key: None for key in missing if key not in keys},
        }
    return {
        "format": _FORMAT,
        "about": plain(evaluation.about),
        "protocols": dict(evaluation.protocols),
        "columns": {column.key: _column_content(column) for column in evaluation.columns},
        "contestants": [_method_content(method) for method in evaluation.methods],
        "interval": INTERVAL_METHOD,
        "sets": sets,
        "problems": [
            {field: getattr(row, field) for field in _FIELDS} for row in evaluation.problems
        ],
        "unavailable": dict(evaluation.unavailable),
    }


def _column_content(column: ScoreColumn) -> dict[str, Any]:
    return {
        "metric": column.metric,
        "protocol": column.protocol,
        "what": column.description,
        "higher_is_better": column.higher_is_better,
        "decimals": column.decimals,
    }


def _column(key: str, entry: Mapping[str, Any]) -> ScoreColumn:
    return ScoreColumn(
        key,
        entry["metric"],
        entry["protocol"],
        entry["what"],
        entry["higher_is_better"],
        entry["decimals"],
    )


def _method_content(method: MethodRecord) -> dict[str, Any]:
    return {
        "name": method.name,
        "kind": method.kind,
        "source": method.source,
        "cost": {key: json_number(value) for key, value in method.cost.items()},
    }


def _method(entry: Mapping[str, Any]) -> MethodRecord:
    cost = {key: float(value) for key, value in entry["cost"].items()}
    return MethodRecord(entry["name"], entry["kind"], entry["source"], cost)


def _csv_text(evaluation: Evaluation) -> str:
    keys = [column.key for column in evaluation.columns]
    buffer = io.StringIO(newline="")
    writer = csv.writer(
        buffer
    )  # CRLF line ends: otherwise a lone carriage return would not be quoted
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


def _read_rows(
    path: Path, columns: Iterable[ScoreColumn], methods: Iterable[str]
) -> Iterable[ScoreRow]:
    keys, known = [column.key for column in columns], set(methods)
    try:
        # Not read_text(), which would turn a carriage return within a name into a line feed.
        with path.open(encoding="utf-8", newline="") as file:
            header, *lines = csv.reader(file)
    except FileNotFoundError as error:
        raise DataError(f"{path}: not there, while {SUMMARY} is; {_MADE_BY}") from error
    except (OSError, ValueError, csv.Error) as error:
        raise DataError(f"{path}: cannot be read ({error}); {_MADE_BY}") from error
    if header != [*_FIELDS, *keys]:
        raise DataError(
            f"{path}: its columns ({', '.join(header)}) are not those of {SUMMARY}"
            f" ({', '.join([*_FIELDS, *keys])}): the two files are not of the same evaluation"
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
        yield ScoreRow(data_set, name, method, scores, problem or None)


def _score(cell: str, where: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if math.isnan(value):
        raise DataError(f"{where}: {cell!r} is not a score; expected a number, inf or nothing")
    return value
