"""Degrade a folder of hr pictures: parallel, resumable, recorded in a manifest."""

from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.progress import track

from srrescgan.data.stored_image import image_name
from srrescgan.degrade.manifest import (
    JOURNAL,
    MANIFEST,
    Failure,
    Manifest,
    ManifestEntry,
    OutputFile,
)
from srrescgan.degrade.pairs import PairMaker
from srrescgan.degrade.prefetch import prefetch
from srrescgan.errors import ConfigError, DataError
from srrescgan.files import file_sha256, remove_leftovers
from srrescgan.images import read_image, write_png
from srrescgan.upscale.output_paths import plan_outputs, refuse_overwriting


@dataclass(frozen=True)
class DegradeTask:
    """An original picture and the files to write for it."""

    source: Path
    input: str
    """``source``, relative to the input folder."""
    targets: dict[str, Path]
    """Role to output file, see :data:`srrescgan.degrade.pairs.ROLES`."""

    @property
    def name(self) -> str:
        """Relative name without suffix, which seeds the degradation."""
        return image_name(Path(self.input))


@dataclass(frozen=True)
class DegradeSummary:
    """Result of :func:`degrade_folder`, counted in originals."""

    made: int
    """Degraded in this run."""
    kept: int
    """Degraded in an earlier run."""
    failures: list[Failure]


def degrade_folder(
    source: Path,
    folder: Path,
    maker: PairMaker,
    settings: dict[str, Any],
    software: dict[str, Any],
    workers: int = 4,
    overwrite: bool = False,
) -> DegradeSummary:
    """Degrade every original below ``source``, and write the manifest.

    ``workers`` threads read and write while one picture at a time is degraded, so memory holds one
    picture's computation and ``workers`` pictures of 8 bit. The result depends neither on
    ``workers`` nor on the order.

    An incomplete folder of an earlier run is completed: files that still match the manifest are
    kept. Originals that cannot be used are listed and skipped.

    Args:
        source: folder of pictures, or one picture.
        folder: of the output; each role of ``maker`` is a folder in it.
        maker: makes the pictures of an original.
        settings: everything that affects pixels. Stored in the manifest; output that was made with
            other settings is not changed.
        software: versions and device, for the manifest.
        workers: threads, at least 1.
        overwrite: remove output with other settings, and replace files that no manifest lists.

    Raises:
        ConfigError: ``workers`` is below 1.
        DataError: the output folder holds other files, overlaps the input, or cannot be written.
    """
    if workers < 1:
        raise ConfigError(f"workers={workers}: must be at least 1")
    tasks = plan_tasks(source, folder, maker.roles)
    manifest = _open_manifest(folder, settings, tasks, overwrite)
    try:
        return _complete(tasks, folder, maker, manifest, software, workers)
    except OSError as error:
        raise DataError(
            f"cannot write to {folder} ({error.strerror or error}): free disk space or choose a"
            " folder that you may write to, then run the same command again to resume"
        ) from error


def _complete(
    tasks: list[DegradeTask],
    folder: Path,
    maker: PairMaker,
    manifest: Manifest,
    software: dict[str, Any],
    workers: int,
) -> DegradeSummary:
    """Degrade every original whose files do not match the manifest."""
    with ThreadPoolExecutor(workers) as pool:
        listed = [task for task in tasks if task.input in manifest.entries]
        checks = prefetch(pool, lambda task: _is_up_to_date(task, manifest), listed, workers)
        done = {task.input for task, check in checks if check.result()}
        to_do = [task for task in tasks if task.input not in done]
        if not to_do and manifest.finished:
            return DegradeSummary(0, len(done), [])
        remove_leftovers([path for task in tasks for path in task.targets.values()])
        remove_leftovers([folder / MANIFEST, folder / JOURNAL])
        for task in to_do:  # an original that is damaged now must not keep its old entry
            manifest.entries.pop(task.input, None)
        manifest.resume(software)
        failures = _make_all(pool, to_do, maker, manifest, workers)
    manifest.finish((task.input for task in tasks), failures)
    return DegradeSummary(len(to_do) - len(failures), len(done), failures)


