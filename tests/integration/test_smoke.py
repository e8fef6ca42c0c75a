"""Every experiment runs from end to end: train, validate, checkpoint, evaluate."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from srrescgan.config.schema import CONFIG_DIR

EXPERIMENTS = sorted(path.stem for path in Path(CONFIG_DIR, "experiment").glob("*.yaml"))


def command(module: str, *overrides: str, cwd: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", f"srrescgan.{module}", *overrides],
        cwd=cwd,
        env={**os.environ, "SRRESCGAN_DATA": str(cwd / "nothing-here")},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_experiment_from_end_to_end(name: str, tmp_path: Path) -> None:
    run = tmp_path / "run"
    command("train", f"experiment={name}", "debug=smoke", f"output_dir={run}", cwd=tmp_path)
    checkpoint = run / "checkpoints/last.ckpt"
    rows = list(csv.DictReader((run / "csv/metrics.csv").open()))
    assert rows[-1]["iteration"] == "4"
    assert any(row["train/g/pixel"] for row in rows)
    assert list((run / "images").glob("**/00000004.png"))
    command(
        *("eval", f"experiment={name}", "debug=smoke"),
        *(f"ckpt_path={checkpoint}", f"output_dir={tmp_path / 'eval'}"),
        cwd=tmp_path,
    )
    metrics = json.loads((tmp_path / "eval/metrics.json").read_text())
    assert metrics["protocol"]
    for methods in metrics["sets"].values():
        assert methods.keys() == {"bicubic", "sr"}
        assert methods["sr"]["images"] >= 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["eval", "run"]  # nothing else


def test_a_sweep_runs_every_combination(tmp_path: Path) -> None:
    command(
        *("train", "-m", "experiment=demo", "debug=smoke", "iterations=1", "validate_every=1"),
        *("generator.alpha_init=2,9", "seed=1,2", f"output_dir={tmp_path / 'sweep'}"),
        *("generator.features=8", "discriminator.features=4", "patch_size=32"),
        cwd=tmp_path,
    )
    jobs = sorted(
        path.parent.parent.name for path in tmp_path.glob("sweep/*/checkpoints/last.ckpt")
    )
    assert jobs == ["0", "1", "2", "3"]
