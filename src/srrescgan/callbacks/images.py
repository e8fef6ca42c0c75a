"""Panels of validation images, the same ones in every validation."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytorch_lightning as pl
import torch
from pytorch_lightning.loggers import TensorBoardLogger
from torch import Tensor
from torch.nn.functional import interpolate

from srrescgan.images import to_uint8, write_png
from srrescgan.systems import PhasedSystem
from srrescgan.types import SRBatch


class ImageLogger(pl.Callback):
    """Logs panels of fixed validation images, for instance ``lr | bicubic | sr | hr``.

    Every panel is written to ``<folder>/<set>/<name>/<iteration>.png`` and sent to the loggers that
    show images: to TensorBoard as ``<set>/<name>``; to Weights & Biases as ``images/<set>``, all
    images of a set together, with their names as captions.

    Args:
        folder: for the PNG files.
        count: images per validation set, the first ones by name.
        crop: side of the center crop shown, in hr pixels.
    """

    def __init__(self, folder: str, count: int, crop: int) -> None:
        self.folder = Path(folder)
        self.count = count
        self.crop = crop
        self._shown: Counter[str] = Counter()
        self._panels: dict[str, dict[str, np.ndarray]] = {}

    def on_validation_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Forget the panels of the previous validation."""
        self._shown.clear()
        self._panels.clear()

    def on_validation_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        outputs: Any,
        batch: SRBatch,
        batch_idx: int,
        dataloader_idx: int = 0,
    ) -> None:
        """Write the panels of the chosen images of this batch."""
        assert isinstance(pl_module, PhasedSystem)
        if not trainer.is_global_zero:
            return
        pictures = outputs["pictures"]
        chosen = panels(pictures, batch, self._shown, self.count, self.crop)
        for _, data_set, name, image in chosen:
            write_png(self.folder / data_set / name / f"{pl_module.iteration:08d}.png", image)
            title = f"{name}: {' | '.join(pictures)}"
            self._panels.setdefault(data_set, {})[title] = image
            for logger in trainer.loggers:
                if isinstance(logger, TensorBoardLogger):
                    place = f"{data_set}/{name}", image, pl_module.iteration
                    logger.experiment.add_image(*place, dataformats="HWC")

    def on_validation_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Send the panels of each set together."""
        assert isinstance(pl_module, PhasedSystem)
        for logger in trainer.loggers:
            if not hasattr(logger, "log_image"):
                continue
            for data_set, titled in self._panels.items():
                images, titles = _of_one_size([*titled.values()]), [*titled]
                key = f"images/{data_set}"
                logger.log_image(key, images, step=pl_module.iteration, caption=titles)
        self._panels.clear()


def panels(
    pictures: Mapping[str, Tensor], batch: SRBatch, taken: Counter[str], count: int, crop: int
) -> Iterator[tuple[int, str, str, np.ndarray]]:
    """Make panels of those images of a batch that are among the first ``count`` of their set.

    Args:
        pictures: batches of images, ``(B, 3, H, W)``, by title, from left to right.
        batch: the validation batch.
        taken: number of images so far, by set; updated in place.
        count: images per set.
        crop: side of the center crop shown, in hr pixels.

    Yields:
        Index in the batch, set, name, and the panel as ``(H, W, 3)`` uint8.
    """
    for index, (data_set, name) in enumerate(zip(batch["set"], batch["name"], strict=True)):
        if not batch["is_padding"][index] and taken[data_set] < count:
            taken[data_set] += 1
            views = [batched[index] for batched in pictures.values()]
            yield index, data_set, name, to_uint8(panel(views, crop))


def panel(pictures: Sequence[Tensor], crop: int) -> Tensor:
    """Center crops side by side, with white lines between them; smaller images are enlarged.

    Args:
        pictures: images of the same scene, each ``(3, h, w)``, RGB in [0, 1].
        crop: side of the crop, in pixels of the largest image.

    Shape:
        - Output: ``(3, H, n W + 2 (n - 1))`` with ``H, W <= crop`` for n pictures.
    """
    height, width = max(tuple(picture.shape[-2:]) for picture in pictures)
    top, left = max(0, height - crop) // 2, max(0, width - crop) // 2
    parts = []
    for picture in pictures:
        large = interpolate(picture[None].float(), size=(height, width), mode="nearest")[0]
        parts.append(large.clamp(0, 1)[:, top : top + crop, left : left + crop].cpu())
    line = torch.ones(3, parts[0].shape[1], 2)
    return torch.cat([piece for part in parts for piece in (part, line)][:-1], dim=2)


def _of_one_size(images: list[np.ndarray]) -> list[np.ndarray]:
    """Pad with white at the right and bottom: W&B shows a group at the size of its first image."""
    height, width = (max(image.shape[axis] for image in images) for axis in (0, 1))
    return [
        np.pad(
            image,
            ((0, height - image.shape[0]), (0, width - image.shape[1]), (0, 0)),
            constant_values=255,
        )
        for image in images
    ]
