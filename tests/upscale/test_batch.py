"""What a run reports about the pictures of a folder."""

import io
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from srrescgan import SuperResolver
from srrescgan.generators import RRDBNet
from srrescgan.images import write_png
from srrescgan.inference import Predictor, UpscaleOptions
from srrescgan.upscale.batch import plan, upscale_all
from srrescgan.upscale.output_options import OutputOptions
from srrescgan.videos import Encoding


def report(tmp_path: Path, **options: int | str) -> str:
    """Upscale a picture of 12 and one of 40 pixels; return what is printed."""
    for side in (12, 40):
        write_png(tmp_path / f"in/{side}.png", np.zeros((side, side, 3), np.uint8))
    work = plan(tmp_path / "in", tmp_path / "out", OutputOptions(), Encoding(), False)
    console = Console(file=io.StringIO())
    generator = RRDBNet(1, features=2, blocks=1, growth=2)
    upscale_all(work, Predictor(generator, UpscaleOptions(tile=16, **options)), console)
    return console.file.getvalue()


def test_it_says_how_many_pictures_may_differ_from_the_whole_and_by_how_much(
    tmp_path: Path,
) -> None:
    text = report(tmp_path, overlap=9)
    assert "1 upscaled in tiles of 16 pixels that overlap by 9: nobody measured how far" in text
    assert "overlap=exact avoids that" in text


def test_it_says_nothing_where_tiles_equal_the_whole(tmp_path: Path) -> None:
    assert "tiles" not in report(tmp_path, overlap="exact")


def test_in_python_a_visible_difference_is_a_warning() -> None:
    generator, picture = RRDBNet(1, features=2, blocks=1, growth=2), np.zeros((40, 40, 3), np.uint8)
    with pytest.warns(UserWarning, match="tiles of 16 pixels that overlap by 9"):
        SuperResolver(generator, device="cpu", tile=16, overlap=9)(picture)
