"""Data sets on packed folders: the same items as on files, and every way a pack can be wrong."""

import json
import pickle
import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch

from srrescgan.data import HRFolder, PairedFolder, SRDataModule, UnpairedFolder
from srrescgan.data.pack import INDEX, PIXELS, open_pack
from srrescgan.degradations import Bicubic
from srrescgan.errors import DataError
from srrescgan.images import read_image, to_tensor, to_uint8, write_png
from srrescgan.ops.resize import imresize
from srrescgan.prepare.pack_writer import JOURNAL
from srrescgan.prepare.packing import pack_folder


@pytest.fixture
def hr(photo_folder) -> Path:
    folder = photo_folder("hr", count=3, size=(70, 85))
    (folder / "sub").mkdir()
    (folder / "0001.png").rename(folder / "sub/0001.png")
    return folder


@pytest.fixture
def lr(hr, tmp_path) -> Path:
    for path in sorted(hr.rglob("*.png")):
        photo = to_tensor(read_image(path)[:68, :84])[None]
        target = (tmp_path / "lr" / path.relative_to(hr)).with_name(f"{path.stem}x4.png")
        write_png(target, to_uint8(imresize(photo, Fraction(1, 4))[0]))
    return tmp_path / "lr"


@pytest.fixture
def packed(hr, tmp_path) -> Path:
    pack_folder(hr, tmp_path / "packed", workers=2)
    return tmp_path / "packed"


def _assert_same(item: dict, expected: dict) -> None:
    assert item.keys() == expected.keys()
    for key, value in expected.items():
        same = torch.equal(item[key], value) if torch.is_tensor(value) else item[key] == value
        assert same, key


def _message(dataset) -> str:
    with pytest.raises(DataError) as error:
        dataset.check()
    return str(error.value)


class TestSameItems:
    def test_hr_folder(self, hr, packed):
        files, pack = (
            HRFolder(str(folder), 4, patch_size=32, augment=True, seed=5) for folder in (hr, packed)
        )
        pack.check()
        assert pack.names == files.names == ["0000", "0002", "sub/0001"]
        for index in range(3):
            _assert_same(pack[index], files[index])  # whole, cut to the scale
            for epoch in range(8):
                _assert_same(pack[epoch, index], files[epoch, index])

    @pytest.mark.parametrize("also_lr", [False, True])
    def test_paired_folder_with_one_or_both_packed(self, hr, lr, packed, tmp_path, also_lr):
        files = PairedFolder(str(hr), str(lr), 4, patch_size=32, augment=True)
        if also_lr:
            pack_folder(lr, lr := tmp_path / "packed_lr")
        pack = PairedFolder(str(packed), str(lr), 4, patch_size=32, augment=True)
        pack.check()
        for index in range(3):
            _assert_same(pack[index], files[index])
            for epoch in range(8):
                _assert_same(pack[epoch, index], files[epoch, index])

    def test_unpaired_folder(self, hr, lr, packed):
        files, pack = (
            UnpairedFolder(str(folder), str(lr), 4, patch_size=32, augment=True)
            for folder in (hr, packed)
        )
        pack.check()
        for index in range(3):
            _assert_same(pack[1, index], files[1, index])

    def test_names_select_and_order(self, packed):
        assert HRFolder(str(packed), 4, names=["sub/0001.png", "0000"]).names == [
            "sub/0001",
            "0000",
        ]

    @pytest.mark.parametrize("workers", [0, 2])
    def test_batches_and_validation_images(self, hr, packed, workers):
        def batches(folder: Path) -> list[dict]:
            module = SRDataModule(
                train=HRFolder(str(folder), 4, patch_size=32, augment=True),
                val={"photos": HRFolder(str(folder), 4)},
                degradation=Bicubic(4),
                scale=4,
                batch_size=2,
                iterations=6,
                num_workers=workers if folder == packed else 0,
            )
            module.setup("fit")
            module.train[0, 0]  # the workers inherit a file that is mapped already
            return [*module.train_dataloader(), *module.val_dataloader()[0]]

        expected = batches(hr)
        assert len(expected) == 9
        for batch, other in zip(batches(packed), expected, strict=True):
            assert torch.equal(batch["hr"], other["hr"])
            assert torch.equal(batch["seed"], other["seed"])

    def test_a_used_data_set_travels_without_its_pixels(self, packed):
        dataset = HRFolder(str(packed), 4, patch_size=32, cache=False)
        before = dataset[0, 0]
        sent = pickle.dumps(dataset)
        assert len(sent) < 5000 < 70 * 85 * 3
        _assert_same(pickle.loads(sent)[0, 0], before)

    @pytest.mark.parametrize("augment", [False, True])
    def test_writing_into_an_item_does_not_reach_the_pack(self, packed, augment):
        before = (packed / PIXELS).read_bytes()
        dataset = HRFolder(str(packed), 1, patch_size=32, augment=augment, cache=True)
        for epoch in range(8):
            dataset[epoch, 0]["hr"].zero_()
            dataset[0]["hr"].zero_()
        assert dataset[0]["hr"].mean() > 0.1
        assert (packed / PIXELS).read_bytes() == before


