"""The folders of a known data set: which there are, and whether they are as they should be."""

from pathlib import Path

from rich.markup import escape
from rich.table import Table

from srrescgan.data import HRFolder, PairedFolder
from srrescgan.data.pack import INDEX, open_pack
from srrescgan.degrade.manifest import JOURNAL, MANIFEST
from srrescgan.errors import DataError
from srrescgan.images import list_images
from srrescgan.prepare.dataset import DataSet, Download

_ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz")


def count_pictures(folder: Path) -> int:
    """Number of picture files of a folder; of packed pictures where no files were kept."""
    files = len(list_images(folder)) if folder.is_dir() else 0
    return files or (len(open_pack(folder)) if (folder / INDEX).is_file() else 0)


def parts_table(data_set: DataSet, data_dir: Path) -> Table:
    """Every folder with what it is, how many pictures it should have and has, and its state."""
    root = data_set.root(data_dir)
    title = escape(f"{data_set.title}\n{root.absolute()}")
    table = Table(title=title, title_justify="left")
    for heading in ("folder", "what", "expected", "found", "state"):
        right = heading in ("expected", "found")
        table.add_column(heading, justify="right" if right else "left", overflow="fold")
    for part in data_set.downloads.values():
        found = count_pictures(root / part.folder)
        state = _packed(root / part.folder, "here") if found else "missing"
        table.add_row(part.folder, part.what, part.expected, str(found), state)
    for made in data_set.made.values():
        found, folder = count_pictures(root / made.folder), root / made.folder
        state = _packed(folder, "made") if (folder / MANIFEST).is_file() else "to be made"
        if (folder / JOURNAL).is_file():
            state = "begun"
        expected = data_set.downloads[made.hr].expected
        table.add_row(made.folder, made.what, expected, str(found), state)
    if data_set.generated is not None:
        found = count_pictures(root / data_set.generated)
        what = "training, lr partners - made by a degradation that is learned"
        state = "here" if found else "later, by the pipeline"
        table.add_row(data_set.generated, what, "", str(found), state)
    return table


def refuse_missing(data_set: DataSet, data_dir: Path) -> None:
    """Make sure that every download is there.

    Raises:
        DataError: for each that is not, what it is and where to put it; and how it is had.
    """
    root = data_set.root(data_dir).absolute()
    missing = [
        part for part in data_set.downloads.values() if not count_pictures(root / part.folder)
    ]
    if not missing:
        return
    lines = [f"{len(missing)} of {len(data_set.downloads)} folders are missing or empty:"]
    for part in missing:
        lines += [f"  {root / part.folder}", f"    {part.what} ({_how_many(part)})"]
        archives = [root / f"{part.folder}{suffix}" for suffix in _ARCHIVES]
        lines += [f"    unpack {path} there" for path in archives if path.is_file()]
    lines.append(f"Where they come from: {data_set.source}")
    lines.append(
        "Put the pictures there, or give the folder that holds"
        f" {data_set.folder} as paths.data_dir=, and run the same command again"
    )
    raise DataError("\n".join(lines))


def drop_stale_packs(data_set: DataSet, data_dir: Path) -> list[str]:
    """Take the index from packs whose folder holds other files by now, so that it can be read.

    Returns:
        A line about each.
    """
    root, notes = data_set.root(data_dir), []
    for name in data_set.training_folders():
        folder = root / name
        files = list_images(folder) if folder.is_dir() else []
        if files and (folder / INDEX).is_file():
            try:
                open_pack(folder)
            except DataError:  # of other files, or damaged
                (folder / INDEX).unlink()
                notes.append(f"{name}: the pack was of other files and does not count any more")
    return notes


def check_downloads(data_set: DataSet, data_dir: Path, subset: bool) -> list[str]:
    """Look at counts, names and sizes of everything that was downloaded; headers only.

    Args:
        data_set: what there should be.
        data_dir: ``paths.data_dir``.
        subset: be content with fewer pictures.

    Returns:
        What is worth knowing though it is no mistake.

    Raises:
        DataError: with all that was found.
    """
    root = data_set.root(data_dir)
    problems = []
    for part in data_set.downloads.values():
        problems += _count_problems(part, root, subset)
    for name, folders in _folders(data_set, root).items():
        try:
            folders.check()
        except DataError as error:
            problems.append(f"{name}: {error}")
    if problems:
        raise DataError("\n".join([f"{data_set.title} is not as expected.", *problems]))
    hr = [part.folder for part in data_set.downloads.values() if part.lr_of is None]
    return [note for name in hr for note in _cuts(name, root / name, data_set.scale)]


def _how_many(part: Download) -> str:
    if part.count is None:
        return "this project does not know how many"
    return f"{part.expected} pictures{'' if part.verified else ', as far as this project knows'}"


def _count_problems(part: Download, root: Path, subset: bool) -> list[str]:
    found = count_pictures(root / part.folder)
    if part.count is None or found == part.count or (subset and found < part.count):
        return []
    doubt = "" if part.verified else " (a number from memory, which may be wrong)"
    remedy = (
        "complete it, or go on with these: subset=true"
        if found < part.count
        else "remove what does not belong there"
    )
    return [
        f"{root / part.folder} holds {found} pictures, expected {part.expected}{doubt}: {remedy}"
    ]


def _folders(data_set: DataSet, root: Path) -> dict[str, HRFolder]:
    """What has to be looked over: pairs together, the rest alone."""
    downloads = data_set.downloads
    paired = {part.lr_of for part in downloads.values()}
    folders: dict[str, HRFolder] = {}
    for name, part in downloads.items():
        place = str(root / part.folder)
        if part.lr_of is not None:
            hr = downloads[part.lr_of].folder
            folders[f"{hr} and {part.folder}"] = PairedFolder(str(root / hr), place, data_set.scale)
        elif name not in paired:
            folders[part.folder] = HRFolder(place, data_set.scale)
    return folders


def _cuts(name: str, folder: Path, scale: int) -> list[str]:
    """How many hr pictures will be read without their last rows or columns."""
    pictures = [each["hr"] for each in HRFolder(str(folder), scale).pictures.values()]
    cut = sum(any(side % scale for side in picture.size()) for picture in pictures)
    if not cut:
        return []
    return [
        f"{name}: {cut} of {len(pictures)} pictures are no multiple of {scale} pixels; used as hr"
        f" they are read without the last rows and columns"
    ]


def _packed(folder: Path, state: str) -> str:
    return f"{state}, packed" if (folder / INDEX).is_file() else state
