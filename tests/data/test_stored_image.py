"""Handles for stored pictures: a packed folder looks like the folder of files it was made of."""

import pickle
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from srrescgan.data.stored_image import ImageFile, images_by_name
from srrescgan.prepare.packing import pack_folder


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, Path]:
    """The same pictures as files and packed: odd sizes, a sub-folder, a dot, grey, turned."""
    files = tmp_path / "files"
    (files / "sub").mkdir(parents=True)
    rng = np.random.default_rng(0)
    for name, shape in {
        "b.png": (37, 53, 3),
        "sub/a.b.png": (64, 41, 3),
        "a.png": (50, 50),
    }.items():
        Image.fromarray(rng.integers(0, 256, shape).astype(np.uint8)).save(files / name)
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    Image.fromarray(rng.integers(0, 256, (30, 70, 3)).astype(np.uint8)).save(
        files / "a.jpg.jpg", exif=exif
    )
    pack_folder(files, tmp_path / "packed", workers=2)
    return {"files": files, "packed": tmp_path / "packed"}


def test_names_order_sizes_and_pixels_are_the_same(folders):
    files, problems = images_by_name(folders["files"])
    packed, packed_problems = images_by_name(folders["packed"])
    assert problems == packed_problems == []
    assert list(packed) == list(files) == ["a.jpg", "a", "b", "sub/a.b"]
    for name, (picture,) in packed.items():
        (file,) = files[name]
        assert picture.size() == file.size() == file.read().shape[:2]
        np.testing.assert_array_equal(picture.read(), file.read())
    assert packed["a.jpg"][0].size() == (70, 30)


def test_messages_say_where_a_picture_lies(folders):
    for kind, expected in (("files", "files/sub/a.b.png"), ("packed", "packed/sub/a.b (packed)")):
        (picture,) = images_by_name(folders[kind])[0]["sub/a.b"]
        assert str(picture).endswith(expected)
        assert picture.path.is_file()
        assert str(picture.path).startswith(str(folders[kind]))


@pytest.mark.parametrize("kind", ["files", "packed"])
def test_a_handle_is_a_key_and_travels_to_another_process(folders, kind):
    pictures = [picture for (picture,) in images_by_name(folders[kind])[0].values()]
    assert len(dict.fromkeys(pictures)) == 4
    before = [picture.read().copy() for picture in pictures]
    for pixels, again in zip(before, pickle.loads(pickle.dumps(pictures)), strict=True):
        np.testing.assert_array_equal(again.read(), pixels)


def test_a_handle_of_packed_pixels_carries_none_of_them(tmp_path, photo_folder):
    pack_folder(photo_folder(count=2, size=(300, 400)), tmp_path / "packed")
    pictures = images_by_name(tmp_path / "packed")[0]
    assert pictures["0000"][0].read().nbytes == 360_000  # the file is mapped now
    assert len(pickle.dumps(pictures)) < 2000


def test_packed_pixels_cannot_be_written_to(folders):
    (picture,) = images_by_name(folders["packed"])[0]["b"]
    with pytest.raises(ValueError, match="read-only"):
        picture.read()[0, 0] = 0


def test_files_of_one_name_stay_together(folders):
    (folders["files"] / "b.bmp").write_bytes((folders["files"] / "b.png").read_bytes())
    assert images_by_name(folders["files"])[0]["b"] == [
        ImageFile(folders["files"] / "b.bmp"),
        ImageFile(folders["files"] / "b.png"),
    ]
