"""A table of validation images: picture and scores, one line each."""

from collections import Counter
from typing import Any

import pytorch_lightning as pl
from pytorch_lightning.loggers import Logger

from srrescgan.callbacks.dashboards import Cell, Picture, TakesTables
from srrescgan.callbacks.images import panels
from srrescgan.systems import PhasedSystem
from srrescgan.types import SRBatch

KEY = "tables/validation"


class ImageTable(pl.Callback):
    """Sends a table of the newest validation to the loggers that take tables (W&B), at the end.

    A line has the set, the name, the panel ``lr | bicubic | sr | hr`` and every metric of an image.
    One table per run: how an image changed over time is in :class:`ImageLogger`'s panels, and a
    table per validation would upload the same pictures again and again. It carries the iteration of
    the validation that it shows. Training that ends between two validations leaves it to the extra
    one that follows, unless it was told to stop; a run that breaks off has none. In a distributed
    run the lines are those of the first process's images.

    Args:
        rows: lines per validation set, the first ones by name; bounds memory and upload.
        crop: side of the centre crop shown, in hr pixels.
    """

    def __init__(self, rows: int, crop: int) -> None:
        self.rows = rows
        self.crop = crop
        self._lines: list[list[Cell]] = []
        self._taken: Counter[str] = Counter()
        self._iteration = 0

    def on_validation_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Begin a new table; it replaces the last one."""
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
        """Take down the images of this batch."""
        assert isinstance(pl_module, PhasedSystem)
        if not trainer.is_global_zero or not _takers(trainer):
            return
        newest = pl_module.newest_scores
        chosen = panels(outputs, batch, self._taken, self.rows, self.crop)
        for index, data_set, name, picture in chosen:
            scores = [newest.get(f"val/{data_set}/{key}") for key in pl_module.metrics]
            self._lines.append(
                [
                    data_set,
                    name,
                    Picture(picture, " | ".join(outputs)),
                    *[None if values is None else float(values[index]) for values in scores],
                ]
            )

    def teardown(self, trainer: pl.Trainer, pl_module: pl.LightningModule, stage: str) -> None:
        """Send the table. Lightning comes here only when nothing went wrong."""
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
