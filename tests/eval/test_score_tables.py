"""Tables show every number with what it means, and can be read back."""

import io
import json
import math
import re
from dataclasses import replace

import pytest
from evaluations import evaluation_of, scores_of
from rich.console import Console

from srrescgan.eval.evaluation import Evaluation, ScoreRow
from srrescgan.eval.render import latex, latex_text, markdown, terminal, terminal_table
from srrescgan.eval.score_tables import score_tables
from srrescgan.eval.summary import summarize
from srrescgan.eval.text_table import Cell, Heading, TextTable


def tables_of(evaluation: Evaluation, intervals: bool = True) -> list[TextTable]:
    return score_tables(evaluation, summarize(evaluation), intervals)


@pytest.fixture
def three() -> Evaluation:
    rows = [
        *scores_of("bicubic", "rgb8/psnr", [20.0, 22.0]),
        *scores_of("bicubic", "rgb8/lpips", [0.5, 0.7]),
        *scores_of("bicubic", "y4/psnr", [24.0, 24.0]),
        *scores_of("sr", "rgb8/psnr", [24.0, 25.0]),
        *scores_of("sr", "rgb8/lpips", [0.3, 0.3]),
        *scores_of("sr", "y4/psnr", [25.0, 26.0]),
        *scores_of("sr_x|2", "rgb8/psnr", [26.0, 25.0]),
        *scores_of("sr_x|2", "rgb8/lpips", [0.35, 0.35]),
        *scores_of("sr_x|2", "y4/psnr", [math.inf, 26.0]),
    ]
    return evaluation_of(rows, {"sr": {"parameters": 380356, "macs_per_hr_pixel": 378e3}})


