"""What is carried beside the pixels, from any format to any other."""

import numpy as np
import pytest
from PIL import Image, ImageCms
from profiles import cmyk_profile, grey_profile, rgb_profile

from srrescgan.images import FORMATS, NO_METADATA, Metadata, read_photo, writing_photo

GREY = np.random.default_rng(0).integers(0, 256, (9, 8, 1)).astype(np.uint8)


def _exif() -> bytes:
    exif = Image.Exif()
    exif[0x010F], exif[0x0132] = "Canon", "2020:01:02 03:04:05"
    exif[0x8769] = {0x829A: 0.01, 0x9003: "2020:01:02 03:04:05", 0xA002: 8}
    exif[0x8825] = {1: "N", 2: (48.0, 8.0, 30.0)}
    return exif.tobytes()


def _tags(exif: bytes) -> dict:
    loaded = Image.Exif()
    loaded.load(exif)
    blocks = {block: loaded.get_ifd(block) for block in (0x8769, 0x8825)}
    return {tag: value for tag, value in loaded.items() if tag not in blocks} | blocks


def _write(path, levels, metadata, format):
    height, width, channels = levels.shape
    with writing_photo(
        path, format=format, height=height, width=width, channels=channels, metadata=metadata
    ) as photo:
        photo.write(levels)


@pytest.mark.parametrize("format", FORMATS)
def test_everything_that_a_format_holds_comes_back(tmp_path, format):
    given = Metadata(
        icc=rgb_profile(),
        exif=_exif(),
        xmp=b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>',
        text={"Author": "Zoë", "Title": "日本"},
        dpi=(300.0, 150.0),
    )
    path = tmp_path / f"x.{format}"
    _write(path, GREY.repeat(3, -1), given, format)
    kept = read_photo(path).metadata
    assert kept.icc == (None if format == "bmp" else given.icc)
    assert kept.xmp == (None if format == "bmp" else given.xmp)
    assert kept.text == (given.text if format == "png" else {})
    if format == "webp":
        assert kept.dpi is None
    else:
        assert kept.dpi == pytest.approx(given.dpi, abs=0.02)  # whole dots per metre
    if format == "bmp":
        assert kept.exif is None
        return
    tags = _tags(given.exif)
    del tags[0x8769][0xA002]  # the width, which is not that of what is made of the picture
    assert _tags(kept.exif) == tags
    with Image.open(path) as image:  # what others see in the file
        assert image.getexif()[0x010F] == "Canon"
        assert image.getexif().get_ifd(0x8769)[0x9003] == "2020:01:02 03:04:05"


@pytest.mark.parametrize("format", ["png", "tiff", "jpg", "webp"])
def test_a_profile_goes_only_with_pixels_of_its_color_space(tmp_path, format):
    path = tmp_path / "x"
    for levels in (GREY, GREY.repeat(3, -1)):
        for icc in (grey_profile(), rgb_profile(), cmyk_profile(), b"broken", rgb_profile()[:200]):
            _write(path, levels, Metadata(icc=icc), format)
            fits = icc == (grey_profile() if levels is GREY else rgb_profile())
            with Image.open(path) as image:
                assert (image.info.get("icc_profile") == icc) == fits
                assert bool(image.info.get("icc_profile")) == fits


def test_cmyk_goes_through_its_profile_and_leaves_it(tmp_path):
    cyan = Image.new("CMYK", (8, 8), (255, 0, 0, 0))
    cyan.save(tmp_path / "plain.tif")
    photo = read_photo(tmp_path / "plain.tif")
    np.testing.assert_array_equal(photo.pixels, np.full((8, 8, 3), (0, 255, 255)))
    for name in ("x.tif", "x.jpg"):
        cyan.save(tmp_path / name, icc_profile=cmyk_profile(), quality=100)
        photo = read_photo(tmp_path / name)
        assert photo.metadata.icc is None
        # 75 % of the lightness and no hue: L* = 75 is sRGB 185 (CIE 1976, IEC 61966-2-1).
        assert np.abs(photo.pixels.astype(int) - 185).max() <= 2
    for broken in (b"broken", cmyk_profile()[:300]):
        cyan.save(tmp_path / "broken.tif", icc_profile=broken)
        photo = read_photo(tmp_path / "broken.tif")
        np.testing.assert_array_equal(photo.pixels, np.full((8, 8, 3), (0, 255, 255)))


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp"])
def test_broken_metadata_costs_only_itself(tmp_path, suffix):
    path = tmp_path / f"x.{suffix}"
    for exif in (b"Exif\0\0MM\0*\0\0\xff\xff", b"Exif\0\0nonsense", _exif()[:40]):
        Image.fromarray(GREY.repeat(3, -1)).save(path, exif=exif, icc_profile=b"\0" * 200)
        photo = read_photo(path)
        assert photo.pixels.shape == (9, 8, 3)
        assert photo.metadata.icc is None


def test_the_orientation_in_xmp_is_applied_and_set_upright(tmp_path):
    xmp = b'<x xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/>'
    Image.fromarray(GREY.repeat(3, -1)).save(tmp_path / "x.jpg", xmp=xmp)
    photo = read_photo(tmp_path / "x.jpg")
    assert photo.pixels.shape == (8, 9, 3)
    assert photo.metadata.xmp == xmp.replace(b'"6"', b'"1"')


def test_exif_that_a_jpeg_cannot_hold_is_left_out(tmp_path):
    exif = Image.Exif()
    exif[0x010F] = "x" * 70_000
    _write(tmp_path / "x.jpg", GREY, Metadata(exif=exif.tobytes(), xmp=b"y" * 70_000), "jpg")
    assert read_photo(tmp_path / "x.jpg").metadata == NO_METADATA


def test_the_profiles_of_this_file_are_profiles():
    for icc, space in ((grey_profile(), "GRAY"), (cmyk_profile(), "CMYK")):
        import io

        assert ImageCms.ImageCmsProfile(io.BytesIO(icc)).profile.xcolor_space.strip() == space
