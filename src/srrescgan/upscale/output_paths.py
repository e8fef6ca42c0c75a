"""Output paths: where each result goes, planned before anything is computed."""

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

from srrescgan.errors import DataError
from srrescgan.files import visible
from srrescgan.images import list_images


def as_png(image: Path) -> str:
    """Name of a picture's result where results are PNG: the same stem."""
    return f"{image.stem}.png"


def plan_outputs(
    source: Path,
    folder: Path,
    name: Callable[[Path], str] = as_png,
    find: Callable[[Path], list[Path]] = list_images,
) -> dict[Path, Path]:
    """Map each input picture to its output file; sub-folders are kept.

    Args:
        source: a picture or a folder of pictures.
        folder: of the results.
        name: gives the name of a picture's result, without folders.
        find: lists the inputs in a folder.

    Raises:
        DataError: there is nothing to read, two pictures would become the same file, or
            ``folder`` is a file.
    """
    if not source.exists():
        raise DataError(f"input={source} does not exist; give a picture or a folder of pictures")
    if folder.is_file():
        raise DataError(f"output={folder} is a file; give a folder, in which names are kept")
    if source.is_file():
        return {source: folder / name(source)}
    targets: dict[Path, Path] = {}
    outputs: dict[Path, Path] = {}
    for image in find(source):
        target = folder / image.relative_to(source).with_name(name(image))
        if target in targets:
            raise DataError(f"{image} and {targets[target]} would both become {target}; rename one")
        targets[target] = image
        outputs[image] = target
    if not outputs:
        raise DataError(f"no pictures in {source} (a pack without its files is for training only)")
    return outputs


def refuse_overwriting(outputs: Mapping[Path, Path], source: Path, folder: Path) -> None:
    """Make sure that no original is replaced, and no result becomes the next run's input.

    Raises:
        DataError: the output is among the inputs.
    """
    originals = {image.resolve() for image in outputs}
    lost = [target for target in outputs.values() if target.resolve() in originals]
    beside = source.is_file() and folder.resolve() == source.resolve().parent
    for image, target in outputs.items():
        # A file of the same stem, as a.png beside a.jpg, may be another original.
        if beside and target.exists() and target not in lost and target.stem == image.stem:
            raise DataError(
                f"{target} lies beside the input and may be an original, too; choose another"
                " output= folder"
            )
    inside = source.is_dir() and folder.resolve().is_relative_to(source.resolve())
    if lost or inside:
        what = f"{lost[0]} is an input" if lost else f"output={folder} lies inside input={source}"
        raise DataError(f"{what}; choose another output= folder, outside the input")


def without_existing(outputs: Mapping[Path, Path], existing: str) -> dict[Path, Path]:
    """Leave out the pictures whose result exists already, if those are to be skipped.

    Args:
        outputs: output file of each picture.
        existing: ``replace``, ``skip`` or ``refuse``.

    Raises:
        DataError: results exist already, and ``existing`` is ``refuse``.
    """
    present = [target for target in outputs.values() if target.exists()]
    if existing == "refuse" and present:
        more = f" and {len(present) - 1} more" if len(present) > 1 else ""
        raise DataError(
            f"{present[0]}{more} would be replaced: choose another output= or suffix=, or"
            " existing=skip, or existing=replace"
        )
    if existing == "skip":
        return {image: target for image, target in outputs.items() if not target.exists()}
    return dict(outputs)


def other_files(source: Path, outputs: Mapping[Path, Path]) -> str:
    """Files in a folder that are not upscaled, by suffix, as ``2 .gif, 1 .txt``; empty if none."""
    if not source.is_dir():
        return ""
    others = [path for path in visible(source) if path not in outputs and not path.is_dir()]
    kinds = Counter(path.suffix.lower() or "without suffix" for path in others)
    return ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
