"""The steps that make a downloaded data set ready to train on; each skips what is done already."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from srrescgan.data.pack import INDEX, read_index
from srrescgan.degrade.degrading import degrade_folder
from srrescgan.degrade.manifest import Ledger
from srrescgan.degrade.pairs import PairMaker
from srrescgan.errors import DataError
from srrescgan.images import list_images
from srrescgan.prepare.checksums import compare_checksums
from srrescgan.prepare.content import Content, Differences, FolderRecord, hashes
from srrescgan.prepare.dataset import DataSet, Made
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
    """Hold every downloaded file against the record of earlier runs and against a published list.

    Args:
        data_set: whose downloads.
        data_dir: ``paths.data_dir``.
        checksums: a list as ``sha256sum`` or ``md5sum`` write it; ``None`` for none.
        verify: read also files whose size and time are the recorded ones.
        accept: record changed and vanished files as they are.
        workers: threads that read.

    Returns:
        A line about each thing that was done or is new.

    Raises:
        DataError: with all files that are not what they were or should be; the record stays.
    """
    root = data_set.root(data_dir)
    content = Content.read(root)
    folders = [part.folder for part in data_set.downloads.values()]
    surveys = {folder: content.survey(folder, verify, workers) for folder in folders}
    records = {folder: record for folder, (record, _) in surveys.items()}
    differences = [each for _, each in surveys.values()]
    problems = [] if accept else _problems(differences)
    if problems:
        problems.append(
            f"Copy or download these again; or, if it was on purpose, accept=true records"
            f" {root.absolute()} as it is"
        )
    if checksums is not None:
        known = {
            (root / folder / name).resolve(): digest
            for folder, record in records.items()
            for name, digest in hashes(record).items()
        }
        problems += compare_checksums(checksums, root, known, workers)
    if problems:
        raise DataError("\n".join(problems))
    before = dict(content.folders)
    content.folders |= records
    if content.folders != before:
        content.write()
    return [
        *(f"{folder}: content recorded" for folder in folders if _is_first(before.get(folder))),
        *(_some(each.new) + " new, recorded" for each in differences if each.new),
        *([] if checksums is None else [f"{checksums}: every file in it is as published"]),
    ]


def make_folder(
    made: Made,
    data_set: DataSet,
    data_dir: Path,
    settings: Mapping[str, Any],
    made_with: Mapping[str, Any],
    verify: bool,
    workers: int,
) -> str | None:
    """Degrade a download into the folder that is made of it, as ``srrescgan.degrade`` would.

    Args:
        made: one of ``data_set.made``.
        data_set: that it belongs to.
        data_dir: ``paths.data_dir``.
        settings: everything that decides about pixels, as ``srrescgan.degrade`` notes it.
        made_with: software and device, for the manifest.
        verify: read the files on both sides again, and make anew what is not what it was.
        workers: threads.

    Returns:
        A line about what was done; ``None`` when there was nothing to do.

    Raises:
        DataError: the folder holds something else; pictures could not be used.
    """
    root = data_set.root(data_dir)
    source = data_set.downloads[made.hr].folder
    folder = root / made.folder
    if not verify and _is_made(folder, settings, Content.read(root).hashes(source)):
        return None
    maker = PairMaker(made.degradation, made.scale, made.seed)
    try:
        outcome = degrade_folder(root / source, folder, maker, {**settings}, {**made_with}, workers)
    except DataError as error:
        raise DataError(
            f"{made.folder}: {error}. In a known data set: move {folder} away and run this again"
        ) from error
    if outcome.failures:
        listed = "\n  ".join(failure["reason"] for failure in outcome.failures)
        raise DataError(
            f"{made.folder}: {len(outcome.failures)} pictures could not be used:\n  {listed}\n"
            f"Mend these and run the same command again"
        )
    return f"{made.folder}: {outcome.made} pictures made of {source}" if outcome.made else None


def refresh_pack(
    name: str, data_set: DataSet, data_dir: Path, wanted: bool, verify: bool, workers: int
) -> str | None:
    """Pack a folder for fast reading, in its own place, unless it has been.

    Args:
        name: one of ``data_set.training_folders()``.
        data_set: that it belongs to.
        data_dir: ``paths.data_dir``.
        wanted: whether to pack; a pack of other files than are there now goes either way.
        verify: read files and pack again, and pack anew what is not what it was.
        workers: threads.

    Returns:
        A line about what was done; ``None`` when there was nothing to do.

    Raises:
        DataError: pictures cannot be read, or do not fit on the disk.
    """
    root = data_set.root(data_dir)
    folder, index = root / name, root / name / INDEX
    if not list_images(folder):  # only its pack was kept
        return None
    is_current = index.is_file() and _is_pack_of(folder, _known_hashes(name, root))
    if wanted and (verify or not is_current):
        outcome = pack_folder(folder, folder, workers, overwrite=True)
        return f"{name}: {outcome.made} pictures packed" if outcome.made else None
    if index.is_file() and not is_current:
        index.unlink()
        return f"{name}: its pack was of other files, which are read themselves from now on"
    return None


def _is_first(record: FolderRecord | None) -> bool:
    return record is None or not record["complete"]


def _problems(differences: list[Differences]) -> list[str]:
    """What is to be said about files that changed or vanished."""
    changed = [name for each in differences for name in each.changed]
    vanished = [name for each in differences for name in each.vanished]
    problems = []
    if changed:
        problems.append(f"changed since they were recorded: {_some(changed)}")
    if vanished:
        problems.append(f"vanished since they were recorded: {_some(vanished)}")
    return problems


def _some(names: list[str]) -> str:
    """The first few names, and how many there are.

    Example:
        >>> _some(["a", "b"])
        '2 files (a, b)'
    """
    shown = ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
    return f"{len(names)} file{'s' if len(names) > 1 else ''} ({shown})"


def _is_made(folder: Path, settings: Mapping[str, Any], sources: Mapping[str, str]) -> bool:
    """Whether a folder was made to the end, of these files, and still has its own."""
    ledger = Ledger.read(folder)
    if ledger is None or not ledger.finished or ledger.settings != settings:
        return False
    made_of = {name: entry["sha256"] for name, entry in ledger.entries.items()}
    outputs = [output["file"] for entry in ledger.entries.values() for output in entry["outputs"]]
    return made_of == sources and all((folder / output).is_file() for output in outputs)


def _known_hashes(name: str, root: Path) -> dict[str, str]:
    """SHA-256 of a folder's files, by the record if it was downloaded, else by its manifest."""
    ledger = Ledger.read(root / name)
    if ledger is None:
        return Content.read(root).hashes(name)
    outputs = [output for entry in ledger.entries.values() for output in entry["outputs"]]
    return {output["file"]: output["sha256"] for output in outputs}


def _is_pack_of(folder: Path, hashes: Mapping[str, str]) -> bool:
    try:
        return {entry["file"]: entry["sha256"] for entry in read_index(folder)} == hashes
    except DataError:  # damaged
        return False
