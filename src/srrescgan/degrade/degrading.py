"""A folder of lr pictures out of a folder of hr pictures: in parallel, resumable, accounted for."""

from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.progress import track

from srrescgan.data.pictures import picture_name
from srrescgan.degrade.manifest import JOURNAL, MANIFEST, Entry, Failure, Ledger, Output
from srrescgan.degrade.pairs import PairMaker
from srrescgan.degrade.prefetch import ahead
from srrescgan.errors import ConfigError, DataError
from srrescgan.files import file_sha256, remove_leftovers
from srrescgan.images import read_image, write_png
from srrescgan.upscale.output_paths import plan_outputs, refuse_overwriting


@dataclass(frozen=True)
class Job:
    """One original and the files to make of it."""

    source: Path
    input: str
    """``source``, relative to the input folder."""
    targets: dict[str, Path]
    """Role to file, see :data:`srrescgan.degrade.pairs.ROLES`."""

    @property
    def name(self) -> str:
        """Relative name without suffix, which seeds the degradation."""
        return picture_name(Path(self.input))


@dataclass(frozen=True)
class Outcome:
    """What a run did."""

    made: int
    found: int
    """Originals whose pictures an earlier run had made."""
    failures: list[Failure]


def degrade_folder(
    source: Path,
    folder: Path,
    maker: PairMaker,
    settings: dict[str, Any],
    made_with: dict[str, Any],
    workers: int = 4,
    overwrite: bool = False,
) -> Outcome:
    """Make the pictures of every original below ``source``, and the manifest.

    ``workers`` threads read ahead and write behind; the degradation itself takes one picture at a
    time, so memory holds one picture's computation and ``workers`` pictures of 8 bit. The result
    depends neither on ``workers`` nor on the order.

    A folder that an earlier run left unfinished, or of which files are missing, is completed: what
    is there and still is what the manifest says it is, is kept. Originals that cannot be used do
    not stop the others.

    Args:
        source: folder of pictures, or one picture.
        folder: of the set; each role of ``maker`` is a folder in it.
        maker: original to pictures.
        settings: everything that decides about pixels; goes into the manifest, and a set that was
            made with other settings is not touched.
        made_with: software and device, for the manifest.
        workers: threads, at least 1.
        overwrite: remove a set with other settings and replace files that no manifest knows.

    Raises:
        ConfigError: ``workers`` is below 1.
        DataError: the output holds something else, is among the input, or cannot be written.
    """
    if workers < 1:
        raise ConfigError(f"workers={workers}: must be at least 1")
    jobs = plan_jobs(source, folder, maker.roles)
    ledger = _open_ledger(folder, settings, jobs, overwrite)
    try:
        return _complete(jobs, folder, maker, ledger, made_with, workers)
    except OSError as error:
        raise DataError(
            f"cannot write to {folder} ({error.strerror or error}): make room or choose a folder"
            " that you may write to; the same command then goes on"
        ) from error


def _complete(
    jobs: list[Job],
    folder: Path,
    maker: PairMaker,
    ledger: Ledger,
    made_with: dict[str, Any],
    workers: int,
) -> Outcome:
    """Make what the ledger does not know, or no longer rightly."""
    with ThreadPoolExecutor(workers) as pool:
        known = [job for job in jobs if job.input in ledger.entries]
        checks = ahead(pool, lambda job: _is_up_to_date(job, ledger), known, workers)
        done = {job.input for job, check in checks if check.result()}
        to_do = [job for job in jobs if job.input not in done]
        if not to_do and ledger.finished:
            return Outcome(0, len(done), [])
        remove_leftovers([path for job in jobs for path in job.targets.values()])
        remove_leftovers([folder / MANIFEST, folder / JOURNAL])
        for job in to_do:  # an original that is damaged now must not keep its old entry
            ledger.entries.pop(job.input, None)
        ledger.resume(made_with)
        failures = _make_all(pool, to_do, maker, ledger, workers)
    ledger.finish((job.input for job in jobs), failures)
    return Outcome(len(to_do) - len(failures), len(done), failures)


