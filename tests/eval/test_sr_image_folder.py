"""Pictures that another program made."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from srrescgan.data import HRFolder, LRFolder
from srrescgan.errors import DataError
from srrescgan.eval.sr_image_folder import SRImageFolder


@pytest.fixture
def photos(photo_folder) -> HRFolder:
    return HRFolder(str(photo_folder("hr", count=3, size=(40, 49))), scale=4)


def copies(photos: HRFolder, folder: Path) -> Path:
    """What a program would write that returns the truth: cut to whole lr pixels."""
    folder.mkdir(parents=True)
    for name, stored in photos.pictures.items():
        Image.fromarray(stored["hr"].read()[:40, :48]).save(folder / f"{name}.png")
    return folder


def test_pictures_are_found_by_set_and_name(photos: HRFolder, tmp_path: Path) -> None:
    copies(photos, tmp_path / "made/photos")
    found = SRImageFolder(tmp_path / "made", {"photos": photos})
    sr = found.read({"set": ["photos"], "name": ["0001"]})
    assert np.array_equal((sr[0] * 255).round().numpy(), (photos[1]["hr"] * 255).round().numpy())


def test_with_one_set_they_may_lie_in_the_folder_itself(photos: HRFolder, tmp_path: Path) -> None:
    folder = copies(photos, tmp_path / "made")
    (folder / "0002.png").rename(folder / "0002x4.png")
    sr = SRImageFolder(folder, {"photos": photos}).read({"set": ["photos"], "name": ["0002"]})
    assert sr.shape == (1, 3, 40, 48)


def test_everything_that_is_wrong_is_listed_at_once(photos: HRFolder, tmp_path: Path) -> None:
    folder = copies(photos, tmp_path / "made")
    Image.open(folder / "0000.png").convert("L").save(folder / "0000.png")
    Image.new("RGB", (49, 40)).save(folder / "0001.png")
    (folder / "0002.png").rename(folder / "other.png")
    with pytest.raises(DataError) as caught:
        SRImageFolder(folder, {"photos": photos})
    message = str(caught.value)
    assert "4 problems" in message
    for part in (
        "0000.png is grey",
        "0001.png is 40 x 49 (height x width), expected 40 x 48",
        "0002: missing",
        "other.png: no image of photos",
    ):
        assert part in message


def test_two_pictures_for_one_image_are_not_chosen_from(photos: HRFolder, tmp_path: Path) -> None:
    folder = copies(photos, tmp_path / "made")
    (folder / "0002x4.png").write_bytes((folder / "0001.png").read_bytes())
    with pytest.raises(DataError, match="2 pictures of that name"):
        SRImageFolder(folder, {"photos": photos})


def test_without_truth_the_size_is_that_of_the_enlarged_input(photo_folder, tmp_path: Path) -> None:
    camera = LRFolder(str(photo_folder("lr", count=1, size=(10, 12))), scale=4)
    made = photo_folder("made", count=1, size=(40, 44))
    with pytest.raises(DataError, match="expected 40 x 48"):
        SRImageFolder(made, {"camera": camera})


def test_a_path_that_is_no_folder_is_refused(photos: HRFolder, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="methods="):
        SRImageFolder(tmp_path / "nothing", {"photos": photos})
