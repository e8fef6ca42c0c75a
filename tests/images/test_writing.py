"""Writing by rows: what others read in the files, and what is left when it goes wrong."""

import io
import tracemalloc
from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image

from srrescgan.errors import ConfigError, DataError
from srrescgan.images import FORMATS, read_image, read_photo, write_png, writing_photo
from srrescgan.images.encoder import Layout
from srrescgan.images.metadata import NO_METADATA, Metadata
from srrescgan.images.png_encoder import PngEncoder
from srrescgan.images.tiff_encoder import TiffEncoder


def _photo(height: int, width: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3)).astype(np.uint8)


def _levels(channels: int, depth: int, height: int = 29, width: int = 31) -> np.ndarray:
    levels = np.random.default_rng(channels).integers(0, 2**depth, (height, width, channels))
    return levels.astype(np.uint8 if depth == 8 else np.uint16)


def _write(path: Path, levels: np.ndarray, format: str, rows: int = 7, **options) -> None:
    height, width, channels = levels.shape
    depth = 8 * levels.dtype.itemsize
    with writing_photo(
        path,
        format=format,
        height=height,
        width=width,
        channels=channels,
        depth=depth,
        **options,
    ) as photo:
        for start in range(0, height, rows):
            photo.write(levels[start : start + rows])


KINDS = [
    (format, channels, depth)
    for format, able in FORMATS.items()
    for depth in able.depths
    for channels in ((1, 2, 3, 4) if able.alpha else (1, 3))
]


@pytest.mark.parametrize("rows", [1, 7, 100])
@pytest.mark.parametrize(("format", "channels", "depth"), KINDS)
def test_written_files_are_read_back(tmp_path, format, channels, depth, rows):
    path, levels = tmp_path / "new" / f"x{FORMATS[format].suffix}", _levels(channels, depth)
    _write(path, levels, format, rows)
    photo = read_photo(path)
    if format == "webp":  # which has no grey
        levels = levels if channels > 2 else levels[..., [0, 0, 0, *range(1, channels)]]
    colors = levels[..., :3] if levels.shape[-1] > 2 else levels[..., :1]
    if format == "jpg":
        assert photo.pixels.shape == levels.shape
    else:
        np.testing.assert_array_equal(photo.pixels, colors)
        assert photo.pixels.dtype == levels.dtype
        if channels in (2, 4):
            np.testing.assert_array_equal(photo.alpha, levels[..., -1])
    assert [file.name for file in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("format", "channels", "depth"), [kind for kind in KINDS if kind[0] in ("png", "tiff")]
)
def test_other_programs_read_the_streamed_formats(tmp_path, format, channels, depth):
    path, levels = tmp_path / f"x.{format}", _levels(channels, depth)
    _write(path, levels, format)
    if format == "tiff":
        np.testing.assert_array_equal(tifffile.imread(path).reshape(levels.shape), levels)
    if (format, channels) != ("tiff", 2):  # OpenCV has no grey with alpha there
        order = {1: [0], 2: [0, 0, 0, 1], 3: [2, 1, 0], 4: [2, 1, 0, 3]}[channels]
        decoded = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        expected = levels[..., order]
        if (format, channels, depth) == ("tiff", 4, 8):
            return  # OpenCV multiplies these by alpha
        np.testing.assert_array_equal(decoded.reshape(expected.shape), expected)
    if depth == 8:
        with Image.open(path) as image:
            image.load()
            np.testing.assert_array_equal(np.array(image).reshape(levels.shape), levels)


@pytest.mark.parametrize("format", ["png", "tiff"])
def test_a_picture_of_one_pixel_and_one_of_one_column(tmp_path, format):
    for levels in (_levels(3, 8, 1, 1), _levels(4, 16, 40, 1), _levels(1, 8, 1, 40)):
        _write(tmp_path / "x", levels, format)
        photo = read_photo(tmp_path / "x")
        np.testing.assert_array_equal(photo.pixels, levels[..., : photo.pixels.shape[-1]])


class _Sink(io.RawIOBase):
    """A file that forgets what is written."""

    def __init__(self) -> None:
        self.position = 0

    def write(self, data) -> int:
        self.position += len(data)
        return len(data)

    def tell(self) -> int:
        return self.position

    def seek(self, position: int, whence: int = 0) -> int:
        self.position = position
        return position


@pytest.mark.parametrize("encoder", [PngEncoder, TiffEncoder])
def test_memory_does_not_grow_with_the_height(encoder):
    band = _levels(3, 8, 32, 2000)

    def peak(bands: int) -> int:
        tracemalloc.start()
        writer = encoder(_Sink(), Layout(32 * bands, 2000, 3, 8), NO_METADATA)
        for _ in range(bands):
            writer.write(band)
        writer.finish()
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    once = peak(8)
    assert peak(40) - once < band.nbytes


def test_a_tiff_that_passes_four_gigabytes_is_a_big_one(tmp_path, monkeypatch):
    monkeypatch.setattr("srrescgan.images.tiff_encoder._CLASSIC", 1000)
    metadata = Metadata(dpi=(300.0, 300.0))
    for channels in (1, 2, 3, 4):
        levels = _levels(channels, 16, height=300, width=301)  # of several strips
        _write(tmp_path / "x.tiff", levels, "tiff", metadata=metadata)
        assert (tmp_path / "x.tiff").read_bytes()[:4] == b"II+\0"
        photo = read_photo(tmp_path / "x.tiff")
        np.testing.assert_array_equal(photo.pixels, levels[..., : photo.pixels.shape[-1]])
        assert photo.metadata.dpi == (300.0, 300.0)


