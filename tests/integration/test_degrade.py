"""The command that makes pairs, and its promise: on the fly or on disk, the same pixels."""

import signal
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from commands import started

from srrescgan.config.build import build
from srrescgan.config.check import check_targets
from srrescgan.config.cli import check_overrides
from srrescgan.config.schema import CONFIG_DIR
from srrescgan.data import HRFolder, SRDataModule
from srrescgan.data.seeds import derive_seed
from srrescgan.degrade.__main__ import degrade
from srrescgan.errors import ConfigError, DataError, WeightsError
from srrescgan.generators import DSGANGenerator
from srrescgan.images import read_image, to_tensor, to_uint8, write_png
from srrescgan.types import Degradation
from srrescgan.weights.files import write_safetensors

LEAVES = sorted(path.stem for path in Path(CONFIG_DIR, "degradation").glob("[!_]*.yaml"))
LEARNED = {"dsgan", "cyclegan"}


def configured(*overrides: str):
    (cfg,) = check_overrides("degrade", ["device=cpu", *overrides])
    return cfg


def contents(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """An untrained generator of a degradation, whose last weights are large enough to show."""
    torch.manual_seed(5)
    generator = DSGANGenerator(features=8, blocks=2)
    with torch.no_grad():
        generator.block_output.weight.mul_(5)
    config = {"_target_": "srrescgan.generators.DSGANGenerator", "features": 8, "blocks": 2}
    path = tmp_path / "camera.safetensors"
    write_safetensors(generator.state_dict(), config, path)
    return path


@pytest.mark.parametrize("leaf", LEAVES)
def test_on_the_fly_and_on_disk_are_the_same_pixels(
    leaf: str, photo_folder, tmp_path: Path, weights: Path
) -> None:
    folder = photo_folder(count=2, size=(70, 91))
    overrides = [f"input={folder}", f"output={tmp_path / 'lr'}", f"degradation={leaf}"]
    if leaf in LEARNED:  # in tiles on disk, as a whole on the fly
        overrides += [f"weights={weights}", "degradation.steps.1.tile=9"]
    noise = np.random.default_rng(0).integers(120, 132, (256, 512, 3)).astype(np.uint8)
    write_png(tmp_path / "walls" / "wall.png", noise)
    source = f"noise_source={tmp_path / 'walls'}"
    overrides.append(source)
    scale = build(configured(*overrides).degradation).scale
    assert scale in (1, 4)
    degrade(configured(*overrides, f"scale={scale}"))

    (train,) = check_overrides(
        "train",
        [f"degradation={leaf}", f"scale={scale}", f"degradation_weights={weights}", source],
    )
    degradation = build(train.degradation)
    assert isinstance(degradation, Degradation)
    module = SRDataModule(
        train=None,
        val={"photos": HRFolder(str(folder), scale)},
        degradation=degradation,
        scale=scale,
        batch_size=1,
        iterations=1,
    )
    (loader,) = module.val_dataloader()
    for batch in loader:
        lr = module.on_after_batch_transfer(batch, 0)["lr"]
        made = read_image(tmp_path / "lr" / f"{batch['name'][0]}.png")
        assert made.shape == (70 // scale, 91 // scale, 3)
        if leaf in LEARNED:  # the tiles' 1e-5 may round to the neighbouring level
            assert np.abs(to_uint8(lr[0]).astype(int) - made).max() <= 1
        else:
            assert np.array_equal(to_uint8(lr[0]), made)
        changed = not np.array_equal(made, to_uint8(batch["hr"][0]))
        assert changed == (leaf != "none")


def test_the_manifest_identifies_the_weights_by_content(
    photo_folder, tmp_path: Path, weights: Path
) -> None:
    folder = photo_folder(count=1)
    command = [f"input={folder}", f"output={tmp_path / 'lr'}", "degradation=dsgan"]
    degrade(configured(*command, f"weights={weights}"))
    before = contents(tmp_path / "lr")
    assert str(tmp_path) not in before["manifest.json"].decode()
    (tmp_path / "elsewhere").mkdir()
    moved = weights.rename(tmp_path / "elsewhere" / weights.name)
    degrade(configured(*command, f"weights={moved}"))
    assert contents(tmp_path / "lr") == before
    write_safetensors(
        DSGANGenerator(8, 2).state_dict(),
        {"_target_": "srrescgan.generators.DSGANGenerator", "features": 8, "blocks": 2},
        moved,
    )
    with pytest.raises(Exception, match="another weights_sha256"):
        degrade(configured(*command, f"weights={moved}"))


def test_the_manifest_identifies_the_noise_by_content(photo_folder, tmp_path: Path) -> None:
    walls = np.random.default_rng(0).integers(120, 132, (256, 512, 3)).astype(np.uint8)
    write_png(tmp_path / "walls" / "0.png", walls)
    command = [f"input={photo_folder(count=1)}", f"output={tmp_path / 'lr'}", "degradation=realsr"]
    degrade(configured(*command, f"noise_source={tmp_path / 'walls'}"))
    before = contents(tmp_path / "lr")
    assert str(tmp_path) not in before["manifest.json"].decode()
    (tmp_path / "elsewhere").mkdir()
    moved = (tmp_path / "walls").rename(tmp_path / "elsewhere" / "walls")
    degrade(configured(*command, f"noise_source={moved}"))
    assert contents(tmp_path / "lr") == before
    write_png(moved / "0.png", walls[::-1])
    with pytest.raises(Exception, match="another noise_sha256"):
        degrade(configured(*command, f"noise_source={moved}"))


def test_a_noise_source_without_noise_is_refused_before_any_picture(
    photo_folder, tmp_path: Path
) -> None:
    folder = photo_folder(count=1)
    command = [f"input={folder}", f"output={tmp_path / 'lr'}", "degradation=realsr"]
    with pytest.raises(ConfigError, match="noise_source=FOLDER"):
        degrade(configured(*command))
    with pytest.raises(DataError, match=r"noise_source: .*gone does not exist"):
        degrade(configured(*command, f"noise_source={tmp_path / 'gone'}"))
    with pytest.raises(DataError, match=r"window of 256 x 256"):  # the photographs are smaller
        degrade(configured(*command, f"noise_source={folder}"))
    assert not (tmp_path / "lr").exists()


def test_a_contact_sheet_shows_what_each_seed_gives(photo_folder, tmp_path: Path) -> None:
    photo = photo_folder(count=1, size=(80, 120)) / "0000.png"
    command = [f"input={photo}", "degradation=realesrgan", "draws=6", "seed=4"]
    degrade(configured(*command, f"output={tmp_path / 'sheet.png'}"))
    sheet = read_image(tmp_path / "sheet.png")
    assert sheet.shape[1] == 4 * (2 * 30 + 8) + 8
    degradation = build(configured(*command, "output=a").degradation)
    hr = to_tensor(read_image(photo))[None]
    for index in (0, 5):
        lr = to_uint8(degradation(hr, [derive_seed(4, "draw", index)])[0])
        enlarged = lr.repeat(2, axis=0).repeat(2, axis=1)
        left = 8 + index % 4 * 68
        column = sheet[:, left : left + 60]
        places = [
            top
            for top in range(len(sheet) - 40)
            if np.array_equal(column[top : top + 40], enlarged)
        ]
        assert len(places) == 1
    assert (sheet == 0).any()  # captions are black
    degrade(configured(*command, f"output={tmp_path / 'again.png'}"))
    assert (tmp_path / "again.png").read_bytes() == (tmp_path / "sheet.png").read_bytes()


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["output=OUT/sheet"], "ends in .png"),
        (["output=OUT/sheet.png", "input=OUT"], "expected one picture"),
        (["output=OUT/sheet.png", "draws=0"], "at least 1"),
        (["output=OUT/sheet.png", "pairs=sdsr"], "leave out pairs=sdsr"),
    ],
)
def test_a_contact_sheet_that_cannot_be_made_is_explained(
    overrides: list[str], message: str, photo_folder, tmp_path: Path
) -> None:
    photo = photo_folder(count=1) / "0000.png"
    command = [f"input={photo}", "degradation=mild", "draws=2", *overrides]
    with pytest.raises(ConfigError, match=message):
        degrade(configured(*(text.replace("OUT", str(tmp_path)) for text in command)))


