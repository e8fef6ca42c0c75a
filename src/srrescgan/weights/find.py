"""Finds weight files: by path, or known weights by name."""

import os
from pathlib import Path

from srrescgan.errors import WeightsError, nearest
from srrescgan.weights.packaged import PACKAGED, packaged_weights

FOLDER_VARIABLE = "SRRESCGAN_WEIGHTS"
"""Environment variable with the folder of released weights; without it, ``weights``."""
RELEASED = {
    "srrescgan": "srrescgan_model.pth",
    "srresdnet_perceptual": "srresdnet_perceptual.pth",
}
"""File in that folder by name: the SRResCGAN generator, and its pre-trained initial weights."""


def find_weights(path_or_name: str | Path) -> Path:
    """Return the path of a weight file.

    An existing file is taken as it is. A name without folders is searched in the folder of released
    weights: one of :data:`RELEASED`, or any file there. The names of
    :data:`~srrescgan.weights.packaged.PACKAGED` are weights of other authors' packages.

    Raises:
        WeightsError: there is none; the message lists every place that was searched. Or the package
            of a name is not installed.
    """
    path = Path(path_or_name).expanduser()
    if path.is_file():
        return path
    places = [path]
    if path.name == str(path):
        folder = Path(os.environ.get(FOLDER_VARIABLE, "weights")).expanduser()
        places.append(folder / RELEASED.get(path.name, path.name))
        if places[-1].is_file():
            return places[-1]
        if path.name in PACKAGED:
            return packaged_weights(path.name, folder)
    raise WeightsError(
        f"no weight file at {' nor at '.join(map(str, places))}. Give a checkpoint, .safetensors,"
        f" .pth or .param (ncnn) file; the name of released weights in the folder that"
        f" {FOLDER_VARIABLE} names: {' or '.join(RELEASED)}; or {', '.join(PACKAGED)}"
        f"{nearest(path.name, [*RELEASED, *PACKAGED])}"
    )
