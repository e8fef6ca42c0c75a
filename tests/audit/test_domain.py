"""Which patches of a folder are looked at."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from srrescgan.audit.domain import Sampling, sample
from srrescgan.errors import ConfigError, DataError
from srrescgan.prepare.packing import pack_folder

SAMPLING = Sampling(patch_size=32, patches_per_image=3, max_images=None, seed=0)


def write(folder: Path, number: int, height: int = 80, width: int = 96) -> None:
    """A picture whose pixels say where they are: red the row, green the column, blue the number."""
    y, x = np.mgrid[0:height, 0:width]
    pixels = np.stack([y, x, np.full_like(x, number)], axis=-1).astype(np.uint8)
    folder.mkdir(exist_ok=True)
    Image.fromarray(pixels).save(folder / f"{number:03d}.png")


def test_patches_are_cut_at_multiples_of_8_and_know_their_picture(tmp_path: Path) -> None:
    for number in range(6):
        write(tmp_path / "a", number, 80 + number, 96 - number)
    domain = sample(tmp_path / "a", SAMPLING, 5)
    assert domain.patches.shape == (18, 3, 32, 32)
    levels = (255 * domain.patches).round().int()
    corner = levels[:, :2, 0, 0]
    assert (corner % 8 == 0).all()
    assert corner.unique(dim=0).shape[0] > 3
    torch.testing.assert_close(levels[:, 2, 0, 0].long(), domain.picture)
    assert domain.names == tuple(f"{n:03d}" for n in range(6))
    places = torch.cat([domain.picture[:, None].int(), corner], dim=1)
    assert places.unique(dim=0).shape[0] == 18  # no place twice


def test_a_folder_gives_the_same_patches_in_whatever_order_its_files_were_made(
    tmp_path: Path,
) -> None:
    for number in range(8):
        write(tmp_path / "a", number)
    for number in reversed(range(8)):
        write(tmp_path / "b", number)
    first, second = (sample(tmp_path / name, SAMPLING, 5) for name in "ab")
    assert torch.equal(first.patches, second.patches)
    corner = (255 * first.patches[:, :2, 0, 0]).round().int()
    places = {tuple(corner[first.picture == p].flatten().tolist()) for p in range(8)}
    assert len(places) > 4  # each picture has places of its own
    third = sample(tmp_path / "a", Sampling(32, 3, None, seed=1), 5)
    assert not torch.equal(first.patches, third.patches)


def test_a_packed_folder_gives_the_same_patches(tmp_path: Path) -> None:
    for number in range(5):
        write(tmp_path / "a", number)
    pack_folder(tmp_path / "a", tmp_path / "packed", workers=1)
    files, packed = (sample(tmp_path / name, SAMPLING, 5) for name in ("a", "packed"))
    assert packed.names == files.names
    assert torch.equal(packed.patches, files.patches)


def test_max_images_takes_a_subset_that_other_files_do_not_change(tmp_path: Path) -> None:
    for number in range(40):
        write(tmp_path / "a", number)
    fewer = sample(tmp_path / "a", Sampling(32, 3, 10, 0), 5)
    assert len(fewer.names) == 10
    assert fewer.found == 40
    assert fewer.names != tuple(f"{n:03d}" for n in range(10))  # not simply the first ones
    every = sample(tmp_path / "a", SAMPLING, 5)
    own = torch.tensor([every.names[p] in fewer.names for p in every.picture])
    assert torch.equal(every.patches[own], fewer.patches)


def test_pictures_too_small_are_counted_and_passed_over(tmp_path: Path) -> None:
    for number in range(5):
        write(tmp_path / "a", number)
    write(tmp_path / "a", 77, 31, 200)
    domain = sample(tmp_path / "a", SAMPLING, 5)
    assert (len(domain.names), domain.found, domain.too_small) == (5, 6, 1)
    with pytest.raises(DataError, match=r"5 usable.*1 more are smaller.*at least 6.*lower patch"):
        sample(tmp_path / "a", SAMPLING, 6)


def test_a_small_picture_gives_every_place_once(tmp_path: Path) -> None:
    write(tmp_path / "a", 1, 40, 47)
    assert len(sample(tmp_path / "a", SAMPLING, 1).patches) == 2 * 2 - 1  # three of four places
    assert len(sample(tmp_path / "a", Sampling(40, 9, None, 0), 1).patches) == 1


def test_unreadable_files_are_named(tmp_path: Path) -> None:
    write(tmp_path / "a", 1)
    (tmp_path / "a/bad.png").write_bytes((tmp_path / "a/001.png").read_bytes()[:80])
    with pytest.raises(DataError, match=r"bad\.png"):
        sample(tmp_path / "a", SAMPLING, 1)
    with pytest.raises(DataError, match="does not exist"):
        sample(tmp_path / "none", SAMPLING, 1)


@pytest.mark.parametrize("values", [(24, 1, 1), (36, 1, 1), (32, 0, 1), (32, 1, 0)])
def test_impossible_samplings_are_refused(values: tuple[int, int, int]) -> None:
    with pytest.raises(ConfigError, match=r"=(24|36|0):"):
        Sampling(*values, seed=0)


def test_halves_share_no_picture_and_leave_none_out(tmp_path: Path) -> None:
    for number in range(7):
        write(tmp_path / "a", number)
    domain = sample(tmp_path / "a", SAMPLING, 5)
    halves = domain.halves(3)
    assert sorted(halves[0].names + halves[1].names) == list(domain.names)
    assert [len(half.names) for half in halves] == [3, 4]
    for half in halves:
        number = (255 * half.patches[:, 2, 0, 0]).round().long()
        assert [half.names[p] for p in half.picture] == [f"{n:03d}" for n in number]
    assert halves[0].names != domain.halves(4)[0].names
