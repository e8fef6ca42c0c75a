"""The data module by hand: its hooks are called as a trainer would, without one."""

import pickle
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from commands import server
from torch.utils.data import DataLoader

from srrescgan.data import HRFolder, Mixup, PairedFolder, SRDataModule
from srrescgan.degradations import Bicubic, Compose, GaussianNoise
from srrescgan.errors import ConfigError, DataError
from srrescgan.images import to_uint8, write_png


def _photo(height: int, width: int, seed: int) -> np.ndarray:
    """Noise of half the contrast: what bicubic overshoots stays inside 0-255."""
    return np.random.default_rng(seed).integers(64, 192, (height, width, 3)).astype(np.uint8)


def _trainer(training=True, iteration=0, rank=0, world_size=1) -> SimpleNamespace:
    system = SimpleNamespace(iteration=iteration)
    return SimpleNamespace(
        training=training, lightning_module=system, global_rank=rank, world_size=world_size
    )


def _module(folder, trainer=None, **changes) -> SRDataModule:
    arguments = {
        "train": HRFolder(str(folder), 4, patch_size=32, augment=True),
        "val": {"photos": HRFolder(str(folder), 4)},
        "degradation": Compose([Bicubic(4), GaussianNoise(8 / 255)]),
        "scale": 4,
        "batch_size": 4,
        "iterations": 6,
        "source": "The photographs were drawn by a test.",
    }
    module = SRDataModule(**(arguments | changes))
    module.trainer = trainer
    return module


def _batches(module: SRDataModule, loader: DataLoader) -> list[dict]:
    return [module.on_after_batch_transfer(batch, 0) for batch in loader]


def test_training_batches_are_degraded_patches(photo_folder):
    module = _module(photo_folder())
    module.setup("fit")
    batches = _batches(module, module.train_dataloader())
    assert len(batches) == 6
    for batch in batches:
        assert batch["hr"].shape == (4, 3, 32, 32)
        assert batch["lr"].shape == (4, 3, 8, 8)
        assert batch["seed"].dtype == torch.int64
        assert 0 <= batch["lr"].min() <= batch["lr"].max() <= 1
        expected = module.degradation(batch["hr"], batch["seed"].tolist())
        assert torch.equal(batch["lr"], expected)
        assert not batch["lr"].requires_grad


def test_the_same_images_in_two_epochs_give_different_patches(photo_folder):
    batches = _batches(module := _module(photo_folder()), module.train_dataloader())
    first, second = batches[:2]  # 4 images, batches of 4: one epoch each
    assert sorted(first["name"]) == sorted(second["name"])
    order = [second["name"].index(name) for name in first["name"]]
    pairs = zip(first["hr"], second["hr"][order], strict=True)
    assert not any(torch.equal(*pair) for pair in pairs)


@pytest.mark.parametrize("workers", [0, 2])
def test_a_resumed_run_continues_with_the_same_pixels(photo_folder, workers):
    folder = photo_folder()
    whole = _batches(module := _module(folder), module.train_dataloader())
    module = _module(folder, _trainer(iteration=4), num_workers=workers)
    resumed = _batches(module, module.train_dataloader())
    assert len(resumed) == 2
    for expected, batch in zip(whole[4:], resumed, strict=True):
        assert torch.equal(batch["hr"], expected["hr"])
        assert torch.equal(batch["lr"], expected["lr"])


def test_two_processes_share_one_global_batch(photo_folder):
    folder = photo_folder()
    whole = _batches(module := _module(folder), module.train_dataloader())
    ranks = [
        _batches(
            module := _module(folder, _trainer(rank=rank, world_size=2)), module.train_dataloader()
        )
        for rank in range(2)
    ]
    for expected, *parts in zip(whole, *ranks, strict=True):
        assert torch.equal(torch.cat([part["lr"] for part in parts]), expected["lr"])


def test_starting_a_loader_leaves_the_global_random_state_alone(photo_folder):
    module = _module(photo_folder())
    before = torch.get_rng_state()
    _batches(module, module.train_dataloader())
    _batches(module, module.val_dataloader()[0])
    assert torch.equal(torch.get_rng_state(), before)


def test_validation_pixels_belong_to_the_name_whatever_the_order(photo_folder):
    folder = photo_folder(size=(50, 61))
    module = _module(folder, _trainer(training=False), mixup=Mixup(1.0))
    (loader,) = module.val_dataloader()
    batches = {batch["name"][0]: batch for batch in _batches(module, loader)}
    assert list(batches) == ["0000", "0001", "0002", "0003"]
    backwards = HRFolder(str(folder), 4, names=["0003", "0001"])
    module = _module(folder, _trainer(training=False), val={"photos": backwards})
    for batch in _batches(module, module.val_dataloader()[0]):
        assert batch["set"] == ["photos"]
        assert batch["hr"].shape == (1, 3, 48, 60)
        assert torch.equal(batch["lr"], batches[batch["name"][0]]["lr"])


def test_every_validation_image_is_on_exactly_one_process(photo_folder):
    folder = photo_folder(count=5)
    names = []
    for rank in range(3):
        module = _module(folder, _trainer(training=False, rank=rank, world_size=3))
        names += [batch["name"][0] for batch in module.val_dataloader()[0]]
    assert sorted(names) == [f"{index:04d}" for index in range(5)]


