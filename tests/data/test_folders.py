"""``HRFolder`` and ``PairedFolder``: items, and every way a folder can be wrong."""

import pickle
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from srrescgan.data import HRFolder, PairedFolder, derive_seed
from srrescgan.errors import ConfigError, DataError
from srrescgan.images import to_tensor, to_uint8, write_png
from srrescgan.ops.resize import imresize


def _photo(height: int, width: int, seed: int) -> np.ndarray:
    """Noise of half the contrast: what bicubic overshoots stays inside 0-255."""
    return np.random.default_rng(seed).integers(64, 192, (height, width, 3)).astype(np.uint8)


@pytest.fixture
def pairs(tmp_path):
    """Factory: writes hr photos and their bicubic lr; returns both folders."""

    def make(sizes=((64, 80), (70, 66), (48, 52)), lr_name="{}x4.png") -> tuple[Path, Path]:
        for index, (height, width) in enumerate(sizes):
            photo = _photo(height, width, seed=index)
            write_png(tmp_path / "hr" / f"{index}.png", photo)
            cut = photo[: height - height % 4, : width - width % 4]
            lr = imresize(to_tensor(cut)[None], Fraction(1, 4))[0]
            write_png(tmp_path / "lr" / lr_name.format(index), to_uint8(lr))
        return tmp_path / "hr", tmp_path / "lr"

    return make


def _message(dataset) -> str:
    with pytest.raises(DataError) as error:
        dataset.check()
    return str(error.value)


class TestHRFolder:
    def test_whole_image_is_cut_to_the_scale_and_seeded_by_name(self, photo_folder):
        folder = photo_folder(size=(50, 61))
        (folder / "sub").mkdir()
        (folder / "0001.png").rename(folder / "sub" / "a.b.png")
        dataset = HRFolder(str(folder), scale=4)
        dataset.check()
        assert dataset.names == ["0000", "0002", "0003", "sub/a.b"]
        item = dataset[3]
        assert set(item) == {"hr", "name", "seed"}
        assert item["seed"] == derive_seed("sub/a.b")
        expected = np.array(Image.open(folder / "sub" / "a.b.png"))[:48, :60].transpose(2, 0, 1)
        np.testing.assert_allclose(item["hr"].numpy() * 255, expected, rtol=1e-6)

    def test_patches_are_a_function_of_seed_epoch_and_index(self, photo_folder):
        def open_folder(seed=0):
            return HRFolder(str(photo_folder()), 4, patch_size=32, augment=True, seed=seed)

        dataset = open_folder()
        item = dataset[2, 1]
        assert item["hr"].shape == (3, 32, 32)
        assert item["seed"] == derive_seed(0, 2, 1)
        again = pickle.loads(pickle.dumps(open_folder()))[2, 1]
        assert torch.equal(again["hr"], item["hr"])
        for other in (dataset[3, 1], dataset[2, 0], open_folder(seed=1)[2, 1]):
            assert not torch.equal(other["hr"], item["hr"])
            assert other["seed"] != item["seed"]

    def test_names_select_and_order(self, photo_folder):
        folder = str(photo_folder())
        assert HRFolder(folder, 4, names=["0003", "0001.png"]).names == ["0003", "0001"]

    def test_cache_survives_the_file(self, photo_folder):
        folder = photo_folder()
        cached, plain = HRFolder(str(folder), 4, cache=True), HRFolder(str(folder), 4)
        before = cached[0]["hr"]
        before_copy = before.clone()
        before.zero_()  # a caller writing into an item must not write into the cache
        plain.names  # noqa: B018 (lists the folder while the file is there)
        (folder / "0000.png").unlink()
        assert torch.equal(cached[0]["hr"], before_copy)
        with pytest.raises(DataError, match=r"0000\.png does not exist"):
            plain[0]

    def test_a_patch_size_off_the_scale_is_refused(self):
        with pytest.raises(ConfigError, match="multiple of scale 4, got 50: use for instance 48"):
            HRFolder("anywhere", 4, patch_size=50)

    def test_making_it_touches_no_file_and_check_names_the_folder(self, tmp_path):
        dataset = HRFolder(str(tmp_path / "nowhere"), 4)
        assert dataset.folders() == {"hr": tmp_path / "nowhere"}
        assert "nowhere does not exist: correct the path" in _message(dataset)
        with pytest.raises(DataError, match="nowhere does not exist"):
            len(dataset)

    def test_check_names_everything_wrong_at_once(self, photo_folder):
        folder = photo_folder(size=(40, 60))
        (folder / "0001.png").write_text("text")
        (folder / "0002.jpg").write_bytes((folder / "0002.png").read_bytes())
        message = _message(
            HRFolder(str(folder), 4, patch_size=48, names=[f"000{i}" for i in "0124"])
        )
        assert message.startswith("5 problems")  # 0000 and 0002 are both too small
        assert f"0004: no such image in {folder}: correct the list of names" in message
        assert "0002: 2 files differ only in their suffix: keep one" in message
        assert "0001.png is not an image" in message
        assert "0000.png: 40 x 60 pixels" in message
        assert "are too small for a patch of 48: remove it or set a smaller patch_size" in message

    def test_check_lists_ten_and_counts_the_rest(self, tmp_path):
        for index in range(13):
            (tmp_path / f"{index:02d}.png").touch()
        message = _message(HRFolder(str(tmp_path), 4))
        assert message.startswith("13 problems")
        assert message.count("is empty (0 bytes)") == 10
        assert message.endswith("... and 3 more")

    def test_an_empty_folder_is_one_problem(self, tmp_path):
        message = _message(HRFolder(str(tmp_path), 4, names=["a", "b"]))
        assert message.startswith("1 problem ")
        assert f"{tmp_path} contains no images: put them there" in message

    def test_check_decodes_nothing(self, photo_folder):
        folder = photo_folder(count=1)
        half = (folder / "0000.png").read_bytes()[:2000]
        (folder / "0000.png").write_bytes(half)
        dataset = HRFolder(str(folder), 4)
        dataset.check()
        with pytest.raises(DataError, match=r"0000\.png is damaged or cut short"):
            dataset[0]


