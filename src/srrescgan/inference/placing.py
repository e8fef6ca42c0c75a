"""Where a picture's result goes: planned beforehand, and never onto an original."""

from pathlib import Path

from srrescgan.errors import DataError
from srrescgan.images import list_images


def plan_outputs(source: Path, folder: Path) -> dict[Path, Path]:
    """Map each input picture to the file it will become; sub-folders are kept.

    Raises:
        DataError: when there is nothing to read, or two pictures would become the same file.
    """
    if not source.exists():
        raise DataError(f"input={source} does not exist; give a picture or a folder of pictures")
    if source.is_file():
        return {source: folder / f"{source.stem}.png"}
    targets: dict[Path, Path] = {}
    outputs: dict[Path, Path] = {}
    for image in list_images(source):
        target = (folder / image.relative_to(source)).with_suffix(".png")
        if target in targets:
            raise DataError(f"{image} and {targets[target]} would both become {target}; rename one")
        targets[target] = image
        outputs[image] = target
    if not outputs:
        raise DataError(f"no pictures in {source} (a pack without its files is for training only)")
    return outputs


def refuse_overwriting(outputs: dict[Path, Path], source: Path, folder: Path) -> None:
    """Make sure that no original is replaced, and no result becomes the next run's input.

    Raises:
        DataError: when the output is among the inputs.
    """
    originals = {image.resolve() for image in outputs}
    lost = [target for target in outputs.values() if target.resolve() in originals]
    inside = source.is_dir() and folder.resolve().is_relative_to(source.resolve())
    if lost or inside:
        what = f"{lost[0]} is an input" if lost else f"output={folder} lies inside input={source}"
        raise DataError(f"{what}; choose another output= folder, outside the input")
