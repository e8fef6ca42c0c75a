"""A table of texts, before it is written for the terminal, Markdown or LaTeX."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Heading:
    """The heading of a column.

    Attributes:
        text: such as ``psnr ↑``.
        group: heading shared with neighboring columns, such as the protocol; empty for none.
        numeric: whether the column's cells are aligned right.
    """

    text: str
    group: str = ""
    numeric: bool = True


@dataclass(frozen=True)
class Cell:
    """One number or word.

    Attributes:
        text: the value.
        detail: less prominent text after the value, such as an interval.
        place: 1 for the best of the column, 2 for the second, else 0.
    """

    text: str
    detail: str = ""
    place: int = 0


@dataclass(frozen=True)
class TextTable:
    """A table with everything needed to understand its numbers."""

    caption: str
    headings: tuple[Heading, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()


def common_notes(tables: Sequence[TextTable]) -> tuple[list[TextTable], list[str]]:
    """Separate the notes that several tables share, to print each of them once, at the end."""
    counts = Counter(note for table in tables for note in dict.fromkeys(table.notes))
    remaining = [replace(t, notes=tuple(n for n in t.notes if counts[n] == 1)) for t in tables]
    return remaining, [note for note, count in counts.items() if count > 1]


def number(value: float | None, decimals: int, sign: bool = False) -> str:
    """A number as tables show it: ``-`` for none, ``∞`` for infinity.

    Example:
        >>> number(3.14159, 2), number(3.14159, 2, sign=True), number(None, 2), number(-1e-9, 2)
        ('3.14', '+3.14', '-', '0.00')
    """
    if value is None:
        return "-"
    if value in (float("inf"), float("-inf")):
        return ("+" if sign and value > 0 else "-" if value < 0 else "") + "∞"
    rounded = round(value, decimals) + 0.0  # no minus zero
    return f"{rounded:{'+' if sign and rounded else ''}.{decimals}f}"


def places(values: Sequence[float | None], higher_is_better: bool, decimals: int) -> list[int]:
    """1 for the best values, 2 for the second best, else 0.

    Numbers that look equal share a place. If all values are equal, none is the best.

    Args:
        values: of one column; ``None`` does not compete.
        higher_is_better: direction of the column.
        decimals: decimal places that the table shows.

    Example:
        >>> places([1.001, 1.002, 3.0, None, 2.0], higher_is_better=False, decimals=2)
        [1, 1, 0, 0, 2]
    """
    rounded = [None if value is None else round(value, decimals) for value in values]
    ranked = sorted({value for value in rounded if value is not None}, reverse=higher_is_better)
    if len(ranked) < 2:
        return [0] * len(rounded)
    return [ranked.index(v) + 1 if v is not None and v in ranked[:2] else 0 for v in rounded]