def test_test_sets_default_to_validation_sets_and_none_drops_a_set(photo_folder):
    folder = photo_folder()
    other = HRFolder(str(folder), 4, names=["0002"])
    module = _module(folder, val={"gone": None, "kept": other})
    assert [[batch["set"] for batch in loader] for loader in module.test_dataloader()] == [
        [["kept"]]
    ]
    module = _module(folder, test={"other": other})
    assert [len(loader) for loader in module.test_dataloader()] == [1]
    assert [len(loader) for loader in module.val_dataloader()] == [4]


def test_mixup_is_for_training_only(photo_folder):
    folder = photo_folder()
    plain = _batches(module := _module(folder), module.train_dataloader())
    for training in (True, False):
        module = _module(folder, _trainer(training=training), mixup=Mixup(1.0))
        batches = _batches(module, module.train_dataloader())
        for batch, before in zip(batches, plain, strict=True):
            expected = Mixup(1.0)(before) if training else before
            assert torch.equal(batch["hr"], expected["hr"])
            assert torch.equal(batch["lr"], expected["lr"])
            assert torch.equal(batch["hr"], before["hr"]) != training


def test_pairs_need_no_degradation_and_keep_their_lr(tmp_path):
    for index in range(2):
        write_png(tmp_path / "hr" / f"{index}.png", _photo(32, 32, seed=index))
        write_png(tmp_path / "lr" / f"{index}.png", np.full((8, 8, 3), index, np.uint8))
    pairs = PairedFolder(str(tmp_path / "hr"), str(tmp_path / "lr"), 4)
    module = _module(tmp_path, train=None, val={"pairs": pairs}, degradation=None)
    module.setup("validate")
    batches = _batches(module, module.val_dataloader()[0])
    assert [to_uint8(batch["lr"][0]).max() for batch in batches] == [0, 1]


def test_missing_lr_without_degradation_is_a_config_error(photo_folder):
    module = _module(photo_folder(), degradation=None)
    with pytest.raises(ConfigError, match=r"train: no lr images.*set `degradation`"):
        module.setup("fit")
    with pytest.raises(ConfigError, match=r"0000.*set `degradation`"):
        _batches(module, module.val_dataloader()[0])


def test_setup_lists_the_expected_files_folders_and_sources(photo_folder, tmp_path):
    folder = photo_folder()
    missing = {"set5": PairedFolder(str(tmp_path / "a"), str(tmp_path / "b"), 4)}
    module = _module(folder, val=missing)
    with pytest.raises(DataError) as error:
        module.setup("fit")
    message = str(error.value)
    assert f"train hr: {folder} (4 images)" in message
    assert f"val/set5 hr: {tmp_path / 'a'} (missing)" in message
    assert f"val/set5 lr: {tmp_path / 'b'} (missing)" in message
    assert "a does not exist: correct the path" in message
    assert message.endswith("The photographs were drawn by a test.")
    _module(folder, val=missing, test={}).setup("test")  # a stage looks at its own sets only


def test_a_set_can_be_seen_through_a_camera_of_its_own(photo_folder):
    folder = photo_folder(count=1)
    photos = {name: HRFolder(str(folder), 4) for name in ("clean", "noisy", "usual")}
    cameras = {"clean": Bicubic(4), "noisy": Compose([Bicubic(4), GaussianNoise(40 / 255)])}
    module = _module(folder, val=photos, val_degradations={**cameras, "usual": None})
    module.setup("test")
    lr = {
        name: _batches(module, loader)[0]["lr"]
        for name, loader in zip(photos, module.test_dataloader(), strict=True)
    }
    spread = {name: (image - lr["clean"]).std() for name, image in lr.items()}
    assert spread["clean"] == 0
    assert spread["noisy"] > 3 * spread["usual"] > 0


def test_no_camera_for_one_set_is_found_before_it_is_needed(photo_folder):
    folder = photo_folder(count=1)
    photos = {name: HRFolder(str(folder), 4) for name in ("first", "second")}
    module = _module(folder, val=photos, degradation=None, val_degradations={"first": Bicubic(4)})
    with pytest.raises(ConfigError, match="second"):
        module.setup("test")


def test_unequal_scales_are_refused(photo_folder):
    folder = photo_folder()
    with pytest.raises(ConfigError, match="degradation has scale 2 but the run has scale 4"):
        _module(folder, degradation=Bicubic(2))
    with pytest.raises(ConfigError, match="val/photos has scale 2"):
        _module(folder, val={"photos": HRFolder(str(folder), 2)})


def test_values_beyond_the_range_are_clamped(photo_folder):
    class Glare(torch.nn.Module):
        scale = 4

        def forward(self, hr, seeds):
            return Bicubic(4)(hr, seeds) * 40 - 20

    module = _module(photo_folder(), degradation=Glare())
    batch = _batches(module, module.train_dataloader())[0]
    assert (batch["lr"].min(), batch["lr"].max()) == (0, 1)


def test_loaders_start_in_processes_that_inherit_nothing(photo_folder):
    module = pickle.loads(pickle.dumps(_module(photo_folder(), iterations=1)))
    expected = next(iter(module.train_dataloader()))
    loader = module.train_dataloader()
    remote = DataLoader(
        loader.dataset,
        batch_sampler=loader.batch_sampler,
        num_workers=1,
        multiprocessing_context=server(),
    )
    assert torch.equal(next(iter(remote))["hr"], expected["hr"])


def test_training_without_a_training_set_is_a_config_error(photo_folder):
    with pytest.raises(ConfigError, match="no training data set"):
        _module(photo_folder(), train=None).train_dataloader()
