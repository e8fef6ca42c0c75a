"""Tables for the terminal, for Markdown and for LaTeX."""

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from srrescgan.eval.grid import Cell, Grid, Heading, common_notes

_WIDEST = 20  # characters that a column keeps however narrow the terminal is
_STYLES = {0: "", 1: "bold", 2: "underline"}
_MARKDOWN_MARKS = {0: "{}", 1: "**{}**", 2: "<ins>{}</ins>"}
_LATEX_MARKS = {0: "{}", 1: r"\textbf{{{}}}", 2: r"\underline{{{}}}"}
_LATEX = str.maketrans(
    {character: f"\\{character}" for character in "&%$#_{}"}
    | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    | {"<": "$<$", ">": "$>$", "|": "$|$", "↑": r"$\uparrow$", "↓": r"$\downarrow$"}
    | {"∞": r"$\infty$", "×": r"$\times$", "±": r"$\pm$", "σ": r"$\sigma$", "≤": r"$\leq$"}
)


def terminal(console: Console, grids: Sequence[Grid]) -> None:
    """Print tables and their notes: the best in bold, the second underlined."""
    tables, notes = common_notes(grids)
    for grid in tables:
        _terminal(console, grid)
    for note in notes:
        console.print(Text(note))


def markdown(grids: Sequence[Grid]) -> str:
    """As GitHub shows it: the best in bold, the second underlined."""
    tables, notes = common_notes(grids)
    common = [line for note in notes for line in (markdown_text(note), "")]
    return "\n".join([*map(_markdown, tables), *common])


def latex(grids: Sequence[Grid]) -> str:
    """Floats for a paper that loads ``booktabs``: the best in bold, the second underlined."""
    return "\n".join(_latex(grid) for grid in grids)


def _terminal(console: Console, grid: Grid) -> None:
    table = Table()
    for index, heading in enumerate(grid.headings):
        text = Text("\n".join(filter(None, (heading.group, heading.text))))
        justify: Literal["left", "right"] = "right" if heading.numeric else "left"
        # Narrow terminals break headings and intervals, never names and numbers.
        words = [word for line in grid.lines for word in line[index].text.split()]
        width = max(map(len, words), default=1)
        table.add_column(text, justify=justify, overflow="fold", min_width=min(width, _WIDEST))
    for line in grid.lines:
        table.add_row(*(_terminal_cell(cell) for cell in line))
    console.print(Text(grid.caption))
    console.print(table)
    for note in grid.notes:
        console.print(Text(note))


def latex_text(text: str) -> str:
    """Text with the characters that LaTeX would take for commands made harmless."""
    escaped = " ".join(text.split()).translate(_LATEX)
    return re.sub(r"(?<![\w-])-(?=\d|\$\\infty)", "$-$", escaped)


def markdown_text(text: str) -> str:
    """Text for one cell or line, with the characters that Markdown would take made harmless."""
    return re.sub(r"([\\|*_<`])", r"\\\1", " ".join(text.split()))


def _terminal_cell(cell: Cell) -> Text:
    text = Text(cell.text, style=_STYLES[cell.place])
    return text.append(f"\n{cell.detail}", style="not bold not underline") if cell.detail else text


def _markdown(grid: Grid) -> str:
    headings = ["/".join(filter(None, (h.group, h.text))) for h in grid.headings]
    rows = [
        [markdown_text(heading) for heading in headings],
        ["---:" if heading.numeric else "---" for heading in grid.headings],
        *([_marked(cell, markdown_text, _MARKDOWN_MARKS) for cell in line] for line in grid.lines),
    ]
    table = [f"| {' | '.join(row)} |" for row in rows]
    notes = [line for note in grid.notes for line in (markdown_text(note), "")]
    return "\n".join([markdown_text(grid.caption), "", *table, "", *notes])


def _latex(grid: Grid) -> str:
    spec = "".join("r" if heading.numeric else "l" for heading in grid.headings)
    notes = [rf"\par\smallskip\footnotesize {latex_text(note)}" for note in grid.notes]
    lines = [
        " & ".join(_marked(cell, latex_text, _LATEX_MARKS) for cell in line) for line in grid.lines
    ]
    return "\n".join(
        [
            r"\begin{table}[t]",
            r"\centering",
            rf"\caption{{{latex_text(grid.caption)}}}",
            rf"\begin{{tabular}}{{{spec}}}",
            r"\toprule",
            *_latex_groups(grid.headings),
            " & ".join(latex_text(heading.text) for heading in grid.headings) + r" \\",
            r"\midrule",
            *(rf"{line} \\" for line in lines),
            r"\bottomrule",
            r"\end{tabular}",
            *notes,
            r"\end{table}",
            "",
        ]
    )


def _latex_groups(headings: Iterable[Heading]) -> list[str]:
    cells, rules, column = [], [], 1
    for group, members in groupby(headings, key=lambda heading: heading.group):
        count = len(list(members))
        if group:
            cells.append(rf"\multicolumn{{{count}}}{{c}}{{{latex_text(group)}}}")
            rules.append(rf"\cmidrule(lr){{{column}-{column + count - 1}}}")
        else:
            cells += [""] * count
        column += count
    return [" & ".join(cells) + r" \\", " ".join(rules)] if rules else []


def _marked(cell: Cell, escape: Callable[[str], str], marks: dict[int, str]) -> str:
    text = marks[cell.place].format(escape(cell.text))
    return f"{text} {escape(cell.detail)}" if cell.detail else text
