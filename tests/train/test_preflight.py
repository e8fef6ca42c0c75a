"""Checks before training: nothing is trained, and nothing of an earlier run is lost."""

from pathlib import Path
from typing import Any

import pytest
import torch
from composing import composed
from toys import flat, networks

from srrescgan.data import HRFolder, LRFolder, SRDataModule, UnpairedFolder
from srrescgan.degradations import Bicubic
from srrescgan.errors import ConfigError, DataError, WeightsError
from srrescgan.generators import EDSR
from srrescgan.train.__main__ import train
from srrescgan.train.preflight import (
    check_data,
    check_match,
    check_output,
    check_resumable,
    load_initial_state,
    sets_with_hr,
)
from srrescgan.weights.files import write_pth


@pytest.mark.parametrize(
    ("experiment", "data", "said"),
    [
        ("dsgan_demo", "own_camera", "trains on unpaired domains.*_unpaired"),
        ("demo", "own_camera_unpaired", "trains on hr images, or pairs.*without _unpaired"),
    ],
)
def test_pairs_and_unpaired_domains_are_distinguished(
    experiment: str, data: str, said: str, tmp_path: Path
) -> None:
    cfg = composed(
        *("train", experiment, f"data={data}", f"output_dir={tmp_path}"),
        *("generator.features=4", "discriminator.features=4"),
    )
    with pytest.raises(ConfigError, match=said):
        train(cfg)
    assert not (tmp_path / "checkpoints").exists()


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (["ckpt_path=a.ckpt", "init_weights=b.pth"], "resumes a run, init_weights= starts one"),
        (["objective=psnrr"], "did you mean 'psnr'"),
        (["objective=val/chelse/rgb8/psnr"], "did you mean 'val/chelsea/rgb8/psnr'"),
    ],
)
def test_keys_that_do_not_fit_stop_a_run_before_it_starts(
    overrides: list[str], said: str, tmp_path: Path
) -> None:
    cfg = composed(
        *("train", "demo", f"output_dir={tmp_path}", "metric=[psnr]", "patch_size=32"),
        *("generator.features=4", "discriminator.features=4", *overrides),
    )
    with pytest.raises(ConfigError, match=said):
        train(cfg)
    assert not (tmp_path / "csv").exists()
    assert not (tmp_path / "checkpoints").exists()


def test_a_run_starts_from_weights_or_from_a_checkpoint_not_from_both(tmp_path: Path) -> None:
    check_output(tmp_path, "a.ckpt", None)
    check_output(tmp_path, None, "b.pth")
    with pytest.raises(ConfigError, match="give only one"):
        check_output(tmp_path, "a.ckpt", "b.pth")


def test_the_curves_so_far_are_kept_when_a_run_resumes_in_its_folder(tmp_path: Path) -> None:
    (tmp_path / "csv").mkdir()
    for text in ("first", "second"):
        (tmp_path / "csv/metrics.csv").write_text(text)
        check_output(tmp_path, "a.ckpt", None)
    kept = {path.name: path.read_text() for path in (tmp_path / "csv").iterdir()}
    assert kept == {
        "metrics.before_resume_1.csv": "first",
        "metrics.before_resume_2.csv": "second",
    }


def test_a_new_run_does_not_replace_the_checkpoints_of_another(tmp_path: Path) -> None:
    last = tmp_path / "checkpoints/last.ckpt"
    last.parent.mkdir()
    last.touch()
    with pytest.raises(ConfigError, match=f"ckpt_path={last}"):
        check_output(tmp_path, None, None)
    with pytest.raises(ConfigError, match="another output_dir="):
        check_output(tmp_path, None, "b.pth")
    check_output(tmp_path, str(last), None)


def checkpoint(path: Path, **changes: Any) -> Path:
    content = {"iteration": 4, "optimizer_states": [], "state_dict": networks().state_dict()}
    torch.save({k: v for k, v in (content | changes).items() if v is not None}, path)
    return path


