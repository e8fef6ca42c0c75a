"""Steps of preparing a downloaded data set; each skips what is already done."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from srrescgan.data.pack import INDEX, read_index
from srrescgan.degrade.degrade_folder import degrade_folder
from srrescgan.degrade.manifest import Manifest
from srrescgan.degrade.pairs import PairMaker
from srrescgan.degrade.run import degrade_settings
from srrescgan.errors import DataError
from srrescgan.images import list_images
from srrescgan.prepare.checksums import compare_checksums
from srrescgan.prepare.content import Content, Differences, FolderRecord, hashes
from srrescgan.prepare.dataset import DataSet, DerivedFolder
from srrescgan.prepare.packing import pack_folder

_SHOWN = 5


def check_content(
    data_set: DataSet,
    data_dir: Path,
    checksums: Path | None,
    verify: bool,
    accept: bool,
    workers: int,
) -> list[str]:
    """Compare every downloaded file with the record of earlier runs and with a published list.

    Args:
        data_set: with the downloads.
        data_dir: ``paths.data_dir``.
        checksums: a list as ``sha256sum`` or ``md5sum`` write it; ``None`` for none.
        verify: read also files whose size and time are the recorded ones.
        accept: record changed and deleted files as they are now.
        workers: threads that read.

    Returns:
        One line for each step and for each group of new files.

    Raises:
        DataError: lists the files that differ; the record is not changed then.
    """
    root = data_set.root(data_dir)
    content = Content.read(root)
    folders = [part.folder for part in data_set.downloads.values()]
    scans = {folder: content.scan(folder, verify, workers) for folder in folders}
    records = {folder: record for folder, (record, _) in scans.items()}
    differences = [each for _, each in scans.values()]
    problems = [] if accept else _problems(differences)
    if problems:
        problems.append(
            f"Copy or download these again. If the change was intended, accept=true records"
            f" {root.absolute()} as it is now"
        )
    if checksums is not None:
        digests = {
            (root / folder / name).resolve(): digest
            for folder, record in records.items()
            for name, digest in hashes(record).items()
        }
        problems += compare_checksums(checksums, root, digests, workers)
    if problems:
        raise DataError("\n".join(problems))
    before = dict(content.folders)
    content.folders |= records
    if content.folders != before:
        content.write()
    return [
        *(f"{folder}: content recorded" for folder in folders if _is_first(before.get(folder))),
        *(_some(each.new) + " new, recorded" for each in differences if each.new),
        *([] if checksums is None else [f"{checksums}: every listed file matches"]),
    ]


def make_folder(
    derived: DerivedFolder,
    data_set: DataSet,
    data_dir: Path,
    degradation: Mapping[str, Any],
    software: Mapping[str, Any],
    verify: bool,
    workers: int,
) -> str | None:
    """Generate a derived folder from its download, exactly as ``srrescgan.degrade`` does.

    Either command can resume a folder that the other started.

    Args:
        derived: one of ``data_set.made``.
        data_set: that it belongs to.
        data_dir: ``paths.data_dir``.
        degradation: configuration of the degradation, for the manifest.
        software: versions and device, for the manifest.
        verify: read originals and results again, and regenerate those that changed.
        workers: threads.

    Returns:
        A line about what was done; ``None`` if there was nothing to do.

    Raises:
        DataError: the folder holds other files, or originals cannot be used.
    """
    root = data_set.root(data_dir)
    source = data_set.downloads[derived.hr].folder
    folder = root / derived.folder
    maker = PairMaker(derived.degradation, derived.scale, derived.seed)
    settings = degrade_settings(maker, {**degradation}, weights=None)
    if not verify and _is_made(folder, settings, Content.read(root).hashes(source)):
        return None
    try:
        summary = degrade_folder(root / source, folder, maker, settings, {**software}, workers)
    except DataError as error:
        raise DataError(
            f"{derived.folder}: {error}. If you did not intend this, move {folder} away and run the"
            " same command again"
        ) from error
    if summary.failures:
        listed = "\n  ".join(failure["reason"] for failure in summary.failures)
        raise DataError(
            f"{derived.folder}: {len(summary.failures)} pictures cannot be used:\n  {listed}\n"
            "Copy or download them again, then run the same command again"
        )
    return f"{derived.folder}: {summary.made} pictures made from {source}" if summary.made else None


def refresh_pack(
    name: str, data_set: DataSet, data_dir: Path, wanted: bool, verify: bool, workers: int
) -> str | None:
    """Pack a folder in place for fast reading, unless its pack is up to date.

    Args:
        name: one of ``data_set.training_folders()``.
        data_set: that it belongs to.
        data_dir: ``paths.data_dir``.
        wanted: whether to pack; an outdated pack is removed either way.
        verify: read files and pack again, and repack what changed.
        workers: threads.

    Returns:
        A line about what was done; ``None`` if there was nothing to do.

    Raises:
        DataError: pictures cannot be read, or the disk is full.
    """
    root = data_set.root(data_dir)
    folder, index = root / name, root / name / INDEX
    if not list_images(folder):  # only its pack was kept
        return None
    is_current = index.is_file() and _is_pack_of(folder, _recorded_hashes(name, root))
    if wanted and (verify or not is_current):
        summary = pack_folder(folder, folder, workers, overwrite=True)
        return f"{name}: {summary.packed} pictures packed" if summary.packed else None
    if index.is_file() and not is_current:
        index.unlink()
        return f"{name}: removed its outdated pack; the files are read directly now"
    return None


def _is_first(record: FolderRecord | None) -> bool:
    return record is None or not record["complete"]


def _problems(differences: list[Differences]) -> list[str]:
    """Messages about files that changed or were deleted."""
    changed = [name for each in differences for name in each.changed]
    deleted = [name for each in differences for name in each.deleted]
    problems = []
    if changed:
        problems.append(f"changed since they were recorded: {_some(changed)}")
    if deleted:
        problems.append(f"deleted since they were recorded: {_some(deleted)}")
    return problems


def _some(names: list[str]) -> str:
    """Count of names, and the first few.

    Example:
        >>> _some(["a", "b"])
        '2 files (a, b)'
    """
    shown = ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
    return f"{len(names)} file{'s' if len(names) > 1 else ''} ({shown})"


def _is_made(folder: Path, settings: Mapping[str, Any], sources: Mapping[str, str]) -> bool:
    """Whether a folder is finished, was made from these sources, and no file of it is missing."""
    manifest = Manifest.read(folder)
    if manifest is None or not manifest.finished or manifest.settings != settings:
        return False
    originals = {name: entry["sha256"] for name, entry in manifest.entries.items()}
    outputs = [output["file"] for entry in manifest.entries.values() for output in entry["outputs"]]
    return originals == sources and all((folder / output).is_file() for output in outputs)


def _recorded_hashes(name: str, root: Path) -> dict[str, str]:
    """SHA-256 of a folder's files: from its manifest if it is derived, else from the record."""
    manifest = Manifest.read(root / name)
    if manifest is None:
        return Content.read(root).hashes(name)
    outputs = [output for entry in manifest.entries.values() for output in entry["outputs"]]
    return {output["file"]: output["sha256"] for output in outputs}


def _is_pack_of(folder: Path, hashes: Mapping[str, str]) -> bool:
    try:
        return {entry["file"]: entry["sha256"] for entry in read_index(folder)} == hashes
    except DataError:  # damaged
        return False
