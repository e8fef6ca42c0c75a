"""Scan: measures every picture and pair of every data set once, in parallel, through the cache."""

import hashlib
import json
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import Progress

from srrescgan.data.datamodule import FolderDataset
from srrescgan.data.pack import PackedImage
from srrescgan.data.stored_image import ImageFile, SampleFiles, StoredImage
from srrescgan.doctor.alignment import Alignment, align
from srrescgan.doctor.image_info import VERSION, ImageInfo, damaged_image, measure_image
from srrescgan.doctor.scan_cache import ScanCache
from srrescgan.doctor.thresholds import Thresholds
from srrescgan.errors import DataError

FEW_PAIRS = 3
"""Pairs that have to be measured before the median over a split counts."""
_FLUSH_EVERY_S = 2.0


@dataclass
class Split:
    """A data set, the measurements of its pictures, and what they are compared with.

    Args:
        name: ``train``, ``val/<set>`` or ``test/<set>``.
        scale: integer factor between hr and lr.
        patch_size: side of the hr patch in pixels; ``None`` for whole images.
        folders: role (``hr``, ``lr``, ``real``) to the folder it is read from.
        samples: the files stored under each name.
        folder_problems: what is wrong with the folders, each as ``problem: remedy``.
        thresholds: of the checks.
        training: the split that is trained on, for checks that compare with it; ``None`` if this
            is that split, or if there is none.
        images: measurements of every picture.
        alignments: of every pair of one hr and one lr picture whose sizes match, by name.
    """

    name: str
    scale: int
    patch_size: int | None
    folders: dict[str, Path]
    samples: list[SampleFiles]
    folder_problems: list[str]
    thresholds: Thresholds
    training: "Split | None" = None
    images: dict[StoredImage, ImageInfo] = field(default_factory=dict)
    alignments: dict[str, Alignment] = field(default_factory=dict)

    def pictures(self, *roles: str) -> list[StoredImage]:
        """Every picture of these roles; of all roles if none is given."""
        return [
            picture
            for sample in self.samples
            for role, stored in sample.pictures.items()
            if not roles or role in roles
            for picture in stored
        ]

    def originals(self) -> list[StoredImage]:
        """Every picture that is not the lr partner of another."""
        return [
            picture
            for sample in self.samples
            for role, stored in sample.pictures.items()
            if role != "lr" or not sample.pictures.get("hr")
            for picture in stored
        ]

    def mean_flat_share(self) -> float | None:
        """Mean share of flat patches; ``None`` if no picture can be read."""
        infos = [self.images[picture] for picture in self.originals()]
        shares = [info.flat for info in infos if info.readable]
        return float(np.mean(shares)) if shares else None

    def median_alignment(self) -> tuple[float, float, float] | None:
        """Median ``(down, right, stretch)`` in lr pixels; ``None`` for fewer than 3 pairs."""
        measured = [each for each in self.alignments.values() if each.measured]
        if len(measured) < FEW_PAIRS:
            return None
        values = np.median([(each.down, each.right, each.stretch) for each in measured], axis=0)
        return float(values[0]), float(values[1]), float(values[2])


def scan(
    datasets: Mapping[str, FolderDataset], cache: ScanCache, workers: int, thresholds: Thresholds
) -> list[Split]:
    """Measure every picture and every pair.

    Threads are enough, because decoding, hashing and resizing release Python's lock.

    Args:
        datasets: by the names ``train``, ``val/<set>`` and ``test/<set>``.
        cache: of earlier measurements.
        workers: threads.
        thresholds: given to every split.
    """
    splits = _list_splits(datasets, thresholds)
    scanner = _Scanner(cache, thresholds.flat_level)
    console = Console(stderr=True)
    pool = ThreadPoolExecutor(workers)
    pending: dict[Future[_SampleScan], tuple[Split, SampleFiles]] = {
        pool.submit(scanner.scan_sample, sample, split.scale): (split, sample)
        for split in splits
        for sample in split.samples
    }
    flushed = time.monotonic()
    try:
        with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
            done = bar.track(as_completed(pending), len(pending), description="Examining pictures")
            for future in done:
                split, sample = pending[future]
                result = future.result()
                split.images |= result.images
                if result.alignment is not None:
                    split.alignments[sample.name] = result.alignment
                if time.monotonic() - flushed > _FLUSH_EVERY_S:
                    cache.flush()
                    flushed = time.monotonic()
    finally:
        pool.shutdown(cancel_futures=True)
        cache.flush()
    return splits


