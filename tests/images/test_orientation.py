"""All eight ways to hold a camera, in every format that says so."""

import io

import numpy as np
import pytest
import tifffile
from photos import assert_holds, noise
from PIL import Image, ImageOps
from png_file import chunk, png_file

from srrescgan.images import photo_from_pil, read_photo


@pytest.mark.parametrize("suffix", ["png", "jpg", "tif", "webp"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied_and_forgotten(tmp_path, suffix, orientation):
    path = tmp_path / f"x.{suffix}"
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = orientation, "camera"
    Image.fromarray(noise(3)).save(path, exif=exif)
    with Image.open(path) as image:
        upright = np.array(ImageOps.exif_transpose(image))
    photo = read_photo(path)
    assert_holds(photo, upright)
    kept = Image.Exif()
    kept.load(photo.metadata.exif)
    assert dict(kept) == {0x010F: "camera"}


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_of_deep_pictures(tmp_path, channels, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    levels = noise(channels, 16)
    extra = chunk(b"eXIf", exif.tobytes().removeprefix(b"Exif\0\0"))
    (tmp_path / "x.png").write_bytes(png_file(levels, 16, extra))
    planes = np.moveaxis(levels, -1, 0)
    turned = []
    for plane in planes:
        image = Image.fromarray((plane >> 8).astype(np.uint8))
        image.getexif()[0x0112] = orientation
        turned.append(np.array(ImageOps.exif_transpose(image)))
    photo = read_photo(tmp_path / "x.png")
    stack = photo.pixels if photo.alpha is None else np.dstack([photo.pixels, photo.alpha])
    np.testing.assert_array_equal(stack >> 8, np.stack(turned, -1))
    tags = [(274, "H", 1, orientation, True)]
    tifffile.imwrite(
        tmp_path / "x.tif",
        levels[..., 0] if channels == 1 else levels,
        photometric="rgb" if channels > 2 else "minisblack",
        planarconfig=None if channels == 1 else "contig",
        extrasamples=["unassalpha"] if channels in (2, 4) else [],
        extratags=tags,
    )
    from_tiff = read_photo(tmp_path / "x.tif")
    np.testing.assert_array_equal(from_tiff.pixels, photo.pixels)
    if channels in (2, 4):
        np.testing.assert_array_equal(from_tiff.alpha, photo.alpha)


def test_a_file_opened_with_pillow_is_turned_upright():
    file, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6
    levels = noise(3)
    Image.fromarray(levels).save(file, format="PNG", exif=exif)
    with Image.open(file) as image:
        assert_holds(photo_from_pil(image), np.rot90(levels, -1))