def test_a_finished_run_is_not_resumed(tmp_path: Path) -> None:
    path = checkpoint(tmp_path / "a.ckpt")
    check_resumable(path, networks(), iterations=5)
    for iterations in (4, 3):
        with pytest.raises(WeightsError, match=r"has reached iteration 4.*Raise iterations="):
            check_resumable(path, networks(), iterations)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"iteration": None}, "holds no training state.*init_weights="),
        ({"optimizer_states": None}, "holds no training state.*init_weights="),
        ({"state_dict": {}}, r"other networks: .*first: discriminator\."),
        (
            {"state_dict": networks(ema_decay=0.9).state_dict()},
            "differ in ema_decay: only one of them",
        ),
    ],
)
def test_a_checkpoint_of_something_else_is_refused(
    tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(WeightsError, match=said):
        check_resumable(checkpoint(tmp_path / "a.ckpt", **changes), networks(), 9)


def test_a_run_starts_from_the_given_weights(tmp_path: Path) -> None:
    system, other = networks(), networks()
    for parameter in other.generator.parameters():
        parameter.data.add_(1.0)
    write_pth(other.generator.state_dict(), tmp_path / "other.pth")
    load_initial_state(system, None, None, 9)
    assert not torch.equal(flat(system.generator), flat(other.generator))
    load_initial_state(system, str(tmp_path / "other.pth"), None, 9)
    assert torch.equal(flat(system.generator), flat(other.generator))
    with pytest.raises(WeightsError, match=r"no weight file at .*did you mean 'realsr'"):
        load_initial_state(system, "realsrr", None, 9)  # names are known here too


def test_a_run_starts_from_weights_of_another_scale_if_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    system = networks()
    system.generator = EDSR(4, features=4, blocks=1)
    before = {key: value.clone() for key, value in system.generator.state_dict().items()}
    other = EDSR(2, features=4, blocks=1).state_dict()
    write_pth(other, tmp_path / "x2.pth")
    path = str(tmp_path / "x2.pth")
    with pytest.raises(WeightsError, match=r"2 of 18 parameters missing \(tail\.0\.2\.bias"):
        load_initial_state(system, path, None, 9)
    load_initial_state(system, path, None, 9, ["tail"])
    for key, value in system.generator.state_dict().items():
        assert torch.equal(value, before[key] if key.startswith("tail") else other[key])
    assert "tail.0.0.weight, tail.0.0.bias, tail.0.2.weight" in capsys.readouterr().out
    load_initial_state(system, path, None, 9, ["tail.0.2"])  # as the authors do
    assert torch.equal(system.generator.state_dict()["tail.0.0.weight"], other["tail.0.0.weight"])
    with pytest.raises(ConfigError, match=r"init_skip=tial: no key of .*x2\.pth or of EDSR"):
        load_initial_state(system, path, None, 9, ["tial"])


def test_the_checkpoint_to_resume_from_is_checked(tmp_path: Path) -> None:
    path = checkpoint(tmp_path / "a.ckpt")
    load_initial_state(networks(), None, str(path), 9)
    with pytest.raises(WeightsError, match="has reached iteration 4"):
        load_initial_state(networks(), None, str(path), 4)


def data(train: Any, **val: Any) -> SRDataModule:
    return SRDataModule(
        train=train, val=val, degradation=Bicubic(4), scale=4, batch_size=1, iterations=1
    )


def test_sets_are_checked_by_the_images_that_they_have(photo_folder) -> None:
    hr, lr = str(photo_folder("hr", 1, (48, 48))), str(photo_folder("lr", 1, (12, 12)))
    datamodule = data(HRFolder(hr, scale=4), photos=HRFolder(hr, scale=4), camera=LRFolder(lr, 4))
    assert sets_with_hr(datamodule) == {"photos": True, "camera": False}
    check_match(networks(), datamodule)
    degradation = networks()
    degradation.is_degradation_system = True
    unpaired = UnpairedFolder(hr, lr, 4, 32)
    check_match(degradation, data(unpaired, photos=HRFolder(hr, scale=4)))
    with pytest.raises(ConfigError, match=r"leave the set out with data\.val\.camera=null"):
        check_match(degradation, data(unpaired, camera=LRFolder(lr, 4)))


def test_a_missing_folder_is_reported_before_the_doctor_looks(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="missing"):
        check_data(data(HRFolder(str(tmp_path / "nowhere"), scale=4)), None, tmp_path)