def cells(table: str) -> list[list[str]]:
    lines = [line for line in table.splitlines() if line.startswith("|")]
    return [[c.strip() for c in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def test_means_are_over_the_images_of_one_set() -> None:
    rows = [
        *scores_of("sr", "rgb8/psnr", [1.0, 2.0, 6.0]),
        ScoreRow("b", "x", "sr", {"rgb8/psnr": 9.0}),
    ]
    first, second = summarize(evaluation_of(rows))
    assert (first.set, first.images, first.scored) == ("set5", 3, 3)
    assert first.estimates["rgb8/psnr"].mean == 3.0
    assert second.estimates["rgb8/psnr"].mean == 9.0


def test_markdown_reads_back_with_protocol_and_direction(three: Evaluation) -> None:
    (table,) = tables_of(three, intervals=False)
    header, rule, *lines = cells(markdown([table]))
    assert header[:4] == ["method", "rgb8/psnr ↑", "rgb8/lpips ↓", "y4/psnr ↑"]
    assert rule[:2] == ["---", "---:"]
    assert lines[0] == ["bicubic", "21.00", "0.6000", "24.00", "-", "-", "2"]
    assert lines[1] == [
        *("sr", "<ins>24.50</ins>", "**0.3000**", "<ins>25.50</ins>", "380 K", "378 K", "2"),
    ]
    assert lines[2] == [r"sr\_x\|2", "**25.50**", "<ins>0.3500</ins>", "**∞**", "-", "-", "2"]
    said = markdown([table])
    for words in ("rgb, border 0, 8-bit rounded", "y, border 4", "set5: mean over 2 images"):
        assert words in said
    assert "LPIPS 0.1, AlexNet" in said


def test_intervals_stand_behind_the_mean_and_few_images_are_called_few(three: Evaluation) -> None:
    (table,) = tables_of(three)
    text = markdown([table])
    assert "21.00 [20.00, 22.00]" in text
    assert "**∞** |" in text  # an infinite mean has none
    assert "fewer than 10 images are too narrow" in text
    many = evaluation_of(scores_of("sr", "rgb8/psnr", range(20, 40)))
    assert "too narrow" not in markdown(tables_of(many))


def test_a_mean_over_fewer_images_is_marked_and_not_ranked() -> None:
    rows = [*scores_of("a", "rgb8/psnr", [20.0, 10.0]), *scores_of("b", "rgb8/psnr", [20.0])]
    rows += [ScoreRow("set5", "1", "b", {}, "1.png is truncated")]
    rows += scores_of("c", "rgb8/psnr", [20.0, 11.0])
    (table,) = tables_of(evaluation_of(rows), intervals=False)
    _, _, a, b, c = cells(markdown([table]))
    assert a == ["a", "<ins>15.00</ins>", "2"]
    assert b == ["b", "20.00 (1 of 2)", "1 of 2"]
    assert c == ["c", "**15.50**", "2"]
    assert any("does not compete" in note for note in table.notes)
    assert "1, b: 1.png is truncated" in table.notes
    broken = [ScoreRow("set5", str(index), "b", {}, "bad") for index in range(8)]
    assert "... and 3 more problems, all in metrics.json." in (
        tables_of(evaluation_of(broken))[0].notes
    )


def test_numbers_that_look_equal_are_marked_alike_and_a_lone_one_not_at_all() -> None:
    rows = [row for m, v in (("a", 20.001), ("b", 20.004), ("c", 19.0)) for row in
            scores_of(m, "rgb8/psnr", [v])]  # fmt: skip
    (table,) = tables_of(evaluation_of(rows), intervals=False)
    assert [line[1].place for line in table.rows] == [1, 1, 2]
    (table,) = tables_of(evaluation_of(rows[:1]), intervals=False)
    assert [line[1].place for line in table.rows] == [0]


def test_latex_is_balanced_escaped_and_grouped_by_protocol(three: Evaluation) -> None:
    rows = [
        replace(row, method="50%_a&b#$~^{") if row.method == "sr" else row for row in three.rows
    ]
    text = latex(tables_of(evaluation_of(rows)))
    plain = re.sub(r"\\[{}]", "", text)
    assert plain.count("{") == plain.count("}")
    assert r"50\%\_a\&b\#\$\textasciitilde{}\textasciicircum{}\{" in text
    assert r"\multicolumn{2}{c}{rgb8} & \multicolumn{1}{c}{y4}" in text
    assert r"\cmidrule(lr){2-3} \cmidrule(lr){4-4}" in text
    assert r"psnr $\uparrow$ & lpips $\downarrow$ & psnr $\uparrow$" in text
    assert r"\textbf{$\infty$}" in text
    body = text.split(r"\midrule")[1].split(r"\bottomrule")[0]
    columns = re.search(r"\\begin{tabular}{([lr]+)}", text)[1]
    counts = [len(re.findall(r"(?<!\\)&", line)) for line in body.strip().splitlines()]
    assert counts == [len(columns) - 1] * 3
    assert text.isascii()
    for environment in ("table", "tabular"):
        assert text.count(rf"\begin{{{environment}}}") == text.count(rf"\end{{{environment}}}") == 1


def test_a_name_cannot_add_a_column() -> None:
    grid = TextTable("a | b", (Heading("x | y", "p"), Heading("z")), ((Cell("1 | 2"), Cell("3")),))
    assert [len(row) for row in cells(markdown([grid]))] == [2, 2, 2]


def test_latex_numbers_have_a_real_minus() -> None:
    assert latex_text("-0.5 [-∞, 1] a-b 2020-05") == r"$-$0.5 [$-$$\infty$, 1] a-b 2020-05"


def test_the_terminal_shows_names_literally_and_marks_by_style(three: Evaluation) -> None:
    console = Console(file=io.StringIO(), width=120, force_terminal=True, color_system="standard")
    table = TextTable(
        "[bold]a[/]", (Heading("x"),), ((Cell("[red]1", place=1),), (Cell("2", "[1, 3]"),))
    )
    terminal(console, [table])
    text = console.file.getvalue()
    assert "[bold]a[/]" in text
    assert re.search(r"\x1b\[1m\[red\]1", text)
    assert "[1, 3]" in text
    terminal(console, tables_of(three)[:1])
    assert "380 K" in console.file.getvalue()


def test_columns_that_a_set_does_not_have_are_not_in_its_table() -> None:
    rows = [*scores_of("sr", "rgb8/psnr", [20.0]), *scores_of("sr", "rgb8/lpips", [0.2], "other")]
    first, second = tables_of(evaluation_of(rows))
    assert [heading.text for heading in first.headings] == ["method", "psnr ↑", "images"]
    assert [heading.text for heading in second.headings] == ["method", "lpips ↓", "images"]


def test_missing_results_are_written_with_a_reason(three: Evaluation) -> None:
    evaluation = replace(three, unavailable={"dists": "no VGG16 here"})
    assert any("dists: not available. no VGG16 here" in n for n in tables_of(evaluation)[0].notes)


def test_an_evaluation_without_any_score_is_a_table_all_the_same() -> None:
    (table,) = tables_of(evaluation_of([ScoreRow("a", "x", "sr", {}, "broken")]))
    assert [cell.text for cell in table.rows[0]] == ["sr", "0 of 1"]
    assert json.dumps(table.caption)


def test_a_note_shared_by_several_tables_is_printed_once() -> None:
    heading = (Heading("method", numeric=False),)
    tables = [
        TextTable("first", heading, ((Cell("sr"),),), ("psnr: in dB", "only the first")),
        TextTable("second", heading, ((Cell("sr"),),), ("psnr: in dB",)),
    ]
    text = markdown(tables)
    assert text.count("psnr: in dB") == 1
    assert text.index("only the first") < text.index("second") < text.index("psnr: in dB")
    output = io.StringIO()
    terminal(Console(file=output, width=80), tables)
    assert output.getvalue().count("psnr: in dB") == 1
    assert latex(tables).count("psnr: in dB") == 2  # floats go their own ways


def test_a_narrow_terminal_breaks_neither_names_nor_numbers(three: Evaluation) -> None:
    output = io.StringIO()
    terminal(Console(file=output, width=60), tables_of(three, intervals=False)[:1])
    lines = [line.split("│")[1].strip() for line in output.getvalue().splitlines() if "│" in line]
    assert {"bicubic", "sr", "sr_x|2"} <= {line for line in lines if line}
    assert "24.50" in output.getvalue()  # the mean of sr's PSNR, unbroken


def test_a_table_of_any_columns_fits_the_terminal_and_keeps_its_title() -> None:
    columns = (Heading("set", numeric=False), Heading("psnr", "rgb8"))
    output = io.StringIO()
    console = Console(file=output, width=24)
    console.print(terminal_table(columns, [(Cell("[red]photos"), Cell("24.50"))], "[mean]"))
    title, *lines = output.getvalue().splitlines()
    assert title.strip() == "[mean]"
    cells = [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines if "│" in line]
    assert cells == [["[red]photos", "24.50"]]
    assert "rgb8" in output.getvalue()
