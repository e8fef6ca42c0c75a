"""What somebody who waits is told."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from srrescgan.upscale import progress
from srrescgan.upscale.progress import UpscaleProgress


class Clock:
    now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(progress, "time", clock)
    return clock


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    """A small picture, one of three times its area, and one that cannot be read."""
    paths = [tmp_path / name for name in ("small.png", "large.png", "[bad].png")]
    for path, width in zip(paths, (10, 30), strict=False):
        Image.fromarray(np.zeros((10, width), np.uint8)).save(path)
    paths[2].write_bytes(b"no picture")
    return paths


def test_without_a_terminal_a_line_for_each_picture_and_now_and_then_within(
    photos: list[Path], clock: Clock
) -> None:
    said = io.StringIO()
    with UpscaleProgress(photos, Console(file=said)) as pace:
        with pace.picture(photos[0]) as tell:
            clock.now = 20
            tell(0.5)
            clock.now = 25
        with pace.picture(photos[1]) as tell:
            clock.now = 70
            tell(2 / 3)
            tell(0.7)  # too soon after the last
            clock.now = 100
        with pytest.raises(KeyError), pace.picture(photos[2]):
            raise KeyError
    assert said.getvalue().splitlines() == [
        "1/3 small.png, 0:00:25 spent, 0:01:15 left",  # of 3 more times its area
        "2/3 large.png: 67%, 0:01:10 spent, 0:00:23 left",
        "2/3 large.png, 0:01:40 spent, 0:00:00 left",
    ]


def test_on_a_terminal_a_bar_that_moves_within_a_picture(photos: list[Path]) -> None:
    said = io.StringIO()
    console = Console(file=said, force_terminal=True, width=100, legacy_windows=False)
    with UpscaleProgress(photos, console) as pace:
        with pace.picture(photos[0]) as tell:
            tell(1.0)
        with pace.picture(photos[1]) as tell:
            tell(2 / 3)
            pace.bar.refresh()
            assert "75%" in said.getvalue()
            tell(0.0)  # restarted
            pace.bar.refresh()
        with pace.picture(photos[2]):
            pass
    shown = said.getvalue()
    assert "2/3 large.png" in shown
    assert "3/3 [bad].png" in shown
    assert "100%" in shown
    assert "spent" not in shown
