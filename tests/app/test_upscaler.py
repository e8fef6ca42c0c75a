"""What the button of the local page does."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from small_network import small_network

from srrescgan import SuperResolver
from srrescgan.app import PhotoUpscaler, preview
from srrescgan.errors import DataError
from srrescgan.generators import SRResDNet
from srrescgan.images import read_photo, writing_photo
from srrescgan.images.metadata import NO_METADATA
from srrescgan.inference import Predictor
from srrescgan.upscale.output_options import OutputOptions
from srrescgan.upscale.photo import upscale_photo

CPU = torch.device("cpu")


def noise(*shape: int, levels: int = 256) -> np.ndarray:
    return np.random.default_rng(0).integers(0, levels, shape)


@pytest.fixture
def photo(tmp_path) -> Path:
    path = tmp_path / "walk.png"
    Image.fromarray(noise(20, 28, 3).astype(np.uint8)).save(path)
    return path


@pytest.mark.parametrize("ensemble", [False, True])
def test_it_gives_what_the_three_lines_of_python_give(photo, ensemble) -> None:
    large = PhotoUpscaler(small_network(), CPU)(photo, ensemble, False, "auto")
    resolver = SuperResolver(small_network(), ensemble, "cpu")
    assert large.file.name == "walk_x2.png"
    assert np.array_equal(
        np.asarray(Image.open(large.file)), resolver(np.asarray(Image.open(photo)))
    )


def test_depth_and_transparency_stay(tmp_path) -> None:
    source = tmp_path / "deep.png"
    with writing_photo(
        source,
        format="png",
        height=16,
        width=20,
        channels=4,
        depth=16,
        metadata=NO_METADATA,
        quality=None,
    ) as writer:
        writer.write(noise(16, 20, 4, levels=65536).astype(np.uint16))
    large = PhotoUpscaler(small_network(), CPU)(source, False, False, "auto")
    upscale_photo(Predictor(small_network()), source, tmp_path / "command.png", OutputOptions())
    page, command = read_photo(large.file), read_photo(tmp_path / "command.png")
    assert page.pixels.dtype == np.uint16
    assert page.alpha is not None
    assert np.array_equal(page.alpha, command.alpha)
    assert np.array_equal(page.pixels, command.pixels)
    assert large.preview is not None


def test_the_message_about_a_flat_photo_names_the_sigma_floor_that_fixes_it(photo) -> None:
    generator = SRResDNet(features=4, blocks=1)  # untrained: its residual is cut to nothing
    upscaler = PhotoUpscaler(generator, CPU)
    assert upscaler.floor is not None
    first = upscaler(photo, False, False, "auto")
    assert any(f"sigma_floor={upscaler.floor:.1g}" in remark for remark in first.remarks)
    assert len(upscaler(photo, False, True, "auto").remarks) == 1
    assert upscaler(photo, False, False, "auto").remarks == first.remarks


def test_before_and_after_are_of_one_size(photo) -> None:
    large = PhotoUpscaler(small_network(), CPU)(photo, False, False, "auto")
    before, after = map(Image.open, large.preview)
    bicubic = Image.open(photo).resize((56, 40), Image.Resampling.BICUBIC)
    assert np.array_equal(np.asarray(before), np.asarray(bicubic))
    assert np.array_equal(np.asarray(after), np.asarray(Image.open(large.file)))


def test_of_a_large_photo_the_same_middle_is_shown(photo, monkeypatch) -> None:
    monkeypatch.setattr(preview, "MAX_SIDE", 16)
    large = PhotoUpscaler(small_network(), CPU)(photo, False, False, "auto")
    before, after = map(Image.open, large.preview)
    assert before.size == after.size == (16, 16)
    box = (20, 12, 36, 28)
    assert np.array_equal(np.asarray(after), np.asarray(Image.open(large.file).crop(box)))
    bicubic = Image.open(photo).resize((56, 40), Image.Resampling.BICUBIC).crop(box)
    assert np.abs(np.asarray(before).astype(int) - np.asarray(bicubic)).max() <= 1  # of rounding
    assert "Only its center is shown." in large.remarks


def test_a_photo_too_large_to_be_read_back_is_saved_all_the_same(photo, monkeypatch) -> None:
    def refuse(*paths: Path) -> None:
        raise DataError("too many pixels")

    monkeypatch.setattr("srrescgan.app.upscaler.write_preview", refuse)
    large = PhotoUpscaler(small_network(), CPU)(photo, False, False, "auto")
    assert large.preview is None
    assert large.file.is_file()
    assert any("save it" in remark for remark in large.remarks)
