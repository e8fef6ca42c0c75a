"""``python -m srrescgan.prepare`` as its users meet it."""

from pathlib import Path

import pytest
from commands import run
from known_sets import KNOWN, composed, lay_out

from srrescgan.prepare.__main__ import prepare


def test_without_a_data_set_the_known_ones_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    prepare(composed("prepare"))
    out = capsys.readouterr().out
    for name in KNOWN:
        assert f"\n  {name} " in out


def test_missing_folders_are_named_and_nothing_is_written(
    tmp_path: Path,
) -> None:
    done = run("prepare", "dataset=ntire20_track1", "paths.data_dir=data", cwd=tmp_path)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert str(tmp_path / "data/NTIRE20/track1/Corrupted-tr-x") in done.stderr
    assert "Register" in done.stderr
    assert "missing" in done.stdout
    assert not list(tmp_path.iterdir())


def test_a_whole_run_prints_its_steps_and_the_next_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data_set = lay_out("df2k_noise8", tmp_path / "data")
    overrides = ("dataset=df2k_noise8", f"paths.data_dir={tmp_path / 'data'}", "subset=true")
    done = run("prepare", *overrides, cwd=tmp_path, env={"COLUMNS": "200"})
    assert done.returncode == 0, done.stdout + done.stderr
    for said in (
        "noise8/HR: 3 pictures made from HR",
        "noise8/valid_LR: 3 pictures made from valid_HR",
        "noise8/HR: 3 pictures packed",
        f"Next: {data_set.next_command} paths.data_dir={tmp_path / 'data'}",
    ):
        assert said in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["data"]
    prepare(composed("prepare", *overrides))
    assert "Nothing left to do." in capsys.readouterr().out
