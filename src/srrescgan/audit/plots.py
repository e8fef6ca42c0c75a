"""Plots of the audit as pixels, drawn without a display."""

from collections.abc import Iterator

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from srrescgan.audit.domain_comparison import CLASSIFIER, DomainComparison
from srrescgan.audit.statistics import STATISTICS
from srrescgan.audit.statistics.statistic import COLORS

_SIZE = (7.0, 3.6)
_DPI = 110


def draw_plots(comparison: DomainComparison) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the name of each statistic, and of each classification, with its plot.

    Shape:
        - Output: ``(H, W, 3)`` uint8.
    """
    for statistic in STATISTICS:
        figure, axes = _new_figure()
        statistic.plot(axes, comparison.measurements[statistic.name])
        yield statistic.name, _pixels(figure, axes)
    for label, classification in comparison.classifications.items():
        if label != "real":
            figure, axes = _new_figure()
            edges = np.linspace(0, 1, 26)
            for name, scores in zip((label, "real"), classification.scores, strict=True):
                share = np.histogram(scores, edges)[0] / len(scores)
                axes.stairs(share, edges, fill=True, color=COLORS[name], label=name, alpha=0.6)
            axes.set_xlabel(f"probability of being {label} (AUC {classification.auc:.3f})")
            axes.set_ylabel("share of places")
            yield f"{CLASSIFIER}_{label}", _pixels(figure, axes)


def _new_figure() -> tuple[Figure, Axes]:
    with matplotlib.rc_context({"font.size": 9}):
        figure = Figure(figsize=_SIZE, dpi=_DPI)
        return figure, figure.add_axes((0.1, 0.14, 0.87, 0.76))


def _pixels(figure: Figure, axes: Axes) -> np.ndarray:
    axes.grid(alpha=0.3)
    axes.legend(ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1.0), frameon=False)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[:, :, :3].copy()