def plan_jobs(source: Path, folder: Path, roles: Iterable[str]) -> list[Job]:
    """Find the originals, and where their pictures go: the same relative names, as PNG.

    Raises:
        DataError: there are none, two would become the same file, or an original would be replaced.
    """
    targets: dict[Path, dict[str, Path]] = {}
    for role in roles:
        outputs = plan_outputs(source, folder / role)
        refuse_overwriting(outputs, source, folder / role)
        for image, target in outputs.items():
            targets.setdefault(image, {})[role] = target
    base = source if source.is_dir() else source.parent
    return [
        Job(image, image.relative_to(base).as_posix(), files) for image, files in targets.items()
    ]


def _open_ledger(
    folder: Path, settings: dict[str, Any], jobs: list[Job], overwrite: bool
) -> Ledger:
    """What is known of the output; a set that is not this one is refused or, if told so, removed.

    Raises:
        DataError: with the difference.
    """
    ledger = Ledger.read(folder)
    if ledger is None:
        present = [path for job in jobs for path in job.targets.values() if path.exists()]
        if present and not overwrite:
            raise DataError(
                f"{present[0]} and {len(present) - 1} more files are there already and no manifest"
                f" says what they are: choose another output=, or replace them with overwrite=true"
            )
        return Ledger(folder, settings)
    inputs = {job.input for job in jobs}
    gone = [name for name in ledger.entries if name not in inputs]
    differing = [
        key
        for key in sorted(settings.keys() | ledger.settings.keys())
        if settings.get(key) != ledger.settings.get(key)
    ]
    if not differing and not gone:
        return ledger
    if not overwrite:
        what = (
            f"was made with other settings (another {', another '.join(differing)})"
            if differing
            else f"was made of {len(gone)} more pictures (such as {gone[0]}), which are gone"
        )
        raise DataError(f"{folder} {what}: choose another output=, or replace it: overwrite=true")
    _remove(ledger)
    return Ledger(folder, settings)


def _remove(ledger: Ledger) -> None:
    """Remove the pictures that a manifest lists, then the manifest."""
    place = ledger.folder.resolve()
    for entry in ledger.entries.values():
        for output in entry["outputs"]:
            path = ledger.folder / output["file"]
            if path.suffix == ".png" and path.resolve().is_relative_to(place):
                path.unlink(missing_ok=True)
    for name in (MANIFEST, JOURNAL):
        (ledger.folder / name).unlink(missing_ok=True)


def _is_up_to_date(job: Job, ledger: Ledger) -> bool:
    """Whether original and pictures are the files that the ledger knows."""
    entry = ledger.entries[job.input]
    known = {ledger.folder / output["file"]: output["sha256"] for output in entry["outputs"]}
    return (
        known.keys() == set(job.targets.values())
        and all(path.is_file() for path in known)
        and entry["sha256"] == file_sha256(job.source)
        and all(file_sha256(path) == digest for path, digest in known.items())
    )


def _make_all(
    pool: ThreadPoolExecutor, jobs: list[Job], maker: PairMaker, ledger: Ledger, workers: int
) -> list[Failure]:
    failures: list[Failure] = []
    writing: deque[Future[Entry]] = deque()
    reading = ahead(pool, _read, jobs, workers)
    for job, original in track(reading, "Degrading", total=len(jobs)):
        try:
            pictures = maker(original.result(), job.name)
        except (DataError, ValueError) as error:  # unreadable; too small for the degradation
            failures.append({"input": job.input, "reason": str(error)})
        except (MemoryError, torch.OutOfMemoryError):
            reason = f"{job.source} does not fit into memory: remove it, or cut it up"
            failures.append({"input": job.input, "reason": reason})
        else:
            writing.append(pool.submit(_write, job, pictures, ledger.folder))
        while len(writing) > workers:
            ledger.add(writing.popleft().result())
    while writing:
        ledger.add(writing.popleft().result())
    return failures


def _read(job: Job) -> np.ndarray:
    return read_image(job.source)


def _write(job: Job, pictures: dict[str, np.ndarray], folder: Path) -> Entry:
    outputs: list[Output] = []
    for role, picture in pictures.items():
        path = job.targets[role]
        write_png(path, picture)
        outputs.append(
            {
                "file": path.relative_to(folder).as_posix(),
                "sha256": file_sha256(path),
                "height": picture.shape[0],
                "width": picture.shape[1],
            }
        )
    return {"input": job.input, "sha256": file_sha256(job.source), "outputs": outputs}
