"""Released weights by name, for whoever does not want to spell a path."""

import os
from pathlib import Path

from srrescgan.errors import WeightsError, nearest

FOLDER_VARIABLE = "SRRESCGAN_WEIGHTS"
"""Environment variable with the folder of released weights; without it, ``weights``."""
RELEASED = {
    "srrescgan": "srrescgan_model.pth",
    "srresdnet_perceptual": "srresdnet_perceptual.pth",
}
"""File in that folder by name: the SRResCGAN generator, and what its training began with."""


def find_weights(path_or_name: str | Path) -> Path:
    """Return the weight file that is meant.

    A file that exists is meant itself. Else a name without folders is looked for in the folder of
    released weights: one of :data:`RELEASED`, or any file there.

    Raises:
        WeightsError: there is none, with every place that was looked at.
    """
    given = Path(path_or_name).expanduser()
    if given.is_file():
        return given
    places = [given]
    if given.name == str(given):
        folder = Path(os.environ.get(FOLDER_VARIABLE, "weights")).expanduser()
        places.append(folder / RELEASED.get(given.name, given.name))
        if places[-1].is_file():
            return places[-1]
    raise WeightsError(
        f"no weight file at {' nor at '.join(map(str, places))}. Give a checkpoint, .safetensors or"
        f" .pth file, or the name of released weights in the folder that {FOLDER_VARIABLE} names:"
        f" {' or '.join(RELEASED)}{nearest(given.name, RELEASED)}"
    )
