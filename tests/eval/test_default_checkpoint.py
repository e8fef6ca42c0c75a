"""The weights to evaluate when none are named."""

import os
from pathlib import Path

import pytest

from srrescgan.errors import ConfigError
from srrescgan.eval.default_checkpoint import default_checkpoint


def touch(path: Path, age: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    os.utime(path.parent, (1000 - age, 1000 - age))
    return path


def test_the_released_file_comes_first(tmp_path: Path) -> None:
    released = touch(tmp_path / "weights/released.pth")
    own = touch(tmp_path / "runs/a/checkpoints/best_lpips.ckpt")
    assert default_checkpoint(released, tmp_path / "runs") == released
    released.unlink()
    assert default_checkpoint(released, tmp_path / "runs") == own


def test_the_default_is_the_best_checkpoint_of_the_newest_run(tmp_path: Path) -> None:
    touch(tmp_path / "runs/old/checkpoints/best_lpips.ckpt", age=10)
    touch(tmp_path / "runs/new/checkpoints/last.ckpt")
    best = touch(tmp_path / "runs/new/checkpoints/best_psnr.ckpt")
    assert default_checkpoint(None, tmp_path / "runs") == best


def test_the_best_by_whatever_was_measured_comes_before_the_last(tmp_path: Path) -> None:
    folder = tmp_path / "runs/new/checkpoints"
    order = ("best_lpips", "best_psnr", "best_dists", "best_y_border4_psnr", "last")
    files = [touch(folder / f"{name}.ckpt") for name in order]
    for best in files:
        assert default_checkpoint(None, tmp_path / "runs") == best
        best.unlink()


def test_the_error_without_a_checkpoint_lists_the_folders_searched(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"srrescgan_model\.pth.*runs.*ckpt_path="):
        default_checkpoint(tmp_path / "srrescgan_model.pth", tmp_path / "runs")
