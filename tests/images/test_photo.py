"""Reading: every format, mode and depth, against pictures made by others."""

import struct
import warnings

import cv2
import numpy as np
import pytest
import tifffile
from photos import assert_holds, noise
from PIL import Image
from png_file import chunk, png_file

from srrescgan.errors import DataError
from srrescgan.images import photo_from_pil, read_photo


@pytest.fixture(autouse=True)
def no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_png_keeps_its_channels_and_its_depth(tmp_path, channels, depth):
    levels = noise(channels, depth)
    (tmp_path / "x.png").write_bytes(png_file(levels, depth))
    photo = read_photo(tmp_path / "x.png")
    assert_holds(photo, levels)
    assert photo.format == "PNG"


def test_depth_is_that_of_the_file_even_where_its_values_are_small(tmp_path):
    levels = noise(3, 16) >> 9
    (tmp_path / "dark.png").write_bytes(png_file(levels, 16))
    assert_holds(read_photo(tmp_path / "dark.png"), levels)


@pytest.mark.parametrize(
    "stored",
    [
        {"photometric": "minisblack"},
        {"photometric": "minisblack", "compression": "zlib", "predictor": True},
        {"photometric": "minisblack", "byteorder": ">"},
        {"photometric": "minisblack", "bigtiff": True},
        {"photometric": "minisblack", "planarconfig": "separate"},
        {"photometric": "minisblack", "planarconfig": "separate", "compression": "zlib"},
        {"photometric": "minisblack", "tile": (16, 16), "compression": "zlib"},
    ],
    ids=lambda stored: "-".join(map(str, stored.values())).removeprefix("minisblack") or "plain",
)
@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_tiff_keeps_its_channels_and_its_depth(tmp_path, channels, depth, stored):
    levels = noise(channels, depth)
    planar = stored.get("planarconfig") == "separate" and channels > 1
    tifffile.imwrite(
        tmp_path / "x.tif",
        np.moveaxis(levels, -1, 0) if planar else levels[..., 0] if channels == 1 else levels,
        **stored
        | {
            "photometric": "rgb" if channels > 2 else "minisblack",
            "extrasamples": ["unassalpha"] if channels in (2, 4) else [],
            "planarconfig": None if channels == 1 else "separate" if planar else "contig",
        },
    )
    assert_holds(read_photo(tmp_path / "x.tif"), levels)


@pytest.mark.parametrize("depth", [8, 16])
def test_tiff_of_opencv_with_lzw(tmp_path, depth):
    levels = noise(3, depth)
    cv2.imwrite(str(tmp_path / "x.tif"), levels[..., ::-1], [cv2.IMWRITE_TIFF_COMPRESSION, 5])
    assert_holds(read_photo(tmp_path / "x.tif"), levels)