def test_quality_decides_size_and_loss(tmp_path):
    levels = _photo(64, 64, seed=0)

    def size(format, quality):
        _write(tmp_path / "x", levels, format, quality=quality)
        return (tmp_path / "x").stat().st_size

    assert size("jpg", 30) < size("jpg", 80) < size("jpg", None) < size("jpg", 100)
    assert size("webp", 30) < size("webp", 80) < size("webp", None) == size("webp", 100)
    np.testing.assert_array_equal(read_image(tmp_path / "x"), levels)


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"format": "pgn"}, "did you mean 'png'"),
        ({"format": "jpg", "depth": 16}, "jpg stores 8 bits.*use png or tiff"),
        ({"format": "jpg", "channels": 4}, "jpg stores no transparency"),
        ({"format": "bmp", "channels": 2}, "bmp stores no transparency"),
        ({"format": "png", "quality": 90}, "png is lossless and takes no quality"),
        ({"format": "jpg", "quality": 101}, "quality 101 is not between 1 and 100"),
        ({"format": "jpg", "quality": 0}, "quality 0 is not between 1 and 100"),
    ],
)
def test_unsupported_options_of_a_format_are_refused_before_writing(tmp_path, options, what):
    usual = {"format": "png", "height": 4, "width": 4, "channels": 3}
    with pytest.raises(ConfigError, match=what), writing_photo(tmp_path / "x", **usual | options):
        pass
    assert not list(tmp_path.iterdir())


def test_a_picture_larger_than_the_format_is_refused(tmp_path):
    large = {"format": "webp", "height": 4, "width": 20_000, "channels": 3}
    with pytest.raises(DataError, match=r"x\.webp would be 20000x4.*at most 16383"):
        writing_photo(tmp_path / "x.webp", **large).__enter__()


@pytest.mark.parametrize("format", FORMATS)
def test_wrong_rows_are_refused_and_leave_nothing(tmp_path, format):
    levels = _photo(8, 6, seed=0)

    def write(*parts):
        with writing_photo(tmp_path / "x", format=format, height=8, width=6, channels=3) as photo:
            for part in parts:
                photo.write(part)

    for parts in ([levels[:5]], [levels, levels[:1]], [levels[:, :5]], [levels.astype(np.uint16)]):
        with pytest.raises(ValueError, match="rows"):
            write(*parts)
        assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("format", FORMATS)
def test_a_block_that_fails_leaves_the_old_file(tmp_path, format):
    path, old = tmp_path / "x", _photo(8, 6, seed=0)
    write_png(path, old)

    def fail():
        with writing_photo(path, format=format, height=8, width=6, channels=3) as photo:
            photo.write(old[:3])
            raise FileNotFoundError("mine")  # not taken for one of ours

    with pytest.raises(FileNotFoundError, match="mine"):
        fail()
    np.testing.assert_array_equal(read_image(path), old)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("format", FORMATS)
def test_a_full_disk_is_named_and_leaves_nothing(tmp_path, format, monkeypatch):
    class Full:
        """A file on a disk of a thousand bytes, with something unwritten when it is closed."""

        def __init__(self, file) -> None:
            self._file = file
            self._unwritten = False

        def __getattr__(self, name):
            return getattr(self._file, name)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.close()

        def close(self):
            self._file.close()
            if self._unwritten:
                self._unwritten = False
                raise OSError(28, "No space left on device")

        def fileno(self):
            raise io.UnsupportedOperation

        def write(self, data):
            if self._file.tell() + len(data) > 1000:
                self._unwritten = True
                raise OSError(28, "No space left on device")
            return self._file.write(data)

    plain_open = Path.open
    monkeypatch.setattr(Path, "open", lambda path, *args: Full(plain_open(path, *args)))
    with pytest.raises(DataError, match=r"cannot write .*x \(No space left on device\): make room"):
        _write(tmp_path / "x", _photo(200, 90, seed=0), format)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_may_not_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match=r"cannot write .*file/x\.png \(.*\): make room or"):
        _write(tmp_path / "file" / "x.png", _photo(4, 4, seed=0), "png")


def test_write_png_makes_folders_and_reads_back(tmp_path):
    photo = _photo(12, 17, seed=3)
    write_png(tmp_path / "new" / "folder" / "image.png", photo)
    np.testing.assert_array_equal(read_image(tmp_path / "new" / "folder" / "image.png"), photo)
    assert [path.name for path in (tmp_path / "new" / "folder").iterdir()] == ["image.png"]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "image.png"
    old = _photo(8, 8, seed=0)
    write_png(path, old)

    def full_disk(self, target, **_):
        target.write_bytes(b"half a fi")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", full_disk)
    with pytest.raises(DataError, match=r"image\.png \(No space left on device\): make room"):
        write_png(path, _photo(8, 8, seed=1))
    np.testing.assert_array_equal(read_image(path), old)
    assert list(tmp_path.iterdir()) == [path]
