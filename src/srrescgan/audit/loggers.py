"""The audit on dashboards."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from pytorch_lightning.loggers import Logger, TensorBoardLogger

from srrescgan.audit.comparison import Comparison


def log(
    loggers: Sequence[Logger], comparison: Comparison, pictures: Mapping[str, np.ndarray]
) -> None:
    """Send distances and pictures to every logger, as those of step 0.

    Keys are ``audit/<figure>/<domain>`` for distances, ``audit/auc/<domain>`` for the AUC, and
    ``audit/<name>`` for pictures.

    Args:
        loggers: Lightning's; those that do not take pictures get the numbers only.
        comparison: what was found.
        pictures: ``(H, W, 3)`` uint8, by name.
    """
    values = {
        f"audit/{figure}/{label}": distance
        for figure, distances in comparison.distances.items()
        for label, distance in distances.items()
        if not math.isnan(distance)
    }
    values |= {f"audit/auc/{label}": c.auc for label, c in comparison.classifications.items()}
    for logger in loggers:
        logger.log_metrics(values, step=0)
        for name, picture in pictures.items():
            if isinstance(logger, TensorBoardLogger):
                logger.experiment.add_image(f"audit/{name}", picture, 0, dataformats="HWC")
            elif hasattr(logger, "log_image"):
                logger.log_image(f"audit/{name}", [picture], step=0)
        logger.save()
        logger.finalize("success")