class TestPairedFolder:
    @pytest.mark.parametrize("lr_name", ["{}.png", "{}x4.png", "{}.bmp"])
    def test_pairs_by_name(self, pairs, lr_name):
        hr, lr = pairs(lr_name=lr_name)
        dataset = PairedFolder(str(hr), str(lr), 4)
        dataset.check()
        assert dataset.names == ["0", "1", "2"]
        assert dataset.folders() == {"hr": hr, "lr": lr}
        item = dataset[1]
        assert item["hr"].shape == (3, 68, 64)
        expected = to_uint8(imresize(item["hr"][None], Fraction(1, 4))[0])
        np.testing.assert_array_equal(to_uint8(item["lr"]), expected)

    def test_patches_stay_aligned(self, pairs):
        hr, lr = pairs(lr_name="{}.png")
        dataset = PairedFolder(str(hr), str(lr), 4, patch_size=40, augment=True)
        for epoch in range(12):
            item = dataset[epoch, epoch % 3]
            assert item["lr"].shape == (3, 10, 10)
            expected = imresize(item["hr"][None], Fraction(1, 4))[0]
            # The kernel reaches 6 pixels = 2 lr pixels beyond the patch; inside, lr files differ
            # from the exact value by their rounding to 8 bit only.
            difference = (item["lr"] - expected)[:, 2:-2, 2:-2].abs().max()
            assert difference <= 0.5 / 255 + 1e-6

    def test_orphans_on_both_sides_are_named(self, pairs):
        hr, lr = pairs()
        (hr / "0.png").unlink()
        (lr / "2x4.png").unlink()
        message = _message(PairedFolder(str(hr), str(lr), 4))
        assert message.startswith("2 problems")
        assert f"{lr / '0x4.png'} has no hr image in {hr}: add it or remove it" in message
        assert f"{hr / '2.png'} has no lr image in {lr}: add it or remove it" in message
        PairedFolder(str(hr), str(lr), 4, names=["1"]).check()  # the rest is not asked for

    def test_two_lr_images_of_one_hr_image_are_named(self, pairs):
        hr, lr = pairs()
        (lr / "1.png").write_bytes((lr / "1x4.png").read_bytes())
        assert f"{hr / '1.png'} has 2 lr images" in _message(PairedFolder(str(hr), str(lr), 4))

    def test_a_wrong_size_is_named_with_both_sizes(self, pairs):
        hr, lr = pairs()
        Image.new("RGB", (20, 15)).save(lr / "0x4.png")
        message = _message(PairedFolder(str(hr), str(lr), 4))
        assert message.startswith("1 problem ")
        assert f"{lr / '0x4.png'} is 15 x 20 (height x width), expected 16 x 20" in message
        assert "correct `scale`, or make the lr image again" in message

    def test_a_wrong_scale_is_seen(self, pairs):
        hr, lr = pairs(lr_name="{}.png")
        message = _message(PairedFolder(str(hr), str(lr), 2))
        assert message.startswith("3 problems")

    def test_both_missing_folders_are_named(self, tmp_path):
        message = _message(PairedFolder(str(tmp_path / "x"), str(tmp_path / "y"), 4))
        assert "x does not exist" in message
        assert "y does not exist" in message


@pytest.mark.reference
def test_the_benchmark_sets_are_accepted_as_they_are(shared):
    for name, count in (("set5", 5), ("set14", 14)):
        folder = shared / "photos" / "benchmark" / name
        dataset = PairedFolder(str(folder / "HR"), str(folder / "LR_bicubic_X4"), 4)
        dataset.check()
        assert len(dataset) == count
