"""Reading random patches of 2K images: decoded for each patch, or cropped from a packed folder.

Measures the patches per second of one process, and the share of time that a training loop of 100
batches per second waits. Before timing, all readers must return the same patches.
"""

import importlib.util
import time
from collections.abc import Callable, Mapping
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
import skimage.data
import torch
from rich import box
from rich.table import Table
from sizes import Size
from timing import Row, StopWatch, interleaved, row
from torch.utils.data import Dataset

from srrescgan.data import HRFolder, SRDataModule
from srrescgan.data.stored_image import images_by_name
from srrescgan.degradations import Bicubic
from srrescgan.images import list_images, read_image, write_png
from srrescgan.prepare.packing import pack_folder

Crop = Callable[[int, int, int], np.ndarray]
"""Called with the index of the picture, top and left; returns a copy of the patch."""

STEP = 0.01
"""Seconds that the simulated training spends on a batch."""
HEAD_START = 4
"""Batches that are not counted, because the workers start during the first one."""


def write_pictures(size: Size, photos: Path | None, folder: Path) -> None:
    """Write ``size.pictures`` PNGs of ``size.picture`` pixels.

    They are center crops of the pictures in ``photos``, or else mosaics of the photograph in
    scikit-image, shifted and rotated.
    """
    height, width = size.picture
    files = list_images(photos) if photos else [None]
    for index, file in zip(range(size.pictures), cycle(files)):
        if file is None:
            tile = np.rot90(skimage.data.astronaut(), index)
            picture = np.roll(np.tile(tile, (3, 4, 1)), 37 * index, axis=(0, 1))
        else:
            picture = read_image(file)
        top, left = ((picture.shape[axis] - size.picture[axis]) // 2 for axis in (0, 1))
        if min(top, left) < 0:
            raise ValueError(f"{file} is smaller than {height} x {width} pixels")
        cut = np.ascontiguousarray(picture[top : top + height, left : left + width])
        write_png(folder / f"{index:04d}.png", cut)


def reading_rows(size: Size, files: Path, packed: Path, watch: StopWatch) -> list[Row]:
    """Time reading patches in one process: whole items of the data set, and crops alone.

    Raises:
        RuntimeError: a patch differs from the decoded one.
    """
    pack_folder(files, packed)
    items = {
        "plain, item, decoded for each patch": _dataset(size, files),
        "ours, item, packed": _dataset(size, packed),
    }
    crops = {
        "plain, crop, decoded for each patch": _crop(files, size.patch),
        "ours, crop, packed": _crop(packed, size.patch),
        "numpy, crop, mapped .npy files": _npy(files, packed.parent / "npy", size.patch),
    }
    if importlib.util.find_spec("h5py"):
        crops["h5py, crop, chunks of a patch"] = _h5py(files, packed.parent / "h5", size.patch)
    _compare_items(*items.values(), size.pictures)
    _compare_crops(crops, size)
    works: dict[str, Callable[[], object]] = {}
    for name, dataset in items.items():
        works[name] = _items(dataset, size)
    for name, crop in crops.items():
        works[name] = _crops(crop, size)
    seconds = interleaved(works, size.warmup, size.repeats, watch)
    rows = []
    for name in works:
        plain = next(one for one in works if one.split(", ")[:2] == ["plain", name.split(", ")[1]])
        rows.append(row(name, seconds[name], seconds[plain], size.patches))
    return rows


def feeding_rows(size: Size, files: Path, packed: Path, workers: int) -> list[Row]:
    """Measure how long a loop that sleeps :data:`STEP` per batch waits for the real data loader.

    Without an accelerator the loop itself receives each batch from the worker process; with one a
    thread does, while the loop computes. The last row shows the cost of that alone.
    """
    ready = _Ready(_dataset(size, packed)[0, 0])
    return [
        _feed("plain, decoded for each patch", size, _dataset(size, files), workers, size.fed[0]),
        _feed("ours, packed", size, _dataset(size, packed), workers, size.fed[1]),
        _feed("nothing to read: the same patch again", size, ready, workers, size.fed[1]),
    ]


def feeding_table(rows: list[Row]) -> Table:
    """Rows of :func:`feeding_rows` for the terminal, in Markdown."""
    result = Table(
        title=f"Training that takes {1000 * STEP:.0f} ms for a batch",
        box=box.MARKDOWN,
        title_justify="left",
    )
    for heading in ("", "workers", "batches", "batches/s", "patches/s", "share of time waiting"):
        result.add_column(heading, justify="right" if heading else "left", no_wrap=True)
    for one in rows:
        result.add_row(
            one["name"],
            str(one["workers"]),
            str(one["iterations"]),
            f"{one['iterations'] / one['seconds']:.1f}",
            f"{one['patches'] / one['seconds']:.0f}",
            f"{one['waiting'] / one['seconds']:.1%}",
        )
    return result


class _Ready(Dataset[dict[str, Any]]):
    """A data set that returns the same item at no cost."""

    def __init__(self, item: dict[str, Any]) -> None:
        self.item = item

    def __len__(self) -> int:
        return 100

    def __getitem__(self, key: tuple[int, int]) -> dict[str, Any]:
        return self.item


def _feed(name: str, size: Size, dataset: Dataset, workers: int, iterations: int) -> Row:
    module = SRDataModule(
        train=dataset,
        val={},
        degradation=Bicubic(4),
        scale=4,
        batch_size=size.fed_batch,
        iterations=HEAD_START + iterations,
        num_workers=workers,
    )
    batches = iter(module.train_dataloader())
    waiting, start = 0.0, 0.0
    for iteration in range(HEAD_START + iterations):
        if iteration == HEAD_START:
            waiting, start = 0.0, time.perf_counter()
        asked = time.perf_counter()
        next(batches)
        waiting += time.perf_counter() - asked
        time.sleep(STEP)
    seconds = time.perf_counter() - start
    return {
        "name": name,
        "workers": workers,
        "iterations": iterations,
        "patches": iterations * size.fed_batch,
        "seconds": seconds,
        "waiting": waiting,
    }


def _dataset(size: Size, folder: Path) -> HRFolder:
    return HRFolder(str(folder), 4, patch_size=size.patch, augment=True)


def _items(dataset: HRFolder, size: Size) -> Callable[[], object]:
    epoch = iter(range(1_000_000))

    def work() -> None:
        number = next(epoch)
        for index in range(size.patches):
            dataset[number, index % size.pictures]

    return work


def _crops(crop: Crop, size: Size) -> Callable[[], object]:
    rng = np.random.default_rng(0)

    def work() -> None:
        for place in _places(rng, size):
            crop(*place)

    return work


def _places(rng: np.random.Generator, size: Size) -> np.ndarray:
    """``(size.patches, 3)``: picture, top, left."""
    highest = [size.pictures, *(extent - size.patch + 1 for extent in size.picture)]
    return rng.integers(highest, size=(size.patches, 3))


def _crop(folder: Path, patch: int) -> Crop:
    pictures = [picture for (picture,) in images_by_name(folder)[0].values()]
    return lambda i, y, x: pictures[i].read()[y : y + patch, x : x + patch].copy()


def _npy(files: Path, folder: Path, patch: int) -> Crop:
    folder.mkdir()
    for index, file in enumerate(list_images(files)):
        np.save(folder / f"{index}.npy", read_image(file))

    def crop(i: int, y: int, x: int) -> np.ndarray:
        picture = np.load(folder / f"{i}.npy", mmap_mode="r")
        return np.array(picture[y : y + patch, x : x + patch])

    return crop


def _h5py(files: Path, path: Path, patch: int) -> Crop:
    import h5py  # not a dependency

    store = h5py.File(path, "w")
    for index, file in enumerate(list_images(files)):
        store.create_dataset(str(index), data=read_image(file), chunks=(patch, patch, 3))
    return lambda i, y, x: store[str(i)][y : y + patch, x : x + patch]


def _compare_items(plain: HRFolder, ours: HRFolder, count: int) -> None:
    for epoch in range(4):
        for index in range(count):
            one, other = plain[epoch, index], ours[epoch, index]
            if one["seed"] != other["seed"] or not torch.equal(one["hr"], other["hr"]):
                raise RuntimeError(f"packed patch {index} of epoch {epoch} is not the decoded one")


def _compare_crops(crops: Mapping[str, Crop], size: Size) -> None:
    for place in _places(np.random.default_rng(1), size):
        patches = {name: crop(*place) for name, crop in crops.items()}
        plain = next(iter(patches.values()))
        for name, patch in patches.items():
            if not np.array_equal(patch, plain):
                raise RuntimeError(f"{name}: not the decoded patch at {place}")
