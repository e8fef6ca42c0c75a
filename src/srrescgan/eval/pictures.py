"""A folder of sr pictures that another program made, matched with the images of the sets."""

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from srrescgan.data.datamodule import FolderDataset
from srrescgan.data.pictures import Picture, pictures_by_name
from srrescgan.errors import DataError
from srrescgan.images import image_is_grey, to_tensor
from srrescgan.types import SRBatch

_SHOWN = 20


class SRPictures:
    """One picture for every image of every set: ``<folder>/<set>/<name>.png``.

    With a single set they may lie in the folder itself. ``<name>x<scale>`` is understood too.

    Args:
        folder: where they are.
        datasets: the sets by name.

    Raises:
        DataError: once, with every picture that is missing, superfluous, ambiguous, of another size
            than the image, or grey where the image is not.
    """

    def __init__(self, folder: Path, datasets: Mapping[str, FolderDataset]) -> None:
        if not folder.is_dir():
            raise DataError(f"{folder} is not a folder of sr pictures: correct methods=")
        self._found: dict[tuple[str, str], Picture] = {}
        problems = []
        for name, dataset in datasets.items():
            place = folder / name
            if not place.is_dir() and len(datasets) == 1:
                place = folder
            problems += self._match(name, dataset, place)
        if problems:
            listed = [f"  - {problem}" for problem in problems[:_SHOWN]]
            if len(problems) > _SHOWN:
                listed.append(f"  ... and {len(problems) - _SHOWN} more")
            head = f"{folder}: {len(problems)} problems; expected <set>/<name>.png for every image:"
            raise DataError("\n".join([head, *listed]))

    def read(self, batch: SRBatch) -> Tensor:
        """Pictures of a batch, ``(B, 3, H, W)`` in [0, 1]; raises DataError when one is damaged."""
        keys = zip(batch["set"], batch["name"], strict=True)
        return torch.stack([to_tensor(self._found[key].read()) for key in keys])

    def _match(self, data_set: str, dataset: FolderDataset, place: Path) -> list[str]:
        stored, problems = pictures_by_name(place)
        if problems:
            return problems
        images = {image.name: image.pictures for image in dataset.candidates()[0]}
        suffix = f"x{dataset.scale}"
        named: dict[str, list[Picture]] = {}
        for stem, found in stored.items():
            named.setdefault(stem if stem in images else stem.removesuffix(suffix), []).extend(
                found
            )
        problems += [f"{place}/{name}: missing" for name in images if name not in named]
        problems += [f"{f[0]}: no image of {data_set}" for n, f in named.items() if n not in images]
        for name in images.keys() & named.keys():
            problem = self._compare(images[name], named[name], dataset.scale)
            if problem:
                problems.append(problem)
            self._found[data_set, name] = named[name][0]
        return sorted(problems)

    @staticmethod
    def _compare(
        image: Mapping[str, list[Picture]], found: list[Picture], scale: int
    ) -> str | None:
        sr = found[0]
        if len(found) > 1:
            return f"{sr}: {len(found)} pictures of that name: keep one"
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
