"""Data module: makes batches of data sets, with degradation and mixup."""

from pathlib import Path
from typing import Any, Protocol, cast, runtime_checkable

import pytorch_lightning as pl
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

from srrescgan.data.mixup import Mixup
from srrescgan.data.pack import is_pack, open_pack
from srrescgan.data.sampler import IterationSampler
from srrescgan.data.skip_unreadable import SkipUnreadable
from srrescgan.data.stored_image import SampleFiles
from srrescgan.degradations import prepare
from srrescgan.errors import ConfigError, DataError
from srrescgan.images import list_images
from srrescgan.types import IMAGES, Clock, Degradation, SRBatch


@runtime_checkable
class FolderDataset(Protocol):
    """A data set that reads folders and can check them in advance."""

    scale: int

    @property
    def patch_size(self) -> int | None:
        """Side of the hr patch in pixels; ``None`` for whole images."""
        ...

    def candidates(self) -> tuple[list[SampleFiles], list[str]]:
        """Files of every requested image, and the problems of the folders."""
        ...

    def folders(self) -> dict[str, Path]:
        """Folder of each role."""
        ...

    def check(self) -> None:
        """Raise one DataError with all problems of the files."""
        ...


class SRDataModule(pl.LightningDataModule):
    """Batches of training patches, and named validation and test sets image by image.

    Missing lr images are made on the batch's device, by the same degradation that ``degrade``
    applies to files.

    The samplers distribute the images over processes and start at the iteration of a resumed run,
    so the trainer needs ``use_distributed_sampler=False``.

    Args:
        train: training patches; ``None`` if nothing is trained.
        val: data sets of whole images by name. ``None`` removes a set, for configurations that
            inherit it.
        test: test sets, likewise; ``None`` for the validation sets.
        degradation: makes lr from hr if a batch has no lr; ``None`` if all sets have pairs.
        val_degradations: degradations by name of a validation or test set, used for that set
            instead of ``degradation``. Missing or ``None``: ``degradation``.
        scale: integer factor between hr and lr.
        batch_size: samples per iteration, over all processes and micro-batches.
        iterations: length of the whole run.
        accumulate: micro-batches per iteration.
        num_workers: processes per loader that prefetch; 0 reads in the main process.
        mixup: applied to training batches; ``None`` for none.
        seed: for the order of the training images.
        source: origin of the data, a sentence for the message if it is missing.

    Raises:
        ConfigError: the scale of a data set or a degradation differs from ``scale``.
    """

    def __init__(
        self,
        train: Dataset | None,
        val: dict[str, Dataset | None],
        degradation: nn.Module | None,
        scale: int,
        batch_size: int,
        iterations: int,
        test: dict[str, Dataset | None] | None = None,
        accumulate: int = 1,
        num_workers: int = 0,
        mixup: Mixup | None = None,
        seed: int = 0,
        source: str = "",
        val_degradations: dict[str, nn.Module | None] | None = None,
    ) -> None:
        super().__init__()
        self.train = train
        self.val = _present(val)
        self.test = self.val if test is None else _present(test)
        self.degradation = None if degradation is None else degradation.eval()
        self.val_degradations = {
            k: v.eval() for k, v in (val_degradations or {}).items() if v is not None
        }
        self.scale = scale
        self.batch_size = batch_size
        self.iterations = iterations
        self.accumulate = accumulate
        self.num_workers = num_workers
        self.mixup = mixup
        self.seed = seed
        self.source = source
        self._check_scales()

    def setup(self, stage: str | None = None) -> None:
        """Check the folders that a stage reads.

        Raises:
            DataError: lists the expected folders, all problems, and the origin of the data; or a
                degradation that is used cannot read its own files.
            ConfigError: a set has no lr images and there is no degradation to make them.
        """
        datasets = self.datasets(stage)
        problems = []
        for name, dataset in datasets.items():
            if not {"lr", "real"} & dataset.folders().keys():
                degradation = self._degradation(name.split("/")[-1])
                if degradation is None:
                    raise _no_lr(name)
                prepare(degradation)
            try:
                dataset.check()
            except DataError as error:
                problems.append(f"{name}: {error}")
        if problems:
            expected = [
                f"  {name} {role}: {folder} ({_contents(folder)})"
                for name, dataset in datasets.items()
                for role, folder in dataset.folders().items()
            ]
            lines = ["the data is not as expected. Folders:", *expected, *problems]
            if self.source:
                lines.append(f"Where the data comes from: {self.source}")
            raise DataError("\n".join(lines))

    def train_dataloader(self) -> DataLoader:
        """Batches of this process, starting at the current iteration of the system."""
        if self.train is None:
            raise ConfigError("there is no training data set: set `data.train`")
        rank, world_size = self._process()
        sampler = IterationSampler(
            dataset_size=len(self.train),  # type: ignore[arg-type]  # Dataset declares no __len__
            batch_size=self.batch_size,
            accumulate=self.accumulate,
            iterations=self.iterations,
            start_iteration=self._iteration(),
            seed=self.seed,
            rank=rank,
            world_size=world_size,
        )
        return self._loader(self.train, batch_sampler=sampler)

    def val_dataloader(self) -> list[DataLoader]:
        """One loader per validation set: whole images, one at a time."""
        return [self._set_loader(name, dataset) for name, dataset in self.val.items()]

    def test_dataloader(self) -> list[DataLoader]:
        """One loader per test set: whole images, one at a time.

        The batch of an unreadable image has the key ``problem`` instead of images.
        """
        return [
            self._set_loader(name, SkipUnreadable(dataset), again=False)
            for name, dataset in self.test.items()
        ]

    def transfer_batch_to_device(
        self, batch: SRBatch, device: torch.device, dataloader_idx: int
    ) -> SRBatch:
        """Move only the images: reading seeds from a device would synchronize with it."""
        moved = batch.copy()
        for key in IMAGES:
            if key in batch:
                moved[key] = batch[key].to(device, non_blocking=True)
        return moved

    def on_after_batch_transfer(self, batch: SRBatch, dataloader_idx: int) -> SRBatch:
        """Make a missing ``lr`` on the batch's device; in training, apply mixup.

        A batch of unpaired domains (``lr_real`` instead of ``lr``) and one of an unreadable image
        are returned unchanged.
        """
        with torch.no_grad():
            if "lr_real" in batch or "problem" in batch:
                return batch
            if "lr" not in batch:
                batch = self._degrade(batch)
            if self.mixup is not None and self.trainer is not None and self.trainer.training:
                batch = self.mixup(batch)
        return batch

    def _degrade(self, batch: SRBatch) -> SRBatch:
        (data_set,) = set(batch.get("set", ["train"]))
        degradation = self._degradation(data_set)
        if degradation is None:
            raise _no_lr(", ".join(batch["name"]))
        degradation = degradation.to(batch["hr"].device)
        degraded = batch.copy()
        degraded["lr"] = degradation(batch["hr"], batch["seed"].tolist()).clamp(0, 1)
        return degraded

    def _degradation(self, data_set: str) -> nn.Module | None:
        return self.val_degradations.get(data_set, self.degradation)

    def datasets(self, stage: str | None) -> dict[str, FolderDataset]:
        """Data sets that a stage reads from folders, by name, such as ``val/set5``.

        Args:
            stage: ``fit``, ``validate`` or ``test``; ``None`` for all.
        """
        datasets: dict[str, Dataset] = {}
        if stage in ("fit", None) and self.train is not None:
            datasets["train"] = self.train
        if stage in ("fit", "validate", None):
            datasets |= {f"val/{name}": dataset for name, dataset in self.val.items()}
        if stage == "test" or (stage is None and self.test is not self.val):
            datasets |= {f"test/{name}": dataset for name, dataset in self.test.items()}
        return {name: item for name, item in datasets.items() if isinstance(item, FolderDataset)}

    def _check_scales(self) -> None:
        scales = {name: dataset.scale for name, dataset in self.datasets(None).items()}
        if self.degradation is not None:
            scales["degradation"] = cast(Degradation, self.degradation).scale
        for name, degradation in self.val_degradations.items():
            scales[f"the degradation of {name}"] = cast(Degradation, degradation).scale
        for name, scale in scales.items():
            if scale != self.scale:
                raise ConfigError(
                    f"{name} has scale {scale} but the run has scale {self.scale}: set them equal"
                )

    def _process(self) -> tuple[int, int]:
        trainer = self.trainer
        return (0, 1) if trainer is None else (trainer.global_rank, trainer.world_size)

    def _iteration(self) -> int:
        if self.trainer is None:
            return 0
        return int(cast(Clock, self.trainer.lightning_module).iteration)

    def _set_loader(self, name: str, dataset: Dataset, again: bool = True) -> DataLoader:
        rank, world_size = self._process()
        # Each image is scored by exactly one process: duplicated images would bias the means. A
        # process without images gets a padding image: the others would wait for it forever.
        mine = range(rank, len(dataset), world_size) or [_PADDING]  # type: ignore[arg-type]
        return self._loader(_NamedSet(name, dataset), again, sampler=mine, batch_size=1)

    def _loader(self, dataset: Dataset, again: bool = True, **sampling: Any) -> DataLoader:
        return DataLoader(
            dataset,
            num_workers=self.num_workers,
            persistent_workers=again and self.num_workers > 0,
            pin_memory=torch.cuda.is_available(),
            # Without this, starting a loader would advance the random state of the training.
            generator=torch.Generator().manual_seed(self.seed),
            **sampling,
        )


_PADDING = -1


class _NamedSet(Dataset[dict[str, Any]]):
    """A data set whose items also have the keys ``set`` and ``is_padding``."""

    def __init__(self, name: str, dataset: Dataset) -> None:
        self.name = name
        self.dataset = dataset

    def __len__(self) -> int:
        return len(self.dataset)  # type: ignore[arg-type]

    def __getitem__(self, index: int) -> dict[str, Any]:
        is_padding = index == _PADDING
        return {
            **self.dataset[0 if is_padding else index],
            "set": self.name,
            "is_padding": is_padding,
        }


def _present(datasets: dict[str, Dataset | None]) -> dict[str, Dataset]:
    return {name: dataset for name, dataset in datasets.items() if dataset is not None}


def _contents(folder: Path) -> str:
    try:
        if is_pack(folder):
            return f"{len(open_pack(folder))} packed images"
        return f"{len(list_images(folder))} images"
    except DataError:
        return "a damaged pack" if is_pack(folder) else "missing"


def _no_lr(name: str) -> ConfigError:
    return ConfigError(
        f"{name}: no lr images, and no degradation to make them: set `degradation`, or use "
        f"a PairedFolder"
    )
