"""Tables as text: for the terminal, for Markdown and for LaTeX."""

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from srrescgan.eval.text_table import Cell, Heading, TextTable, common_notes

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


def terminal(console: Console, tables: Sequence[TextTable]) -> None:
    """Print tables and their notes: the best in bold, the second underlined."""
    tables, shared_notes = common_notes(tables)
    for table in tables:
        console.print(Text(table.caption))
        console.print(terminal_table(table.headings, table.rows))
        for note in table.notes:
            console.print(Text(note))
    for note in shared_notes:
        console.print(Text(note))


def terminal_table(
    columns: Sequence[Heading], rows: Sequence[Sequence[Cell]], title: str = ""
) -> Table:
    """A table for a rich console; names and numbers are never broken, however narrow it is.

    Args:
        columns: one heading per column.
        rows: one cell per column each.
        title: a line above the table; empty for none.
    """
    table = Table(title=Text(title) if title else None, title_justify="left")
    for index, heading in enumerate(columns):
        text = Text("\n".join(filter(None, (heading.group, heading.text))))
        justify: Literal["left", "right"] = "right" if heading.numeric else "left"
        # Narrow terminals break headings and intervals, never names and numbers.
        words = [word for row in rows for word in row[index].text.split()]
        width = max(map(len, words), default=1)
        table.add_column(text, justify=justify, overflow="fold", min_width=min(width, _WIDEST))
    for row in rows:
        table.add_row(*(_terminal_cell(cell) for cell in row))
    return table


def _terminal_cell(cell: Cell) -> Text:
    text = Text(cell.text, style=_STYLES[cell.place])
    return text.append(f"\n{cell.detail}", style="not bold not underline") if cell.detail else text


def markdown(tables: Sequence[TextTable]) -> str:
    """Tables in GitHub's Markdown: the best in bold, the second underlined."""
    tables, shared_notes = common_notes(tables)
    common = [line for note in shared_notes for line in (markdown_text(note), "")]
    return "\n".join([*map(_markdown, tables), *common])


def markdown_text(text: str) -> str:
    """Escape the characters that Markdown would interpret, for one cell or line."""
    return re.sub(r"([\\|*_<`])", r"\\\1", " ".join(text.split()))


def _markdown(table: TextTable) -> str:
    headings = ["/".join(filter(None, (h.group, h.text))) for h in table.headings]
    rows = [
        [markdown_text(heading) for heading in headings],
        ["---:" if heading.numeric else "---" for heading in table.headings],
        *([_marked(cell, markdown_text, _MARKDOWN_MARKS) for cell in row] for row in table.rows),
    ]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    notes = [line for note in table.notes for line in (markdown_text(note), "")]
    return "\n".join([markdown_text(table.caption), "", *lines, "", *notes])


def latex(tables: Sequence[TextTable]) -> str:
    """Floats for a paper that loads ``booktabs``: the best in bold, the second underlined."""
    return "\n".join(_latex(table) for table in tables)


def latex_text(text: str) -> str:
    """Escape the characters that LaTeX would interpret."""
    escaped = " ".join(text.split()).translate(_LATEX)
    return re.sub(r"(?<![\w-])-(?=\d|\$\\infty)", "$-$", escaped)


def _latex(table: TextTable) -> str:
    spec = "".join("r" if heading.numeric else "l" for heading in table.headings)
    notes = [rf"\par\smallskip\footnotesize {latex_text(note)}" for note in table.notes]
    lines = [
        " & ".join(_marked(cell, latex_text, _LATEX_MARKS) for cell in row) for row in table.rows
    ]
    return "\n".join(
        [
            r"\begin{table}[t]",
            r"\centering",
            rf"\caption{{{latex_text(table.caption)}}}",
            rf"\begin{{tabular}}{{{spec}}}",
            r"\toprule",
            *_latex_groups(table.headings),
            " & ".join(latex_text(heading.text) for heading in table.headings) + r" \\",
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
