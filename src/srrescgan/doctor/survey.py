"""Every picture of every split examined once, in parallel, through the cache."""

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
from srrescgan.data.pack import PackedPicture
from srrescgan.data.pictures import Picture, PictureFile, SampleFiles
from srrescgan.doctor.alignment import Alignment, align
from srrescgan.doctor.cache import FactCache
from srrescgan.doctor.facts import VERSION, Facts, damaged, find_facts
from srrescgan.errors import DataError

_FLUSH_EVERY_S = 2.0


@dataclass
class Split:
    """A data set and what was found in it.

    Args:
        name: ``train``, ``val/<set>`` or ``test/<set>``.
        scale: integer factor between hr and lr.
        patch_size: side of the hr patch in pixels; ``None`` for whole images.
        folders: role to the folder it is read from.
        candidates: what is stored under each name.
        folder_problems: what is wrong with the folders, each with its remedy.
        facts: of every picture.
        alignments: of every pair of one hr and one lr picture that fit each other, by name.
    """

    name: str
    scale: int
    patch_size: int | None
    folders: dict[str, Path]
    candidates: list[SampleFiles]
    folder_problems: list[str]
    facts: dict[Picture, Facts] = field(default_factory=dict)
    alignments: dict[str, Alignment] = field(default_factory=dict)

    @classmethod
    def of(cls, name: str, dataset: FolderDataset) -> "Split":
        """List a data set's folders; nothing is read yet."""
        candidates, problems = dataset.candidates()
        return cls(name, dataset.scale, dataset.patch_size, dataset.folders(), candidates, problems)

    def pictures(self, *roles: str) -> list[Picture]:
        """Every picture of these roles, or of all."""
        return [
            picture
            for candidate in self.candidates
            for role, stored in candidate.pictures.items()
            if not roles or role in roles
            for picture in stored
        ]

    def originals(self) -> list[Picture]:
        """Every picture that is not the lr partner of another."""
        return [
            picture
            for candidate in self.candidates
            for role, stored in candidate.pictures.items()
            if role != "lr" or not candidate.pictures.get("hr")
            for picture in stored
        ]


def survey(
    datasets: Mapping[str, FolderDataset], cache: FactCache, workers: int, flat_level: float
) -> list[Split]:
    """Examine every picture and every pair.

    Threads are enough: decoding, hashing and resizing leave Python's lock alone.
    """
    splits = [Split.of(name, dataset) for name, dataset in datasets.items()]
    examiner = _Examiner(cache, flat_level)
    console = Console(stderr=True)
    pool = ThreadPoolExecutor(workers)
    jobs: dict[Future[_Found], tuple[Split, SampleFiles]] = {
        pool.submit(examiner.examine, candidate, split.scale): (split, candidate)
        for split in splits
        for candidate in split.candidates
    }
    flushed = time.monotonic()
    try:
        with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
            for job in bar.track(as_completed(jobs), len(jobs), description="Examining pictures"):
                split, candidate = jobs[job]
                found = job.result()
                split.facts |= found.facts
                if found.alignment is not None:
                    split.alignments[candidate.name] = found.alignment
                if time.monotonic() - flushed > _FLUSH_EVERY_S:
                    cache.flush()
                    flushed = time.monotonic()
    finally:
        pool.shutdown(cancel_futures=True)
        cache.flush()
    return splits


@dataclass
class _Found:
    facts: dict[Picture, Facts]
    alignment: Alignment | None


class _Examiner:
    def __init__(self, cache: FactCache, flat_level: float) -> None:
        self.cache = cache
        self.flat_level = flat_level

    def examine(self, candidate: SampleFiles, scale: int) -> _Found:
        """All of one name in one go, so that a pair is decoded once for everything."""
        facts: dict[Picture, Facts] = {}
        digests: dict[Picture, str] = {}
        pixels: dict[Picture, np.ndarray] = {}
        for picture in [picture for stored in candidate.pictures.values() for picture in stored]:
            try:
                digests[picture] = self._digest(picture)
                facts[picture] = self._facts(picture, digests[picture], pixels)
            except Exception as error:  # one bad file must not end the examination of the others
                facts[picture] = damaged(picture, error)
        pair = [candidate.pictures.get(role, []) for role in ("hr", "lr")]
        if not all(len(stored) == 1 for stored in pair):
            return _Found(facts, None)
        hr, lr = (stored[0] for stored in pair)
        if not lies_on(facts[hr], facts[lr], scale):
            return _Found(facts, None)
        key = f"{VERSION}:align:{scale}:{digests[hr]}:{digests[lr]}"
        known = self.cache.get(key)
        if known is not None:
            return _Found(facts, Alignment(**json.loads(known)))
        try:
            large, small = (pixels[p] if p in pixels else p.read() for p in (hr, lr))
            alignment = align(large, small, scale)
        except (DataError, MemoryError):  # gone since, or more than fits: a pair not measured
            return _Found(facts, None)
        self.cache.put(key, json.dumps(asdict(alignment)))
        return _Found(facts, alignment)

    def _facts(self, picture: Picture, digest: str, pixels: dict[Picture, np.ndarray]) -> Facts:
        """Facts of a picture; if it had to be decoded, its pixels go into ``pixels``."""
        key = f"{VERSION}:{self.flat_level:.6g}:{digest}"
        known = self.cache.get(key)
        if known is not None:
            return Facts.load(known)
        facts, decoded = find_facts(picture, self.flat_level)
        if decoded is not None:
            pixels[picture] = decoded
        self.cache.put(key, facts.dump())
        return facts

    def _digest(self, picture: Picture) -> str:
        """Of a file's bytes; of a packed picture's pixels.

        Raises:
            OSError: the file cannot be read at all.
        """
        if isinstance(picture, PictureFile):
            return self.cache.file_digest(picture.path)
        assert isinstance(picture, PackedPicture)

        def read() -> str:
            content = hashlib.blake2b(f"packed {picture.size()} ".encode(), digest_size=16)
            content.update(picture.read().data)  # the map itself, not a copy of it
            return content.hexdigest()

        return self.cache.digest(str(picture), picture.path, read)


def lies_on(hr: Facts, lr: Facts, scale: int) -> bool:
    """Whether both can be read and lr has the size that hr asks for."""
    expected = (hr.height // scale, hr.width // scale)
    return hr.readable and lr.readable and (lr.height, lr.width) == expected
