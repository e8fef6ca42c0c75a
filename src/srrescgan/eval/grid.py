"""A table before it becomes text."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Heading:
    """Of a column of a table.

    Attributes:
        text: such as ``psnr ↑``.
        group: what neighbouring columns share, such as the protocol; empty for none.
        numeric: whether the column's cells are set to the right.
    """

    text: str
    group: str = ""
    numeric: bool = True


@dataclass(frozen=True)
class Cell:
    """One number or word.

    Attributes:
        text: what is shown.
        detail: what is shown less prominently behind it, such as an interval.
        place: 1 for the best of the column, 2 for the second, else 0.
    """

    text: str
    detail: str = ""
    place: int = 0


@dataclass(frozen=True)
class Grid:
    """A table with everything that is needed to understand its numbers."""

    caption: str
    headings: tuple[Heading, ...]
    lines: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()


def common_notes(grids: Sequence[Grid]) -> tuple[list[Grid], list[str]]:
    """Take out the notes that several tables share, so that each can be said once, at the end."""
    counts = Counter(note for grid in grids for note in dict.fromkeys(grid.notes))
    own = [replace(g, notes=tuple(n for n in g.notes if counts[n] == 1)) for g in grids]
    return own, [note for note, count in counts.items() if count > 1]


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

    Numbers that look equal are equal. Where there is nothing to choose between, there is no best.

    Args:
        values: of one column; ``None`` does not compete.
        higher_is_better: direction of the column.
        decimals: digits that are shown.

    Example:
        >>> places([1.001, 1.002, 3.0, None, 2.0], higher_is_better=False, decimals=2)
        [1, 1, 0, 0, 2]
    """
    rounded = [None if value is None else round(value, decimals) for value in values]
    ranked = sorted({value for value in rounded if value is not None}, reverse=higher_is_better)
    if len(ranked) < 2:
        return [0] * len(rounded)
    return [ranked.index(v) + 1 if v is not None and v in ranked[:2] else 0 for v in rounded]