@pytest.mark.parametrize("depth", [8, 16])
def test_tiff_whose_zero_is_white(tmp_path, depth):
    levels = noise(1, depth)
    tifffile.imwrite(tmp_path / "x.tif", levels[..., 0], photometric="miniswhite")
    assert_holds(read_photo(tmp_path / "x.tif"), ~levels)


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("channels", [2, 4])
def test_premultiplied_color_comes_straight(tmp_path, channels, depth):
    white = 2**depth - 1
    straight = noise(channels, depth).astype(np.int64)
    straight[..., -1] = np.maximum(straight[..., -1], white // 2)
    stored = straight.copy()
    stored[..., :-1] = (straight[..., :-1] * straight[..., -1:] / white).round()
    tifffile.imwrite(
        tmp_path / "x.tif",
        stored.astype(f"u{depth // 8}"),
        photometric="rgb" if channels == 4 else "minisblack",
        planarconfig="contig",
        extrasamples=["assocalpha"],
    )
    photo = read_photo(tmp_path / "x.tif")
    # A level stored at half opacity is worth two; Pillow rounds down at 8 bits.
    assert np.abs(photo.pixels.astype(int) - straight[..., :-1]).max() <= 3
    np.testing.assert_array_equal(photo.alpha, straight[..., -1])


@pytest.mark.parametrize("depth", [1, 2, 4, 8, 16])
def test_grey_that_png_declares_transparent(tmp_path, depth):
    stored = noise(1, depth)
    key = int(stored[3, 5, 0])
    extra = chunk(b"tRNS", struct.pack(">H", key))
    (tmp_path / "x.png").write_bytes(png_file(stored, depth, extra))
    white = 65535 if depth == 16 else 255
    levels = (stored.astype(int) * white // (2**depth - 1)).astype(f"u{1 + (depth == 16)}")
    alpha = np.where(stored == key, 0, white).astype(levels.dtype)
    assert_holds(read_photo(tmp_path / "x.png"), np.concatenate([levels, alpha], -1))


@pytest.mark.parametrize("depth", [8, 16])
def test_color_that_png_declares_transparent(tmp_path, depth):
    levels = noise(3, depth)
    extra = chunk(b"tRNS", struct.pack(">3H", *levels[3, 5].tolist()))
    (tmp_path / "x.png").write_bytes(png_file(levels, depth, extra))
    photo = read_photo(tmp_path / "x.png")
    np.testing.assert_array_equal(photo.pixels, levels)
    assert photo.alpha[3, 5] == 0
    assert (photo.alpha == np.iinfo(levels.dtype).max).sum() == photo.alpha.size - 1


@pytest.mark.parametrize("transparency", [None, 3, bytes(range(0, 160, 10))])
def test_palettes_become_color_and_alpha(tmp_path, transparency):
    palette = Image.fromarray(noise(3)).quantize(16)
    options = {} if transparency is None else {"transparency": transparency}
    palette.save(tmp_path / "x.png", **options)
    photo = read_photo(tmp_path / "x.png")
    indices = np.array(palette)
    colors = np.array(palette.getpalette(), np.uint8).reshape(-1, 3)
    np.testing.assert_array_equal(photo.pixels, colors[indices])
    if transparency is None:
        assert photo.alpha is None
    elif isinstance(transparency, int):
        np.testing.assert_array_equal(photo.alpha, np.where(indices == 3, 0, 255))
    else:
        np.testing.assert_array_equal(photo.alpha, np.frombuffer(transparency, "u1")[indices])


def test_bilevel_becomes_grey(tmp_path):
    bilevel = Image.fromarray(noise(1)[..., 0]).convert("1")
    for name in ("x.png", "x.tif", "x.bmp", "x.ppm"):
        bilevel.save(tmp_path / name)
        assert_holds(read_photo(tmp_path / name), np.array(bilevel.convert("L"))[..., None])


@pytest.mark.parametrize(("suffix", "channels"), [("bmp", 1), ("bmp", 3), ("webp", 3), ("webp", 4)])
def test_the_other_lossless_formats(tmp_path, suffix, channels):
    levels = noise(channels)
    image = Image.fromarray(levels[..., 0] if channels == 1 else levels)
    image.save(
        tmp_path / f"x.{suffix}", **{"lossless": True, "exact": True} if suffix == "webp" else {}
    )
    assert_holds(read_photo(tmp_path / f"x.{suffix}"), levels)


@pytest.mark.parametrize(("magic", "channels"), [(b"P5", 1), (b"P6", 3)])
@pytest.mark.parametrize("white", [255, 1023, 65535])
def test_ppm_of_any_white(tmp_path, magic, channels, white):
    stored = noise(channels, 16).astype(int) % (white + 1)
    data = stored.astype(">u1" if white == 255 else ">u2").tobytes()
    (tmp_path / "x.ppm").write_bytes(magic + b"\n23 17\n%d\n" % white + data)
    full = 255 if white == 255 else 65535
    expected = (stored.astype(np.float64) * full / white).round().astype(f"u{1 + (white > 255)}")
    assert_holds(read_photo(tmp_path / "x.ppm"), expected)


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_jpeg_equals_pillows_result(tmp_path, mode):
    smooth = Image.fromarray(noise(3)).convert(mode)
    smooth.save(tmp_path / "x.jpg")
    with Image.open(tmp_path / "x.jpg") as image:
        decoded = np.array(image).reshape(17, 23, -1)
    photo = read_photo(tmp_path / "x.jpg")
    assert_holds(photo, decoded)
    assert photo.format == "JPEG"


@pytest.mark.parametrize("mode", ["YCbCr", "LAB", "CMYK"])
def test_other_color_spaces_become_rgb(tmp_path, mode):
    rgb = np.full((8, 9, 3), (200, 120, 40), np.uint8)
    image = Image.fromarray(rgb).convert(mode)
    if mode == "YCbCr":  # which Pillow writes as a TIFF that it cannot read
        photo = photo_from_pil(image)
    else:
        image.save(tmp_path / "x.tif")
        photo = read_photo(tmp_path / "x.tif")
    assert photo.pixels.shape == rgb.shape
    assert np.abs(photo.pixels.astype(int) - rgb).max() <= 3


@pytest.mark.parametrize("suffix", ["png", "webp", "tif"])
def test_the_first_of_many_frames_says_so(tmp_path, suffix):
    frames = [Image.fromarray(noise(3) ^ np.uint8(index)) for index in range(3)]
    path = tmp_path / f"x.{suffix}"
    options = {"lossless": True} if suffix == "webp" else {}
    frames[0].save(path, save_all=True, append_images=frames[1:], **options)
    photo = read_photo(path)
    assert_holds(photo, np.array(frames[0]))
    assert photo.more_frames
    frames[0].save(path, **options)
    assert not read_photo(path).more_frames


def test_a_phones_picture_with_a_preview_is_a_jpeg(tmp_path):
    frames = [Image.fromarray(noise(3)), Image.fromarray(noise(3)[:8, :8])]
    frames[0].save(tmp_path / "x.jpg", format="MPO", save_all=True, append_images=frames[1:])
    photo = read_photo(tmp_path / "x.jpg")
    assert (photo.format, photo.more_frames) == ("JPEG", False)
    assert photo.pixels.shape == (17, 23, 3)


@pytest.mark.parametrize(
    ("dtype", "photometric", "what"),
    [
        ("f4", "minisblack", "floating-point"),
        ("u4", "minisblack", "32-bit"),
        ("f4", "rgb", "float32"),
        ("u4", "rgb", "uint32"),
        ("f2", "minisblack", "float16"),
    ],
)
def test_numbers_without_a_white_are_refused_by_name(tmp_path, dtype, photometric, what):
    levels = noise(3 if photometric == "rgb" else 1).astype(dtype).squeeze()
    tifffile.imwrite(tmp_path / "x.tif", levels, photometric=photometric)
    with pytest.raises(DataError, match=rf"x\.tif .*{what}.*convert it to"):
        read_photo(tmp_path / "x.tif")


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "RGBa", "La"])
def test_a_picture_from_pillow_is_what_its_file_would_be(tmp_path, mode):
    source = Image.fromarray(noise(4))
    image = (
        Image.fromarray(noise(1, 16)[..., 0])
        if mode == "I;16"
        else source.convert({"RGBa": "RGBA", "La": "LA"}.get(mode, mode))
    )
    suffix = "tif" if mode == "CMYK" else "png"
    image.save(tmp_path / f"x.{suffix}")
    photo = read_photo(tmp_path / f"x.{suffix}")
    again = photo_from_pil(image.convert(mode) if mode in ("RGBa", "La") else image)
    assert again.pixels.dtype == photo.pixels.dtype
    if mode in ("RGBa", "La"):  # there and back costs levels where little is to be seen
        np.testing.assert_array_equal(again.alpha, photo.alpha)
        return
    np.testing.assert_array_equal(again.pixels, photo.pixels)
    np.testing.assert_array_equal(again.alpha, photo.alpha)
