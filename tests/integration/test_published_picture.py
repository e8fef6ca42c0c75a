"""SRResCGAN+ on the picture its authors published."""

from pathlib import Path

import numpy as np
import pytest
from commands import run
from PIL import Image


@pytest.mark.reference
def test_srrescgan_plus_on_the_published_picture(shared: Path, tmp_path: Path) -> None:
    done = run(
        *("upscale", "ensemble=true", "device=cpu"),
        f"input={shared / 'reference/lr/0815.png'}",
        f"weights={shared / 'reference/weights/srrescgan_model.pth'}",
        f"output={tmp_path / 'sr'}",
        cwd=tmp_path,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr
    ours = np.asarray(Image.open(tmp_path / "sr/0815.png")).astype(int)
    published = np.asarray(Image.open(shared / "reference/sr/0815_plus.png")).astype(int)
    assert ours.shape == published.shape
    difference = np.abs(ours - published)
    assert difference.max() <= 1
    assert (difference > 0).mean() <= 1e-4
