"""Damaged and hostile files: an error that names the file, or a picture; never anything else."""

import io
import os
import resource
import struct
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image
from png_file import chunk, png_file
from profiles import rgb_profile

from srrescgan.errors import DataError
from srrescgan.images import Photo, read_photo
from srrescgan.images.photo import MAX_PIXELS

LEVELS = np.random.default_rng(0).integers(0, 256, (13, 11, 4)).astype(np.uint8)


def _saved(image: Image.Image, format: str, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, format=format, **options)
    return file.getvalue()


def _tiff(levels: np.ndarray, **options) -> bytes:
    file = io.BytesIO()
    tifffile.imwrite(file, levels, **options)
    return file.getvalue()


def _files() -> dict[str, bytes]:
    rgba, rgb = Image.fromarray(LEVELS), Image.fromarray(LEVELS[..., :3])
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "camera"
    beside = {"exif": exif, "icc_profile": rgb_profile()}
    deep = LEVELS.astype(np.uint16) * 257
    words = chunk(b"tEXt", b"Title\0words") + chunk(b"eXIf", exif.tobytes()[6:])
    return {
        "rgba.png": _saved(rgba, "PNG", **beside),
        "palette.png": _saved(rgb.quantize(16), "PNG", transparency=bytes(range(16))),
        "deep.png": png_file(deep[..., :2], 16, words),
        "frames.png": _saved(rgb, "PNG", save_all=True, append_images=[rgb.rotate(180)]),
        "x.jpg": _saved(rgb, "JPEG", **beside),
        "cmyk.jpg": _saved(rgb.convert("CMYK"), "JPEG"),
        "x.webp": _saved(rgba, "WEBP", **beside),
        "x.tif": _saved(rgba, "TIFF", compression="tiff_lzw", **beside),
        "deep.tif": _tiff(deep, photometric="rgb", compression="zlib"),
        "grey_alpha.tif": _tiff(
            deep[..., :2], photometric="minisblack", planarconfig="contig", extrasamples=[2]
        ),
        "x.bmp": _saved(rgb, "BMP"),
        "x.ppm": _saved(rgb, "PPM"),
        "deep.ppm": b"P6 11 13 65535\n" + deep[..., :3].astype(">u2").tobytes(),
    }


FILES = _files()


