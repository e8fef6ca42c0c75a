"""Demonstration data set: photographs that come with scikit-image and scikit-learn.

``python -m srrescgan.prepare.bundled FOLDER`` writes ``FOLDER/clean/train``, ``FOLDER/clean/valid``
and ``FOLDER/photos``; the last has other scenes, to be degraded as if by a camera.
"""

import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from srrescgan.images import read_image, write_png

_SIDE = 192
"""Side of a piece, pixels: a photograph gives about eight."""
_IMAGES = {"skimage": "data", "sklearn": "datasets/images"}
_TRAIN = ("skimage/astronaut.png", "skimage/coffee.png", "skimage/rocket.jpg", "sklearn/china.jpg")
_VALID = ("skimage/chelsea.png",)
_PHOTOS = ("sklearn/flower.jpg", "skimage/motorcycle_left.png", "skimage/hubble_deep_field.jpg")


def lay_out(folder: Path) -> None:
    """Write the photographs: cut into pieces for training, whole for validation."""
    for place, names in {"clean/train": _TRAIN, "photos": _PHOTOS}.items():
        for name in names:
            for index, piece in enumerate(_pieces(read_image(_find(name)))):
                write_png(folder / place / f"{Path(name).stem}_{index:02d}.png", piece)
    for name in _VALID:
        write_png(folder / "clean/valid" / f"{Path(name).stem}.png", read_image(_find(name)))


def _find(name: str) -> Path:
    package, file = name.split("/")
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / _IMAGES[package] / file


def _pieces(image: np.ndarray) -> list[np.ndarray]:
    rows, columns = image.shape[0] // _SIDE, image.shape[1] // _SIDE
    return [
        image[row * _SIDE : (row + 1) * _SIDE, column * _SIDE : (column + 1) * _SIDE]
        for row in range(rows)
        for column in range(columns)
    ]


if __name__ == "__main__":
    lay_out(Path(sys.argv[1]))
