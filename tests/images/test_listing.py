import pytest

from srrescgan.errors import DataError
from srrescgan.images import list_images


def test_lists_pictures_sorted_by_relative_name(tmp_path):
    for name in ["b.png", "a/z.JPG", "a/b.jpeg", ".hidden.png", ".git/c.png", "notes.txt", "a.png"]:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    names = [path.relative_to(tmp_path).as_posix() for path in list_images(tmp_path)]
    assert names == ["a.png", "a/b.jpeg", "a/z.JPG", "b.png"]


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(DataError, match=r"nowhere does not exist: correct the path"):
        list_images(tmp_path / "nowhere")
    file = tmp_path / "file.png"
    file.touch()
    with pytest.raises(DataError, match=r"file\.png is not a folder"):
        list_images(file)
