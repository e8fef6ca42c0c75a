"""SRResCGAN+ by the command: the pictures of the authors' code."""

from pathlib import Path

import numpy as np
import pytest
from commands import run
from PIL import Image


@pytest.mark.reference
@pytest.mark.parametrize(
    ("name", "expected", "most_differ"),
    [
        # 150 x 150 pixels, computed with the authors' code; the tolerance is that of the goldens.
        pytest.param("bird", "goldens/bird_plus.png", 1e-3, id="bird"),
        # 510 x 339 pixels, the one that the authors published: minutes.
        pytest.param(
            *("0815", "reference/sr/0815_plus.png", 1e-4), marks=pytest.mark.slow, id="0815"
        ),
    ],
)
def test_srrescgan_plus_is_the_picture_of_the_authors(
    shared: Path, tmp_path: Path, name: str, expected: str, most_differ: float
) -> None:
    done = run(
        *("upscale", "ensemble=true", "device=cpu"),
        f"input={shared / f'reference/lr/{name}.png'}",
        f"weights={shared / 'reference/weights/srrescgan_model.pth'}",
        f"output={tmp_path / 'sr'}",
        cwd=tmp_path,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr
    ours = np.asarray(Image.open(tmp_path / f"sr/{name}.png").convert("RGB")).astype(int)
    theirs = np.asarray(Image.open(shared / expected)).astype(int)
    assert ours.shape == theirs.shape
    difference = np.abs(ours - theirs)
    assert difference.max() <= 1
    assert (difference > 0).mean() <= most_differ