class TestCheck:
    def test_too_small_pictures_and_missing_names_are_named(self, packed):
        message = _message(HRFolder(str(packed), 4, patch_size=72, names=["0000", "sub/0001"]))
        assert message.startswith("2 problems")
        assert f"{packed / 'sub/0001'} (packed): 68 x 84 pixels" in message
        assert f"7: no such image in {packed}" in _message(HRFolder(str(packed), 4, names=["7"]))

    @pytest.mark.parametrize("change", [-1, 1, -4096])
    def test_pixels_of_another_length(self, packed, change):
        data = (packed / PIXELS).read_bytes()
        (packed / PIXELS).write_bytes(data[:change] if change < 0 else data + b"0")
        message = _message(HRFolder(str(packed), 4))
        assert f"{packed / PIXELS} has {len(data) + change} bytes, expected {len(data)}" in message
        assert "copy the packed folder again" in message

    def test_missing_pixels(self, packed):
        (packed / PIXELS).unlink()
        assert f"{PIXELS} is missing, expected" in _message(HRFolder(str(packed), 4))

    @pytest.mark.parametrize("keep", [0, 1, 200])
    def test_a_cut_index(self, packed, keep):
        (packed / INDEX).write_bytes((packed / INDEX).read_bytes()[:keep])
        message = _message(HRFolder(str(packed), 4))
        assert f"{packed / INDEX} is damaged or not the index of a pack" in message

    @pytest.mark.parametrize(
        ("change", "expected"),
        [
            (lambda index: index.update(version=2), "has version 2, and this program reads"),
            (lambda index: index.update(length=1), "are inconsistent"),
            (lambda index: index.update(pictures=[]), "damaged or not the index"),
            (lambda index: index["pictures"][2].update(height=900), "are inconsistent"),
            (lambda index: index["pictures"][1].update(width=-5), "damaged or not the index"),
            (lambda index: index["pictures"][1].update(offset=7), "damaged or not the index"),
            (lambda index: index["pictures"][1].update(height="70"), "damaged or not the index"),
            (lambda index: index["pictures"][1].update(name=None), "damaged or not the index"),
            (lambda index: index["pictures"][1].pop("crc32"), "damaged or not the index"),
            (lambda index: index["pictures"][1].pop("bytes"), "damaged or not the index"),
            (lambda index: index["pictures"][1].update(name="0000"), "are inconsistent"),
        ],
    )
    def test_a_wrong_index(self, packed, change: Callable[[dict], None], expected: str):
        index = json.loads((packed / INDEX).read_text())
        change(index)
        (packed / INDEX).write_text(json.dumps(index))
        message = _message(HRFolder(str(packed), 4))
        assert str(packed / INDEX) in message
        assert expected in message

    def test_a_folder_that_was_not_packed_to_the_end(self, packed):
        (packed / INDEX).rename(packed / JOURNAL)
        message = _message(HRFolder(str(packed), 4))
        assert f"{packed} was not packed completely (packed.json is missing)" in message
        assert "run the packing again; it resumes" in message

    @pytest.mark.parametrize("what", ["changed", "new", "gone"])
    def test_files_beside_a_pack_that_are_not_those_it_was_made_of(self, hr, what):
        pack_folder(hr, hr)
        HRFolder(str(hr), 4).check()
        file = hr / ("0009.png" if what == "new" else "0002.png")
        if what == "gone":
            file.unlink()
        else:
            file.write_bytes((hr / "0000.png").read_bytes() + b"0")
        message = _message(HRFolder(str(hr), 4))
        assert f"{hr} was packed from other files" in message
        assert f"the first difference is {file.name}" in message
        assert f"pack it again, or remove {INDEX} to read the files themselves" in message

    def test_the_data_module_says_what_a_folder_is(self, hr, packed):
        def report() -> str:
            small = {"train": HRFolder(str(packed), 4, patch_size=400), "val": {}}
            module = SRDataModule(
                **small, degradation=Bicubic(4), scale=4, batch_size=2, iterations=1
            )
            with pytest.raises(DataError) as error:
                module.setup("fit")
            return str(error.value)

        assert f"train hr: {packed} (3 packed images)" in report()
        (packed / PIXELS).write_bytes(b"")
        assert f"train hr: {packed} (a damaged pack)" in report()

    def test_a_changed_byte_is_found_by_reading_all(self, packed):
        pictures = open_pack(packed)
        assert all(picture.is_intact() for picture in pictures.values())
        with (packed / PIXELS).open("rb+") as file:
            file.seek(pictures["0002"].offset + 1000)
            byte = file.read(1)[0]
            file.seek(-1, 1)
            file.write(bytes([byte ^ 1]))
        damaged = [name for name, picture in open_pack(packed).items() if not picture.is_intact()]
        assert damaged == ["0002"]


def test_pictures_begin_on_pages_and_lie_as_rows(hr, packed):
    """Any program can read a pack with two lines."""
    data = (packed / PIXELS).read_bytes()
    for entry in json.loads((packed / INDEX).read_text())["pictures"]:
        assert entry["offset"] % 4096 == 0
        assert re.fullmatch(r"[0-9a-f]{64}", entry["sha256"])
        pixels = np.frombuffer(data, np.uint8, 70 * 85 * 3, entry["offset"]).reshape(70, 85, 3)
        np.testing.assert_array_equal(pixels, read_image(hr / entry["file"]))