def plan_tasks(source: Path, folder: Path, roles: Iterable[str]) -> list[DegradeTask]:
    """Find the originals and name their output files: the same relative names, as PNG.

    Raises:
        DataError: there are none, two would have the same output, or an original would be replaced.
    """
    targets: dict[Path, dict[str, Path]] = {}
    for role in roles:
        outputs = plan_outputs(source, folder / role)
        refuse_overwriting(outputs, source, folder / role)
        for image, target in outputs.items():
            targets.setdefault(image, {})[role] = target
    base = source if source.is_dir() else source.parent
    return [
        DegradeTask(image, image.relative_to(base).as_posix(), files)
        for image, files in targets.items()
    ]


def _open_manifest(
    folder: Path, settings: dict[str, Any], tasks: list[DegradeTask], overwrite: bool
) -> Manifest:
    """Read the manifest; other output is refused or, with ``overwrite``, removed.

    Raises:
        DataError: naming the difference.
    """
    manifest = Manifest.read(folder)
    if manifest is None:
        present = [path for task in tasks for path in task.targets.values() if path.exists()]
        if present and not overwrite:
            raise DataError(
                f"{present[0]} and {len(present) - 1} more files exist already and no manifest"
                " lists them: choose another output=, or replace them with overwrite=true"
            )
        return Manifest(folder, settings)
    inputs = {task.input for task in tasks}
    gone = [name for name in manifest.entries if name not in inputs]
    differing = [
        key
        for key in sorted(settings.keys() | manifest.settings.keys())
        if settings.get(key) != manifest.settings.get(key)
    ]
    if not differing and not gone:
        return manifest
    if not overwrite:
        what = (
            f"was made with other settings (another {', another '.join(differing)})"
            if differing
            else f"was made from {len(gone)} more pictures (such as {gone[0]}), which are gone"
        )
        raise DataError(
            f"{folder} {what}: choose another output=, or replace it with overwrite=true"
        )
    _remove(manifest)
    return Manifest(folder, settings)


def _remove(manifest: Manifest) -> None:
    """Remove the pictures that a manifest lists, then the manifest."""
    place = manifest.folder.resolve()
    for entry in manifest.entries.values():
        for output in entry["outputs"]:
            path = manifest.folder / output["file"]
            if path.suffix == ".png" and path.resolve().is_relative_to(place):
                path.unlink(missing_ok=True)
    for name in (MANIFEST, JOURNAL):
        (manifest.folder / name).unlink(missing_ok=True)


def _is_up_to_date(task: DegradeTask, manifest: Manifest) -> bool:
    """Whether the original and its output files match the manifest."""
    entry = manifest.entries[task.input]
    recorded = {manifest.folder / output["file"]: output["sha256"] for output in entry["outputs"]}
    return (
        recorded.keys() == set(task.targets.values())
        and all(path.is_file() for path in recorded)
        and entry["sha256"] == file_sha256(task.source)
        and all(file_sha256(path) == digest for path, digest in recorded.items())
    )


def _make_all(
    pool: ThreadPoolExecutor,
    tasks: list[DegradeTask],
    maker: PairMaker,
    manifest: Manifest,
    workers: int,
) -> list[Failure]:
    failures: list[Failure] = []
    writing: deque[Future[ManifestEntry]] = deque()
    reading = prefetch(pool, _read, tasks, workers)
    for task, original in track(reading, "Degrading", total=len(tasks)):
        try:
            pictures = maker(original.result(), task.name)
        except (DataError, ValueError) as error:  # unreadable; too small for the degradation
            failures.append({"input": task.input, "reason": str(error)})
        except (MemoryError, torch.OutOfMemoryError):
            reason = f"{task.source} does not fit into memory: remove it, or cut it into pieces"
            failures.append({"input": task.input, "reason": reason})
        else:
            writing.append(pool.submit(_write, task, pictures, manifest.folder))
        while len(writing) > workers:
            manifest.add(writing.popleft().result())
    while writing:
        manifest.add(writing.popleft().result())
    return failures


def _read(task: DegradeTask) -> np.ndarray:
    return read_image(task.source)


def _write(task: DegradeTask, pictures: dict[str, np.ndarray], folder: Path) -> ManifestEntry:
    outputs: list[OutputFile] = []
    for role, picture in pictures.items():
        path = task.targets[role]
        write_png(path, picture)
        outputs.append(
            {
                "file": path.relative_to(folder).as_posix(),
                "sha256": file_sha256(path),
                "height": picture.shape[0],
                "width": picture.shape[1],
            }
        )
    return {"input": task.input, "sha256": file_sha256(task.source), "outputs": outputs}
