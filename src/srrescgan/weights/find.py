"""Finds weight files: by path, or released weights by name."""

import os
from pathlib import Path

from srrescgan.errors import WeightsError, nearest

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
    weights: one of :data:`RELEASED`, or any file there.

    Raises:
        WeightsError: there is none; the message lists every place that was searched.
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
    raise WeightsError(
        f"no weight file at {' nor at '.join(map(str, places))}. Give a checkpoint, .safetensors or"
        f" .pth file, or the name of released weights in the folder that {FOLDER_VARIABLE} names:"
        f" {' or '.join(RELEASED)}{nearest(path.name, RELEASED)}"
    )
