"""A folder of sr images made by another program, matched with the images of the sets."""

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from srrescgan.data.datamodule import FolderDataset
from srrescgan.data.stored_image import StoredImage, images_by_name
from srrescgan.errors import DataError
from srrescgan.images import image_is_grey, to_tensor
from srrescgan.types import SRBatch

_MOST_PROBLEMS = 20


class SRImageFolder:
    """One sr image for every image of every set: ``<folder>/<set>/<name>.png``.

    For a single set they may be in the folder itself. ``<name>x<scale>.png`` is accepted, too.

    Args:
        folder: the folder.
        datasets: the sets by name.

    Raises:
        DataError: lists every image that is missing, superfluous, ambiguous, of the wrong size, or
            gray where the true image is in color.
    """

    def __init__(self, folder: Path, datasets: Mapping[str, FolderDataset]) -> None:
        if not folder.is_dir():
            raise DataError(f"{folder} is not a folder of sr pictures: correct methods=")
        self._files: dict[tuple[str, str], StoredImage] = {}
        problems = []
        for name, dataset in datasets.items():
            place = folder / name
            if not place.is_dir() and len(datasets) == 1:
                place = folder
            problems += self._match(name, dataset, place)
        if problems:
            listed = [f"  - {problem}" for problem in problems[:_MOST_PROBLEMS]]
            if len(problems) > _MOST_PROBLEMS:
                listed.append(f"  ... and {len(problems) - _MOST_PROBLEMS} more")
            head = f"{folder}: {len(problems)} problems; expected <set>/<name>.png for every image:"
            raise DataError("\n".join([head, *listed]))

    def read(self, batch: SRBatch) -> Tensor:
        """Read the images of a batch, ``(B, 3, H, W)`` in [0, 1].

        Raises:
            DataError: a file is damaged.
        """
        keys = zip(batch["set"], batch["name"], strict=True)
        return torch.stack([to_tensor(self._files[key].read()) for key in keys])

    def _match(self, data_set: str, dataset: FolderDataset, place: Path) -> list[str]:
        """Find the file of every image of a set; returns the problems."""
        stored, problems = images_by_name(place)
        if problems:
            return problems
        images = {image.name: image.pictures for image in dataset.candidates()[0]}
        suffix = f"x{dataset.scale}"
        by_name: dict[str, list[StoredImage]] = {}
        for stem, files in stored.items():
            name = stem if stem in images else stem.removesuffix(suffix)
            by_name.setdefault(name, []).extend(files)
        problems += [f"{place}/{name}: missing" for name in images if name not in by_name]
        problems += [
            f"{files[0]}: no image of {data_set}"
            for name, files in by_name.items()
            if name not in images
        ]
        for name in images.keys() & by_name.keys():
            problem = self._problem(images[name], by_name[name], dataset.scale)
            if problem:
                problems.append(problem)
            self._files[data_set, name] = by_name[name][0]
        return sorted(problems)

    @staticmethod
    def _problem(
        image: Mapping[str, list[StoredImage]], files: list[StoredImage], scale: int
    ) -> str | None:
        """Why the files of one name are not the sr of an image; ``None`` if they are."""
        sr = files[0]
        if len(files) > 1:
            return f"{sr}: {len(files)} pictures of that name: keep one"
        try:
            if image.get("hr"):
                truth = image["hr"][0]
                expected = tuple(side - side % scale for side in truth.size())
                if sr.size() == expected and image_is_grey(sr.path) > image_is_grey(truth.path):
                    return f"{sr} is grey, {truth} is in color"
            else:
                truth = image["lr"][0]
                expected = tuple(side * scale for side in truth.size())
            height, width = sr.size()
        except DataError as error:
            return str(error)
        if (height, width) != expected:
            return (
                f"{sr} is {height} x {width} (height x width), expected {expected[0]} x"
                f" {expected[1]} ({truth} at scale {scale})"
            )
        return None