def test_weights_that_are_missing_or_not_needed_are_explained(
    photo_folder, tmp_path: Path, weights: Path
) -> None:
    command = [f"input={photo_folder(count=1)}", f"output={tmp_path / 'lr'}"]
    with pytest.raises(ConfigError, match="weights=FILE"):
        degrade(configured(*command, "degradation=dsgan"))
    with pytest.raises(ConfigError, match=r"has no weights.*\n?.*learned degradation"):
        degrade(configured(*command, "degradation=noise8", f"weights={weights}"))
    with pytest.raises(WeightsError, match="no weight file"):
        degrade(configured(*command, "degradation=cyclegan", "weights=gone.pth"))
    with pytest.raises(ConfigError, match="degradation= must be given"):
        configured(*command)
    with pytest.raises(ConfigError, match="scale=1"):
        degrade(configured(*command, "degradation=jpeg"))
    assert not (tmp_path / "lr").exists()


def test_a_step_of_a_composition_is_reached_from_the_command_line() -> None:
    cfg = configured("input=a", "output=b", "degradation=noise8", "degradation.steps.1.sigma=0.1")
    check_targets(cfg)
    assert build(cfg.degradation).steps[1].sigma == 0.1


def test_a_killed_and_resumed_run_equals_an_uninterrupted_one(
    photo_folder, tmp_path: Path, weights: Path
) -> None:
    folder = photo_folder(count=60, size=(96, 112))
    (folder / "0007.png").write_bytes((folder / "0007.png").read_bytes()[:900])
    settings = ["degradation=noise8_jpeg30", "seed=3", "pairs=sdsr", f"input={folder}"]

    def command(output: str) -> list[str]:
        return [*settings, f"output={tmp_path / output}"]

    with pytest.raises(Exception, match=r"1 of 60 pictures.*\n.*0007.png"):
        degrade(configured(*command("whole")))

    arguments = ("device=cpu", "workers=2", *command("killed"))
    journal = tmp_path / "killed/manifest.partial.jsonl"
    with started("degrade", *arguments, cwd=tmp_path) as process:
        deadline = time.monotonic() + 200
        while time.monotonic() < deadline and process.running:
            if journal.exists() and journal.read_bytes().count(b"\n") > 5:
                break
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
        done = process.wait()
    assert done.returncode == -signal.SIGKILL, done.stdout + done.stderr
    assert not (tmp_path / "killed/manifest.json").exists(), "killed too late to show anything"

    with pytest.raises(Exception, match=r"1 of 60 pictures.*\n.*0007.png"):
        degrade(configured(*command("killed")))
    assert contents(tmp_path / "killed") == contents(tmp_path / "whole")
