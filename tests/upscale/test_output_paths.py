"""Names and places of results."""

from pathlib import Path

import pytest

from srrescgan.errors import ConfigError, DataError
from srrescgan.upscale.output_options import OutputOptions, format_of
from srrescgan.upscale.output_paths import (
    other_files,
    plan_outputs,
    refuse_overwriting,
    without_existing,
)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    for name in ("a.png", "sub/a.JPG", "sub/deep/b.c.tif", "notes.txt"):
        path = tmp_path / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path / "photos"


def names(photos: Path, **options) -> list[str]:
    outputs = plan_outputs(photos, Path("out"), OutputOptions(**options).name)
    return [path.as_posix() for path in outputs.values()]


def test_a_tree_is_mirrored(photos: Path) -> None:
    assert names(photos) == ["out/a.png", "out/sub/a.png", "out/sub/deep/b.c.png"]
    expected = ["out/a_x4.webp", "out/sub/a_x4.webp", "out/sub/deep/b.c_x4.webp"]
    assert names(photos, format="webp", suffix="_x4") == expected
    same = ["out/a_x4.png", "out/sub/a_x4.JPG", "out/sub/deep/b.c_x4.tif"]
    assert names(photos, format="same", suffix="_x4") == same
    assert [format_of(Path(name)) for name in same] == ["png", "jpg", "tiff"]


def test_two_pictures_do_not_become_one_file(photos: Path) -> None:
    (photos / "a.jpg").touch()
    with pytest.raises(DataError, match=r"a\.jpg.*a\.png"):
        names(photos)
    assert "out/a.jpg" in names(photos, format="same")  # where they keep their suffixes they can


def test_a_format_that_can_only_be_read_is_not_kept(photos: Path) -> None:
    (photos / "x.ppm").touch()
    with pytest.raises(DataError, match=r"x\.ppm.*choose format="):
        names(photos, format="same")
    assert "out/x.png" in names(photos)


def test_a_file_is_no_folder(photos: Path) -> None:
    with pytest.raises(DataError, match="is a file; give a folder"):
        plan_outputs(photos, photos / "notes.txt")


def test_existing_folders(tmp_path: Path) -> None:
    there, new = tmp_path / "there.png", tmp_path / "new.png"
    there.touch()
    outputs = {Path("1"): there, Path("2"): new}
    assert without_existing(outputs, "replace") == outputs
    assert without_existing(outputs, "skip") == {Path("2"): new}
    with pytest.raises(DataError, match=r"there\.png would be replaced"):
        without_existing(outputs, "refuse")
    assert without_existing({Path("2"): new}, "refuse") == {Path("2"): new}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"format": "jpeg"}, "format=jpeg.*did you mean 'jpg'"),
        ({"existing": "skp"}, "existing=skp.*did you mean 'skip'"),
        ({"depth": 12}, "depth=12: must be same, 8, 16"),
        ({"metadata": "stripe"}, "metadata=stripe.*did you mean 'strip'"),
        ({"format": "jpg", "quality": 0}, "quality=0: must be from 1 to 100"),
        ({"format": "png", "quality": 90}, "quality=90 does not work with format=png.*jpg or webp"),
        ({"format": "jpg", "depth": 16}, "depth=16 does not work with format=jpg.*png or tiff"),
        ({"suffix": "/x4"}, "suffix=/x4.*output="),
    ],
)
def test_values_that_cannot_be_are_named_with_those_that_can(options: dict, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        OutputOptions(**options)


def test_depth_of_a_result() -> None:
    assert [OutputOptions().depth_of(own, "png") for own in (8, 16)] == [8, 16]
    assert OutputOptions(format="jpg").depth_of(16, "jpg") == 8
    assert OutputOptions(depth=16).depth_of(8, "tiff") == 16
    with pytest.raises(DataError, match="depth=16"):
        OutputOptions(format="same", depth=16).name(Path("a.jpg"))


def test_a_picture_beside_the_only_input_is_not_replaced(photos: Path) -> None:
    other = photos / "sub/a.png"
    other.touch()
    source = photos / "sub/a.JPG"
    outputs = plan_outputs(source, source.parent)
    with pytest.raises(DataError, match="may be an original, too"):
        refuse_overwriting(outputs, source, source.parent)
    named = plan_outputs(source, source.parent, OutputOptions(suffix="_x4").name)
    refuse_overwriting(named, source, source.parent)
    next(iter(named.values())).touch()  # the command is given once more
    refuse_overwriting(named, source, source.parent)


def test_unexpected_files_are_named(photos: Path) -> None:
    (photos / "sub/clip.MOV").touch()
    (photos / ".hidden.txt").touch()
    outputs = plan_outputs(photos, Path("out"))
    assert other_files(photos, outputs) == "1 .mov, 1 .txt"
    assert other_files(photos / "a.png", outputs) == ""