def _list_splits(datasets: Mapping[str, FolderDataset], thresholds: Thresholds) -> list[Split]:
    """List the folders of every data set; no picture is read yet."""
    splits = []
    for name, dataset in datasets.items():
        samples, problems = dataset.candidates()
        scale, patch_size, folders = dataset.scale, dataset.patch_size, dataset.folders()
        splits.append(Split(name, scale, patch_size, folders, samples, problems, thresholds))
    training = next((split for split in splits if split.name == "train"), None)
    for split in splits:
        split.training = None if split is training else training
    return splits


@dataclass
class _SampleScan:
    images: dict[StoredImage, ImageInfo]
    alignment: Alignment | None


class _Scanner:
    def __init__(self, cache: ScanCache, flat_level: float) -> None:
        self.cache = cache
        self.flat_level = flat_level

    def scan_sample(self, sample: SampleFiles, scale: int) -> _SampleScan:
        """Measure all pictures of one name together, so that a pair is decoded only once."""
        images: dict[StoredImage, ImageInfo] = {}
        digests: dict[StoredImage, str] = {}
        pixels: dict[StoredImage, np.ndarray] = {}
        for picture in [picture for stored in sample.pictures.values() for picture in stored]:
            try:
                digests[picture] = self._digest(picture)
                images[picture] = self._measure(picture, digests[picture], pixels)
            except Exception as error:  # one bad file must not stop the scan of the others
                images[picture] = damaged_image(picture, error)
        pair = [sample.pictures.get(role, []) for role in ("hr", "lr")]
        if not all(len(stored) == 1 for stored in pair):
            return _SampleScan(images, None)
        hr, lr = (stored[0] for stored in pair)
        if not sizes_match(images[hr], images[lr], scale):
            return _SampleScan(images, None)
        key = f"{VERSION}:align:{scale}:{digests[hr]}:{digests[lr]}"
        cached = self.cache.get(key)
        if cached is not None:
            return _SampleScan(images, Alignment(**json.loads(cached)))
        try:
            large, small = (pixels[p] if p in pixels else p.read() for p in (hr, lr))
            alignment = align(large, small, scale)
        except (DataError, MemoryError):  # deleted meanwhile, or too large to measure
            return _SampleScan(images, None)
        self.cache.put(key, json.dumps(asdict(alignment)))
        return _SampleScan(images, alignment)

    def _measure(
        self, picture: StoredImage, digest: str, pixels: dict[StoredImage, np.ndarray]
    ) -> ImageInfo:
        """Measure a picture; if it has to be decoded, its pixels are added to ``pixels``."""
        key = f"{VERSION}:{self.flat_level:.6g}:{digest}"
        cached = self.cache.get(key)
        if cached is not None:
            return ImageInfo.load(cached)
        info, decoded = measure_image(picture, self.flat_level)
        if decoded is not None:
            pixels[picture] = decoded
        self.cache.put(key, info.dump())
        return info

    def _digest(self, picture: StoredImage) -> str:
        """Digest of a file's bytes, or of a packed picture's pixels.

        Raises:
            OSError: the file cannot be opened.
        """
        if isinstance(picture, ImageFile):
            return self.cache.file_digest(picture.path)
        assert isinstance(picture, PackedImage)

        def read() -> str:
            content = hashlib.blake2b(f"packed {picture.size()} ".encode(), digest_size=16)
            content.update(picture.read().data)  # the memory map itself, not a copy of it
            return content.hexdigest()

        return self.cache.digest(str(picture), picture.path, read)


def sizes_match(hr: ImageInfo, lr: ImageInfo, scale: int) -> bool:
    """Whether both can be read and lr has the size of hr divided by ``scale``."""
    expected = (hr.height // scale, hr.width // scale)
    return hr.readable and lr.readable and (lr.height, lr.width) == expected