def _damaged(name: str, content: bytes):
    """Cut short at many places, bytes changed, numbers made huge, parts taken out and doubled."""
    rng = np.random.default_rng(len(content))
    yield from (content[: len(content) * part // 20] for part in range(20))
    for _ in range(30):
        changed = bytearray(content)
        # Mostly near the beginning, where the headers are.
        reach = len(content) if rng.random() < 0.3 else min(len(content), 120)
        for place in rng.integers(0, reach, rng.integers(1, 4)):
            changed[place] = rng.choice([0, 1, 127, 128, 255, rng.integers(256)])
        yield bytes(changed)
    for _ in range(5):
        start, end = sorted(rng.integers(0, len(content), 2))
        yield content[:start] + content[end:]
        yield content[:end] + content[start:]
    for _ in range(6):
        place = rng.integers(0, min(len(content) - 4, 200))
        yield (
            content[:place]
            + rng.choice([b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff"])
            + content[place + 4 :]
        )


@pytest.mark.parametrize("name", FILES)
def test_damage_is_an_error_that_names_the_file_or_costs_a_part(tmp_path, name, capfd):
    path = tmp_path / name
    path.write_bytes(FILES[name])
    assert read_photo(path).pixels.shape[:2] in ((13, 11), (11, 13))
    outcomes = set()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for content in _damaged(name, FILES[name]):
            path.write_bytes(content)
            start = time.perf_counter()
            try:
                photo = read_photo(path)
            except DataError as error:
                assert str(path) in str(error)  # noqa: PT017 (either outcome is right)
                outcomes.add("error")
            else:
                assert isinstance(photo, Photo)
                outcomes.add("photo")
            assert time.perf_counter() - start < 2
    assert "error" in outcomes
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_nothing_or_of_another_kind(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"")
    with pytest.raises(DataError, match=r"is empty \(0 bytes\)"):
        read_photo(path)
    for content in (b"<html>not found</html>", b"\0" * 1000, b"GIF89a" + bytes(40), b"%!PS-Adobe"):
        path.write_bytes(content)
        with pytest.raises(DataError, match="is not an image that can be read"):
            read_photo(path)
    path.write_bytes(FILES["x.bmp"])  # what counts is what is in it
    assert read_photo(path).format == "BMP"


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    with pytest.raises(DataError, match=r"none\.png does not exist"):
        read_photo(tmp_path / "none.png")
    with pytest.raises(DataError, match=str(tmp_path)):
        read_photo(tmp_path)


def _tiff_that_claims(width: int, height: int, levels: np.ndarray) -> bytes:
    content = bytearray(_tiff(levels, photometric="minisblack", planarconfig="contig"))
    with tifffile.TiffFile(io.BytesIO(content)) as file:
        for tag, value in (("ImageWidth", width), ("ImageLength", height)):
            place = file.pages.first.tags[tag].offset
            content[place : place + 12] = struct.pack(
                "<HHII", 256 if tag == "ImageWidth" else 257, 4, 1, value
            )
    return bytes(content)


@pytest.mark.parametrize(("width", "height"), [(2**31 - 1, 2**31 - 1), (2**15, 2**13 + 1)])
@pytest.mark.parametrize("kind", ["png", "ppm", "bmp", "tif", "deep.tif"])
def test_more_pixels_than_the_limit_are_refused_by_the_header(tmp_path, kind, width, height):
    assert width * height > MAX_PIXELS
    content = {
        "png": lambda: png_file(LEVELS, claimed=(width, height)),
        "ppm": lambda: b"P6 %d %d 255\n" % (width, height),
        "bmp": lambda: (
            FILES["x.bmp"][:18] + struct.pack("<ii", width, height) + FILES["x.bmp"][26:]
        ),
        "tif": lambda: _tiff_that_claims(width, height, LEVELS[..., 0]),
        "deep.tif": lambda: _tiff_that_claims(width, height, LEVELS[..., :2].astype(np.uint16)),
    }[kind]()
    (tmp_path / f"bomb.{kind}").write_bytes(content)
    with pytest.raises(DataError, match=r"bomb.*is too large to decode"):
        _in_little_memory(tmp_path / f"bomb.{kind}")


@pytest.mark.parametrize("kind", ["png", "tif", "deep.tif"])
def test_a_bomb_below_the_limit_ends_with_an_error(tmp_path, kind):
    """Sizes that a machine with little memory cannot hold, in a file of some hundred bytes."""
    side = 16_000
    content = {
        "png": lambda: png_file(LEVELS, claimed=(side, side)),
        "tif": lambda: _tiff_that_claims(side, side, LEVELS[..., 0]),
        "deep.tif": lambda: _tiff_that_claims(side, side, LEVELS[..., :2].astype(np.uint16)),
    }[kind]()
    (tmp_path / f"bomb.{kind}").write_bytes(content)
    with pytest.raises(DataError, match=r"bomb.*(does not fit into memory|is damaged)"):
        _in_little_memory(tmp_path / f"bomb.{kind}")


def _in_little_memory(path: Path, allowance: int = 2**27) -> None:
    """Read a photo in a process that gets 128 MB more than it has; its error is raised here."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limit = pages * resource.getpagesize() + allowance
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        try:
            read_photo(path)
        except DataError as error:
            os.write(writer, str(error).encode()[:4000])
        except BaseException as error:
            os.write(writer, repr(error).encode()[:4000])
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        message = pipe.read().decode()
    assert os.waitpid(child, 0)[1] == 0
    raise DataError(message)
