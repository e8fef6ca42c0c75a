"""Everything between the data sets and a system: batches, degradation, mixing."""

from pathlib import Path
from typing import Any, Protocol, cast, runtime_checkable

import pytorch_lightning as pl
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

from srrescgan.data.mixup import Mixup
from srrescgan.data.pack import is_pack, open_pack
from srrescgan.data.pictures import SampleFiles
from srrescgan.data.sampler import IterationSampler
from srrescgan.data.skip_unreadable import SkipUnreadable
from srrescgan.errors import ConfigError, DataError
from srrescgan.images import list_images
from srrescgan.types import IMAGES, Clock, Degradation, SRBatch


@runtime_checkable
class FolderDataset(Protocol):
    """A data set that reads folders and can look them over beforehand."""

    scale: int

    @property
    def patch_size(self) -> int | None:
        """Side of the hr patch in pixels; ``None`` for whole images."""
        ...

    def candidates(self) -> tuple[list[SampleFiles], list[str]]:
        """What the folders hold of every wanted image, and what is wrong with the folders."""
        ...

    def folders(self) -> dict[str, Path]:
        """Role to the folder it is read from."""
        ...

    def check(self) -> None:
        """Raise one DataError with all that would fail later."""
        ...


class SRDataModule(pl.LightningDataModule):
    """Serve training patches by iteration and named validation sets image by image.

    Low-resolution images that a data set does not have are made here, on the batch's device, by
    the same degradation object that can also write them to disk.

    The samplers already share the work between processes and know where a resumed run stands, so
    the trainer needs ``use_distributed_sampler=False``.

    Args:
        train: training patches; ``None`` when nothing is trained.
        val: name to data set of whole images; one that is ``None`` is left out, which is how a
            configuration drops a set that it inherits.
        test: likewise, for testing; ``None`` for the validation sets.
        degradation: makes lr from hr where a batch has none; ``None`` if all sets have pairs.
        degradations: instead of it, for single validation or test sets, by name: the same photos
            can be seen through several cameras. Missing or ``None``: ``degradation``.
        scale: integer factor between hr and lr.
        batch_size: samples per iteration, over all processes and micro-batches.
        iterations: length of the whole run.
        accumulate: micro-batches per iteration.
        num_workers: processes that read ahead, per loader; 0 reads in the main process.
        mixup: applied to training batches; ``None`` for none.
        seed: of the order of the training images.
        source: a sentence saying where the data comes from, for the message when it is missing.

    Raises:
        ConfigError: a data set or the degradation has another scale.
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
        degradations: dict[str, nn.Module | None] | None = None,
    ) -> None:
        super().__init__()
        self.train = train
        self.val = _present(val)
        self.test = self.val if test is None else _present(test)
        self.degradation = None if degradation is None else degradation.eval()
        self.degradations = {k: v.eval() for k, v in (degradations or {}).items() if v is not None}
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
        """Look over the folders that a stage reads, before anything expensive starts.

        Raises:
            DataError: with what is expected where, all that was found wrong, and the source.
            ConfigError: a set has no lr images and there is no degradation to make them.
        """
        datasets = self.datasets(stage)
        problems = []
        for name, dataset in datasets.items():
            has_lr = {"lr", "real"} & dataset.folders().keys()
            if not has_lr and self._degradation(name.split("/")[-1]) is None:
                raise _no_lr(name)
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
        """Batches of this process, from the iteration that the system has reached."""
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

        The batch of an image that cannot be read says so (``problem``) and holds no picture.
        """
        return [
            self._set_loader(name, SkipUnreadable(dataset), again=False)
            for name, dataset in self.test.items()
        ]

    def transfer_batch_to_device(
        self, batch: SRBatch, device: torch.device, dataloader_idx: int
    ) -> SRBatch:
        """Move the images only: reading seeds back from a device would wait for it."""
        moved = batch.copy()
        for key in IMAGES:
            if key in batch:
                moved[key] = batch[key].to(device, non_blocking=True)
        return moved

    def on_after_batch_transfer(self, batch: SRBatch, dataloader_idx: int) -> SRBatch:
        """Make ``lr`` where it is missing, on the batch's device; then mix, while training.

        A batch of unpaired domains has ``lr_real`` instead of ``lr``, one that could not be read
        has nothing: both are left as they are.
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
        return self.degradations.get(data_set, self.degradation)

    def datasets(self, stage: str | None) -> dict[str, FolderDataset]:
        """Data sets that a stage reads from folders, by the name a message calls them.

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
        for name, degradation in self.degradations.items():
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
        # Each image counts on exactly one process: padding with duplicates would bias the means.
        # But a process without any would skip the validation that the others wait for it in.
        mine = range(rank, len(dataset), world_size) or [_PADDING]  # type: ignore[arg-type]
        return self._loader(_NamedSet(name, dataset), again, sampler=mine, batch_size=1)

    def _loader(self, dataset: Dataset, again: bool = True, **sampling: Any) -> DataLoader:
        return DataLoader(
            dataset,
            num_workers=self.num_workers,
            persistent_workers=again and self.num_workers > 0,
            pin_memory=torch.cuda.is_available(),
            # Of its own, or starting a loader would advance the random state of the training.
            generator=torch.Generator().manual_seed(self.seed),
            **sampling,
        )


_PADDING = -1


class _NamedSet(Dataset[dict[str, Any]]):
    """A data set whose items say which set they belong to, and whether they count."""

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
