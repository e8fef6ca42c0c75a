"""A plot of the Pareto front, as PNG."""

import io
import textwrap
from collections.abc import Sequence

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from srrescgan.sweeps.objective import Objective
from srrescgan.sweeps.results import JobResult, Sweep

_SIZE = (9.5, 5.0)  # inches
_DPI = 120
_STRONG, _FAINT = "#0b6e99", "#888888"
_LISTED = 14
"""Jobs whose settings fit beside the plot."""


def pareto_png(sweep: Sweep) -> bytes | None:
    """Draw the first two objectives of every job; ``None`` if there is nothing to draw.

    Dominated jobs are faint, pruned jobs are crosses, and a step line connects the front. Every
    point has the number of its job; the settings of the front's jobs are listed beside the plot.
    """
    drawn = [r for r in sweep.scored if all(abs(v) != float("inf") for v in (r.values or ())[:2])]
    if len(sweep.objectives) < 2 or not drawn:
        return None
    with matplotlib.rc_context({"font.size": 9}):
        sheet = Figure(figsize=_SIZE, dpi=_DPI)
        axes = sheet.add_axes((0.09, 0.12, 0.54, 0.78))
        best = [result for result in drawn if result.is_best]
        _points(axes, [result for result in drawn if not result.is_best], _FAINT, 0.45)
        if len(sweep.objectives) == 2:
            _connect(axes, best, sweep.objectives[0])
        _points(axes, best, _STRONG, 1.0)
        axes.set_title(f"{sweep.name}: {len(best)} of {len(drawn)} jobs are on the Pareto front")
        for objective, name in zip(sweep.objectives, ("x", "y"), strict=False):
            wanted = "higher" if objective.higher_is_better else "lower"
            getattr(axes, f"set_{name}label")(f"{objective.name} ({wanted} is better)")
        axes.grid(alpha=0.3)
        axes.margins(0.08)
        sheet.text(0.66, 0.9, _list(best), va="top", family="monospace", fontsize=8)
        file = io.BytesIO()
        FigureCanvasAgg(sheet).print_png(file)
    return file.getvalue()


def _points(axes: Axes, results: Sequence[JobResult], color: str, alpha: float) -> None:
    for result in results:
        assert result.values is not None
        marker = "x" if result.job.status == "pruned" else "o"
        across, up = result.values[:2]
        axes.plot(across, up, marker, color=color, alpha=alpha, zorder=3)
        axes.annotate(
            str(result.job.number),
            (across, up),
            xytext=(5, 4),
            textcoords="offset points",
            color=color,
            alpha=min(1.0, alpha + 0.2),
        )


def _connect(axes: Axes, best: Sequence[JobResult], across: Objective) -> None:
    """Draw steps: between two jobs of the front only the worse value of both was reached."""
    corners = sorted(result.values[:2] for result in best if result.values is not None)
    steps = "steps-pre" if across.higher_is_better else "steps-post"
    axes.plot(*zip(*corners, strict=True), color=_STRONG, lw=1.2, ls="--", drawstyle=steps)


def _list(best: Sequence[JobResult]) -> str:
    lines = []
    for result in best:
        indent = " " * (len(str(result.job.number)) + 2)
        lines += textwrap.wrap(f"{result.job.number}: {result.label}", 40, subsequent_indent=indent)
    cut = lines if len(lines) <= 2 * _LISTED else [*lines[: 2 * _LISTED], "..."]
    return "\n".join(cut)
