"""Pictures of the same validation images over time."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

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
    take pictures (TensorBoard, Weights & Biases).

    Args:
        folder: where the PNG files go.
        count: images per validation set, the first ones by name.
        crop: side of the centre crop shown, in hr pixels.
    """

    def __init__(self, folder: str, count: int, crop: int) -> None:
        self.folder = Path(folder)
        self.count = count
        self.crop = crop
        self._shown: Counter[str] = Counter()

    def on_validation_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Begin again with the first image of each set."""
        self._shown.clear()

    def on_validation_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        outputs: Any,
        batch: SRBatch,
        batch_idx: int,
        dataloader_idx: int = 0,
    ) -> None:
        """Log the panel of this image if it is one of the chosen."""
        assert isinstance(pl_module, PhasedSystem)
        if not trainer.is_global_zero:
            return
        for index, (name, data_set) in enumerate(zip(batch["name"], batch["set"], strict=True)):
            if self._shown[data_set] == self.count:
                continue
            self._shown[data_set] += 1
            picture = panel([pictures[index] for pictures in outputs.values()], self.crop)
            self._log(trainer, pl_module.iteration, f"{data_set}/{name}", picture)

    def _log(self, trainer: pl.Trainer, iteration: int, name: str, picture: Tensor) -> None:
        image = to_uint8(picture)
        write_png(self.folder / name / f"{iteration:08d}.png", image)
        for logger in trainer.loggers:
            if isinstance(logger, TensorBoardLogger):
                logger.experiment.add_image(name, image, iteration, dataformats="HWC")
            elif hasattr(logger, "log_image"):
                logger.log_image(f"images/{name}", [image], step=iteration)


def panel(pictures: Sequence[Tensor], crop: int) -> Tensor:
    """Centre crops side by side, with a white line between them; smaller pictures are enlarged.

    Args:
        pictures: of the same view, each ``(3, h, w)``, RGB in [0, 1].
        crop: side of what is shown, in pixels of the largest.

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
