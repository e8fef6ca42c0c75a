"""Diagrams of the report, drawn without a screen."""

from collections.abc import Iterator

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as InMemorySink

from srrescgan.audit.comparison import CLASSIFIER, Comparison
from srrescgan.audit.figure import COLORS
from srrescgan.audit.figures import FIGURES

_SIZE = (7.0, 3.6)
_DPI = 110


def draw(comparison: Comparison) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the name of each figure with its diagram, ``(H, W, 3)`` uint8."""
    for figure in FIGURES:
        sheet, axes = _sheet()
        figure.plot(axes, comparison.measurements[figure.name])
        yield figure.name, _pixels(sheet, axes)
    for label, classification in comparison.classifications.items():
        if label != "real":
            sheet, axes = _sheet()
            edges = np.linspace(0, 1, 26)
            for name, scores in zip((label, "real"), classification.scores, strict=True):
                share = np.histogram(scores, edges)[0] / len(scores)
                axes.stairs(share, edges, fill=True, color=COLORS[name], label=name, alpha=0.6)
            axes.set_xlabel(f"probability of being {label} (AUC {classification.auc:.3f})")
            axes.set_ylabel("share of places")
            yield f"{CLASSIFIER}_{label}", _pixels(sheet, axes)


def _sheet() -> tuple[InMemorySink, Axes]:
    with matplotlib.rc_context({"font.size": 9}):
        sheet = InMemorySink(figsize=_SIZE, dpi=_DPI)
        return sheet, sheet.add_axes((0.1, 0.14, 0.87, 0.76))


def _pixels(sheet: InMemorySink, axes: Axes) -> np.ndarray:
    axes.grid(alpha=0.3)
    axes.legend(ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1.0), frameon=False)
    canvas = FigureCanvasAgg(sheet)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[:, :, :3].copy()
