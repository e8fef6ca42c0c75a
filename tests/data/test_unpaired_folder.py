"""Batches of two domains that share no scene."""

import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from srrescgan.data import LRFolder, SRDataModule, UnpairedFolder
from srrescgan.errors import DataError


def plain_colors(folder: Path, levels: range, size: int = 40) -> str:
    """Pictures of one grey each: a patch tells which picture it is from."""
    folder.mkdir()
    for level in levels:
        Image.new("RGB", (size, size), (level,) * 3).save(folder / f"{level:03d}.png")
    return str(folder)


def level(image: torch.Tensor) -> int:
    return round(255 * image.mean().item())


def test_every_picture_of_the_larger_folder_comes_once_beside_drawn_ones(tmp_path: Path) -> None:
    clean, camera = plain_colors(tmp_path / "a", range(3)), plain_colors(tmp_path / "b", range(9))
    for folders, larger in (((clean, camera), "lr_real"), ((camera, clean), "hr")):
        dataset = UnpairedFolder(*folders, scale=4, patch_size=32)
        dataset.check()
        assert len(dataset) == 9
        items = [dataset[0, index] for index in range(9)]
        assert sorted(level(item[larger]) for item in items) == list(range(9))
        smaller = "hr" if larger == "lr_real" else "lr_real"
        assert len({level(item[smaller]) for item in items}) > 1
        again = [dataset[1, index] for index in range(9)]
        assert [level(i[smaller]) for i in items] != [level(i[smaller]) for i in again]
        assert items[0]["hr"].shape == (3, 32, 32)
        assert items[0]["lr_real"].shape == (3, 8, 8)


def test_items_are_a_function_of_seed_epoch_and_index(photo_folder) -> None:
    clean, camera = str(photo_folder("a", 2)), str(photo_folder("b", 5))

    def item(seed: int, epoch: int, index: int) -> torch.Tensor:
        dataset = pickle.loads(pickle.dumps(UnpairedFolder(clean, camera, 4, 32, True, seed)))
        found = dataset[epoch, index]
        return torch.cat([found["hr"].flatten(), found["lr_real"].flatten()])

    assert torch.equal(item(0, 1, 2), item(0, 1, 2))
    for other in (item(1, 1, 2), item(0, 2, 2), item(0, 1, 3)):
        assert not torch.equal(item(0, 1, 2), other)


@pytest.mark.parametrize("augment", [True, False])
def test_camera_patches_are_flipped_and_rotated_like_the_others(tmp_path: Path, augment) -> None:
    # One picture of exactly the patch's size, without symmetry: its eight views can be counted.
    for folder, side in (("clean", 32), ("camera", 8)):
        (tmp_path / folder).mkdir()
        ramp = np.arange(side * side, dtype=np.uint8).reshape(side, side)
        Image.fromarray(np.stack([ramp] * 3, -1)).save(tmp_path / folder / "0.png")
    folders = str(tmp_path / "clean"), str(tmp_path / "camera")
    dataset = UnpairedFolder(*folders, scale=4, patch_size=32, augment=augment)
    views = {dataset[epoch, 0]["lr_real"].numpy().tobytes() for epoch in range(80)}
    assert len(views) == (8 if augment else 1)


def test_in_the_source_domain_both_views_are_of_one_patch(photo_folder) -> None:
    folder = photo_folder("camera", 3, (64, 72))
    dataset = UnpairedFolder(str(folder), None, 4, 32, augment=True)
    assert dataset.folders() == {"hr": folder, "real": folder}
    assert len(dataset) == 3
    places = set()
    for index in range(12):
        item = dataset[index, index % 3]
        windows = item["hr"].unfold(1, 8, 1).unfold(2, 8, 1)
        hits = (windows == item["lr_real"][:, None, None]).all(0).all(-1).all(-1).nonzero()
        assert len(hits) == 1
        places.add(tuple(hits[0].tolist()))
    assert len(places) > 6


def test_names_select_in_both_folders(photo_folder) -> None:
    folder = str(photo_folder("a", 4))
    dataset = UnpairedFolder(folder, folder, 4, 32, names=["0002"], real_names=["0000", "0003"])
    assert len(dataset) == 2
    assert {dataset[0, index]["name"] for index in range(2)} == {"0002"}


def test_problems_of_both_folders_are_named(photo_folder, tmp_path: Path) -> None:
    small = photo_folder("small", 1, (20, 20))
    with pytest.raises(DataError) as error:
        UnpairedFolder(str(small), str(tmp_path / "nowhere"), 4, 32).check()
    assert "0000.png: 20 x 20 pixels" in str(error.value)
    assert "nowhere does not exist" in str(error.value)
    tiny = photo_folder("tiny", 1, (7, 90))
    with pytest.raises(DataError, match="are too small for a patch of 8"):
        UnpairedFolder(str(photo_folder("good", 1)), str(tiny), 4, 32).check()


def test_the_data_module_leaves_unpaired_batches_alone(photo_folder) -> None:
    module = SRDataModule(
        train=UnpairedFolder(str(photo_folder("a")), str(photo_folder("b")), 4, 32),
        val={},
        degradation=None,
        scale=4,
        batch_size=2,
        iterations=3,
    )
    module.setup("fit")
    batches = [module.on_after_batch_transfer(b, 0) for b in module.train_dataloader()]
    assert len(batches) == 3
    assert batches[0]["hr"].shape == (2, 3, 32, 32)
    assert batches[0]["lr_real"].shape == (2, 3, 8, 8)
    assert "lr" not in batches[0]
    moved = module.transfer_batch_to_device(batches[0], torch.device("meta"), 0)
    assert moved["lr_real"].device.type == moved["hr"].device.type == "meta"


def test_pictures_without_truth_are_whole_whatever_the_scale(tmp_path: Path) -> None:
    image = np.random.default_rng(0).integers(0, 256, (21, 34, 3), np.uint8)
    Image.fromarray(image).save(tmp_path / "x.png")
    dataset = LRFolder(str(tmp_path), scale=4)
    dataset.check()
    assert dataset.folders() == {"lr": tmp_path}
    item = dataset[0]
    assert set(item) == {"lr", "name", "seed"}
    np.testing.assert_allclose(255 * item["lr"].numpy(), image.transpose(2, 0, 1), rtol=1e-6)
