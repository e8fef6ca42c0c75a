import io
import warnings

import numpy as np
import pytest
from PIL import Image, ImageOps

from srrescgan.errors import DataError
from srrescgan.images import image_size, read_image


def _photo(height: int, width: int, seed: int) -> np.ndarray:
    """Noise of half the contrast: what bicubic overshoots stays inside 0-255."""
    return np.random.default_rng(seed).integers(64, 192, (height, width, 3)).astype(np.uint8)


def _palette(rgb: Image.Image) -> Image.Image:
    palette = rgb.quantize(16)
    palette.info["transparency"] = bytes(range(16))
    return palette


@pytest.mark.parametrize(
    ("convert", "expected"),
    [
        (lambda rgb: rgb, lambda rgb: rgb),
        (lambda rgb: rgb.convert("L"), lambda rgb: rgb.convert("L").convert("RGB")),
        (lambda rgb: rgb.convert("1"), lambda rgb: rgb.convert("1").convert("RGB")),
        (_palette, lambda rgb: rgb.quantize(16).convert("RGB")),
        (lambda rgb: Image.merge("RGBA", (*rgb.split(), rgb.getchannel(0))), lambda rgb: rgb),
    ],
    ids=["rgb", "grey", "bilevel", "palette", "alpha"],
)
def test_every_color_mode_becomes_rgb(tmp_path, convert, expected):
    rgb = Image.fromarray(_photo(20, 30, seed=0))
    convert(rgb).save(tmp_path / "image.png")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        image = read_image(tmp_path / "image.png")
    assert image.dtype == np.uint8
    np.testing.assert_array_equal(image, np.array(expected(rgb)))


@pytest.mark.parametrize("suffix", ["png", "jpg", "tif"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied_to_pixels_and_size(tmp_path, suffix, orientation):
    path = tmp_path / f"image.{suffix}"
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(_photo(20, 30, seed=0)).save(path, exif=exif)
    with Image.open(path) as image:
        upright = np.array(ImageOps.exif_transpose(image))
    np.testing.assert_array_equal(read_image(path), upright)
    assert image_size(path) == upright.shape[:2] == ((20, 30) if orientation < 5 else (30, 20))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_grey_tiffs_are_turned_as_well(tmp_path, orientation):
    grey = _photo(20, 30, seed=0)[..., 0]
    exif = Image.Exif()
    exif[0x0112] = orientation
    for suffix in ("tif", "png"):
        Image.fromarray(grey).save(tmp_path / f"image.{suffix}", exif=exif)
    turned = read_image(tmp_path / "image.tif")
    np.testing.assert_array_equal(turned, read_image(tmp_path / "image.png"))


def _encoded(suffix: str) -> bytes:
    file = io.BytesIO()
    Image.fromarray(_photo(64, 80, seed=0)).save(file, format=suffix)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("half.png", _encoded("png")[:3000], "damaged or cut short"),
        ("half.jpg", _encoded("jpeg")[:1000], "damaged or cut short"),
        ("header.png", _encoded("png")[:20], "damaged or cut short|not an image"),
        ("flipped.png", _encoded("png")[:500] + b"x" * 500 + _encoded("png")[1000:], "damaged"),
        ("text.png", b"these are not pixels", "not an image"),
        ("zero.jpg", b"", "empty"),
    ],
)
def test_a_bad_file_is_named_with_the_remedy(tmp_path, name, content, what):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError, match=rf"{name} is ({what}).*copy or download it again"):
        read_image(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataError, match=r"none\.png does not exist"):
        read_image(tmp_path / "none.png")


def test_sixteen_bits_are_refused_rather_than_clipped(tmp_path):
    Image.fromarray(np.full((8, 8), 40_000, np.uint16)).save(tmp_path / "deep.png")
    with pytest.raises(DataError, match=r"deep\.png has more than 8 bits.*convert it"):
        read_image(tmp_path / "deep.png")


def test_size_comes_from_the_header_alone(tmp_path):
    path = tmp_path / "half.png"
    path.write_bytes(_encoded("png")[:3000])
    assert image_size(path) == (64, 80)
    path.write_bytes(b"text")
    with pytest.raises(DataError, match=r"half\.png is not an image"):
        image_size(path)
