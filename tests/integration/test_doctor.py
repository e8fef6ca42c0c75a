"""The doctor as a command, and as the gate that training passes."""

import json
import shutil
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from commands import run

from srrescgan.config.build import build
from srrescgan.config.cli import check_overrides
from srrescgan.data import HRFolder
from srrescgan.doctor import Checkup, require_healthy
from srrescgan.doctor.__main__ import doctor
from srrescgan.doctor.checks import CHECKS
from srrescgan.errors import ConfigError, DataError


def run_here(module: str, *overrides: str, cwd: Path) -> CompletedProcess:
    return run(module, *overrides, cwd=cwd, env={"XDG_CACHE_HOME": str(cwd / "cache")})


@pytest.fixture
def folders(photo_folder, tmp_path: Path) -> tuple[Path, Path]:
    """Four training photos; of two others for validation, one is a copy of a training photo."""
    photo_folder("all", 6)
    train, val = tmp_path / "train", tmp_path / "val"
    for folder, names in ((train, "0123"), (val, "34")):
        folder.mkdir()
        for name in names:
            shutil.copy(tmp_path / f"all/000{name}.png", folder)
    return train, val


def test_the_exit_code_states_whether_training_may_start(folders, tmp_path: Path) -> None:
    train, val = folders
    keys = ("data=folders", f"data.train.hr={train}", f"data.val.photos.hr={val}", "patch_size=64")
    done = run_here("doctor", *keys, "output_dir=out", cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert "error leak" in done.stdout
    assert f"{val}/0003.png is the same" not in done.stdout  # another file, the same pixels
    assert f"{val}/0003.png: has the same pixels as {train}/0003.png" in done.stdout
    assert done.stderr.startswith("error: training must not start")
    assert "Traceback" not in done.stderr
    content = json.loads((tmp_path / "out/doctor.json").read_text())
    assert content["may_train"] is False
    assert (tmp_path / "out/doctor.html").stat().st_size > 1000
    assert (tmp_path / "cache/srrescgan/doctor.sqlite").exists()


def test_warnings_do_not_stop_training(folders, tmp_path: Path) -> None:
    train, val = folders
    keys = ["data=folders", f"data.train.hr={train}", f"data.val.photos.hr={val}", "patch_size=64"]
    keys += [f"checkup.cache={tmp_path / 'cache.sqlite'}", f"output_dir={tmp_path / 'out'}"]
    (cfg,) = check_overrides("doctor", [*keys, "checkup.severity.leak=warning"])
    doctor(cfg)
    content = json.loads((tmp_path / "out/doctor.json").read_text())
    assert content["may_train"] is True
    assert [p["severity"] for p in content["problems"]] == ["warning"]
    (cfg,) = check_overrides("doctor", [*keys, "checkup.hash_distance=0"])
    with pytest.raises(DataError, match="fix 1 error"):
        doctor(cfg)


def test_missing_data_is_explained(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    keys = ["data=df2k", f"paths.data_dir={tmp_path}", f"output_dir={tmp_path / 'out'}"]
    (cfg,) = check_overrides("doctor", [*keys, f"checkup.cache={tmp_path / 'cache.sqlite'}"])
    with pytest.raises(DataError, match="fix 2 errors"):
        doctor(cfg)
    said = capsys.readouterr().out
    assert f"{tmp_path / 'DF2K/HR'} does not exist" in said
    assert "Where the data comes from: DIV2K" in said


def test_training_refuses_what_the_doctor_refuses(folders, tmp_path: Path) -> None:
    train, val = folders
    keys = ("experiment=demo", "data=folders", f"data.train.hr={train}", "patch_size=64")
    done = run_here("train", *keys, f"data.val.photos.hr={val}", "output_dir=run", cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    for words in (f"{val}/0003.png", "run/doctor/doctor.html", "doctor=skip"):
        assert words in done.stderr
    assert (tmp_path / "run/doctor/doctor.html").exists()
    assert json.loads((tmp_path / "run/doctor/doctor.json").read_text())["may_train"] is False
    assert not (tmp_path / "run/checkpoints").exists()
    # doctor=skip: test_commands.py trains on such data, in the test of a truncated picture.


def test_the_gate_prints_one_line_and_writes_no_report_on_healthy_data(
    folders, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    train, val = folders
    (val / "0003.png").unlink()
    sets = {"train": HRFolder(str(train), 4, 64), "val/photos": HRFolder(str(val), 4)}
    checkup = Checkup(workers=1, cache=str(tmp_path / "cache.sqlite"))
    require_healthy(checkup, sets, tmp_path / "doctor")
    said = capsys.readouterr().out.strip().splitlines()
    assert len(said) == 1
    assert said[0].startswith("doctor: 5 pictures, 0 errors, 0 warnings")
    assert not (tmp_path / "doctor").exists()


def test_the_gate_names_the_first_errors_and_counts_the_rest(folders, tmp_path: Path) -> None:
    train, _ = folders
    for index in range(7):
        (train / f"bad{index}.png").write_bytes(b"")
    checkup = Checkup(workers=1, cache=str(tmp_path / "cache.sqlite"))
    with pytest.raises(DataError) as refused:
        require_healthy(checkup, {"train": HRFolder(str(train), 4, 64)}, tmp_path / "doctor")
    message = str(refused.value)
    assert "7 errors" in message
    assert message.count("is empty (0 bytes)") == 5
    assert "... and 2 more" in message


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("doctor=skpi", "did you mean 'skip'?"),
        ("checkup.severity.leek=warning", "did you mean 'checkup.severity.leak'?"),
        ("checkup.hash_distnace=3", "did you mean 'checkup.hash_distance'?"),
    ],
)
@pytest.mark.parametrize("command", ["train", "doctor"])
def test_mistyped_keys_are_named(command: str, override: str, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        check_overrides(command, [override])
    assert said in str(error.value)


def test_the_configuration_shows_the_defaults() -> None:
    (cfg,) = check_overrides("train", [])
    assert vars(build(cfg.checkup)) == vars(Checkup())
    assert dict(cfg.checkup.severity) == {check.name: check.severity for check in CHECKS}


def test_impossible_settings_are_refused() -> None:
    with pytest.raises(ValueError, match=r"checkup.severity.leak=none: must be error, warning"):
        Checkup(severity={"leak": "none"})
    with pytest.raises(ValueError, match="no such check"):
        Checkup(severity={"leek": "error"})
    with pytest.raises(ValueError, match=r"workers=0: must be at least 1"):
        Checkup(workers=0)
