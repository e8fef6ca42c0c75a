"""Table of validation images: one row per image, with the image and its scores."""

from collections import Counter
from typing import Any

import pytorch_lightning as pl
from pytorch_lightning.loggers import Logger

from srrescgan.callbacks.dashboards import CaptionedImage, Cell, TakesTables
from srrescgan.callbacks.images import panels
from srrescgan.systems import PhasedSystem
from srrescgan.types import SRBatch

KEY = "tables/validation"


class ImageTable(pl.Callback):
    """Sends a table of the last validation to the loggers that show tables (W&B), after training.

    A row has the set, the name, the panel ``lr | bicubic | sr | hr`` and all scores of an image.
    There is one table per run: a table per validation would upload the same pictures many times,
    and the panels of :class:`ImageLogger` show how an image changed over time. The table is logged
    at the iteration of its validation. If training ends between two validations, the table shows
    the extra validation that follows, or, if training was stopped, the last one before. A run that
    fails has none. In a distributed run, the table has the images of the first process only.

    Args:
        rows: largest number of rows per validation set, the first images by name.
        crop: side of the center crop shown, in hr pixels.
    """

    def __init__(self, rows: int, crop: int) -> None:
        self.rows = rows
        self.crop = crop
        self._lines: list[list[Cell]] = []
        self._taken: Counter[str] = Counter()
        self._iteration = 0

    def on_validation_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Start a new table, which replaces the previous one."""
        assert isinstance(pl_module, PhasedSystem)
        self._lines.clear()
        self._taken.clear()
        self._iteration = pl_module.iteration

    def on_validation_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        outputs: Any,
        batch: SRBatch,
        batch_idx: int,
        dataloader_idx: int = 0,
    ) -> None:
        """Add the images of this batch."""
        assert isinstance(pl_module, PhasedSystem)
        if not trainer.is_global_zero or not _takers(trainer):
            return
        pictures = outputs["pictures"]
        chosen = panels(pictures, batch, self._taken, self.rows, self.crop)
        for index, data_set, name, picture in chosen:
            scores = [outputs["scores"].get(key) for key in pl_module.metrics]
            self._lines.append(
                [
                    data_set,
                    name,
                    CaptionedImage(picture, " | ".join(pictures)),
                    *[None if values is None else float(values[index]) for values in scores],
                ]
            )

    def teardown(self, trainer: pl.Trainer, pl_module: pl.LightningModule, stage: str) -> None:
        """Send the table. Lightning calls this only if the run did not fail."""
        assert isinstance(pl_module, PhasedSystem)
        outdated = self._iteration != pl_module.iteration
        if stage == "fit" and outdated and not trainer.should_stop:
            return
        columns = ["set", "name", "picture", *pl_module.metrics]
        for logger in _takers(trainer) if self._lines else ():
            logger.log_picture_table(KEY, columns, self._lines, self._iteration)
        self._lines.clear()


def _takers(trainer: pl.Trainer) -> list[Any]:
    loggers: list[Logger] = trainer.loggers
    return [logger for logger in loggers if isinstance(logger, TakesTables)]
