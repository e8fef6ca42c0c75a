"""The command on files of every kind: what comes out has what went in."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo
from small_network import write_small_network
from upscaling import noise, run_upscale, save

from srrescgan.errors import DataError
from srrescgan.images import read_photo, writing_photo


@pytest.fixture
def weights(tmp_path: Path) -> str:
    return f"weights={write_small_network(tmp_path / 'two.safetensors')}"


@pytest.fixture
def upscaled(tmp_path: Path, weights: str):
    """Upscale one picture; give the file that was written."""

    def run(source: Path, *overrides: str) -> Path:
        out = tmp_path / "out"
        run_upscale(f"input={source}", f"output={out}", weights, *overrides)
        (written,) = out.iterdir()
        return written

    return run


def deep_png(path: Path, channels: int) -> Path:
    pixels = noise(9, 10, channels, largest=65535)
    with writing_photo(
        path, format="png", height=9, width=10, channels=channels, depth=16
    ) as writer:
        writer.write(pixels)
    return path


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("depth", [8, 16])
def test_grey_stays_grey_and_deep_stays_deep(tmp_path, upscaled, channels: int, depth: int) -> None:
    path = tmp_path / "a.png"
    if depth == 16:
        deep_png(path, channels)
    else:
        pixels = noise(9, 10, channels)
        save(path, pixels[..., 0] if channels == 1 else pixels)
    large = read_photo(upscaled(path))
    assert large.pixels.shape == (18, 20, 1 if channels < 3 else 3)
    assert large.pixels.itemsize * 8 == depth
    assert (large.alpha is not None) == (channels in (2, 4))
    if depth == 16:
        assert (large.pixels % 257).any()  # widened from 8 bits, all would be multiples


@pytest.mark.parametrize(
    ("format", "suffix", "found"),
    [
        *(("png", ".png", "PNG"), ("jpg", ".jpg", "JPEG"), ("webp", ".webp", "WEBP")),
        *(("tiff", ".tiff", "TIFF"), ("bmp", ".bmp", "BMP"), ("same", ".BMP", "BMP")),
    ],
)
def test_formats(tmp_path, upscaled, format: str, suffix: str, found: str) -> None:
    source = tmp_path / "photo.BMP"
    Image.fromarray(noise(9, 10, 3)).save(source, format="BMP")
    written = upscaled(source, f"format={format}")
    assert written.name == f"photo{suffix}"
    with Image.open(written) as image:
        assert (image.format, image.size) == (found, (20, 18))


def test_quality_and_depth(tmp_path, upscaled) -> None:
    source = deep_png(tmp_path / "a.png", 3)
    sizes = [upscaled(source, "format=jpg", f"quality={q}").stat().st_size for q in (10, 95)]
    assert sizes[0] < sizes[1]
    (tmp_path / "out/a.jpg").unlink()
    assert read_photo(upscaled(source, "depth=8")).pixels.dtype == np.uint8


def test_metadata_of_the_file(tmp_path, upscaled) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Maker", 6  # a camera that was held upright
    source = save(tmp_path / "a.jpg", noise(9, 12, 3), exif=exif, icc_profile=profile)
    kept = Image.open(upscaled(source))
    assert kept.size == (18, 24)
    assert kept.getexif()[0x010F] == "Maker"
    assert kept.getexif().get(0x0112, 1) == 1
    assert kept.info["icc_profile"] == profile
    stripped = Image.open(upscaled(source, "metadata=strip"))
    assert "exif" not in stripped.info
    assert stripped.info["icc_profile"] == profile  # without it the colors would change


def test_stripped_metadata_is_removed_completely(tmp_path, upscaled) -> None:
    exif, texts = Image.Exif(), PngInfo()
    exif[0x010F] = "Secret-exif"
    texts.add_text("Author", "Secret-text")
    texts.add_itxt(
        "XML:com.adobe.xmp", "<x:xmpmeta xmlns:x='adobe:ns:meta/'>Secret-xmp</x:xmpmeta>"
    )
    options = {"exif": exif, "pnginfo": texts, "dpi": (300, 300)}
    source = save(tmp_path / "a.png", noise(9, 12, 3), **options)
    kept = upscaled(source).read_bytes()
    assert all(word in kept for word in (b"Secret-exif", b"Secret-text", b"Secret-xmp", b"pHYs"))
    stripped = upscaled(source, "metadata=strip").read_bytes()
    assert b"Secret" not in stripped
    assert b"pHYs" not in stripped


def test_transparency_is_not_lost_in_a_format_that_has_none(tmp_path, upscaled) -> None:
    pixels = noise(9, 10, 4)
    glass = save(tmp_path / "glass.png", pixels)
    with pytest.raises(DataError, match=r"glass\.png is transparent.*format=png or format=tiff"):
        upscaled(glass, "format=jpg")
    assert not (tmp_path / "out").exists()
    pixels[..., 3] = 255
    assert upscaled(save(tmp_path / "opaque.png", pixels), "format=jpg").name == "opaque.jpg"


def test_a_result_too_large_for_the_format_is_refused_before_it_is_computed(
    tmp_path, upscaled
) -> None:
    source = save(tmp_path / "long.png", noise(8, 8200, 3))
    with pytest.raises(DataError, match=r"long\.png would be 16400 x 16 pixels.*16383"):
        upscaled(source, "format=webp", "tile=none")


def test_of_several_pages_the_first_is_upscaled_with_a_remark(tmp_path, upscaled, capsys) -> None:
    pages = [Image.fromarray(noise(9, 10, 3, seed=seed)) for seed in range(2)]
    pages[0].save(tmp_path / "scan.tiff", save_all=True, append_images=pages[1:])
    upscaled(tmp_path / "scan.tiff")
    assert "only the first of several frames or pages" in capsys.readouterr().out
