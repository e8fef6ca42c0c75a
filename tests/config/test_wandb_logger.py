"""Weights & Biases without a network, read back from the run's own file."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from wandb.proto import wandb_internal_pb2
from wandb_file import value, whole

from srrescgan.config.wandb_logger import IterationWandbLogger


@pytest.fixture
def offline_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("WANDB_API_KEY", raising=False)
    monkeypatch.delenv("WANDB_MODE", raising=False)
    monkeypatch.setenv("NETRC", str(tmp_path / "no-netrc"))
    monkeypatch.setenv("WANDB_SILENT", "true")

    def run(action) -> list[wandb_internal_pb2.Record]:
        logger = IterationWandbLogger("p", "n", str(tmp_path), "auto", [])
        action(logger)
        logger.experiment.finish()
        (file,) = tmp_path.glob("wandb/offline-run-*/*.wandb")
        return whole(file)

    return run


def test_without_a_key_a_run_is_logged_offline_against_iterations(offline_run) -> None:
    def log(logger: IterationWandbLogger) -> None:
        logger.log_hyperparams({"seed": 3})
        logger.log_metrics({"train/g/pixel": 2.5, "iteration": 100}, step=100)
        logger.log_image("images/a", [np.zeros((4, 4, 3), np.uint8)], step=200)

    found = offline_run(log)
    metrics = [r.metric for r in found if r.WhichOneof("record_type") == "metric"]
    everything = [m for m in metrics if m.glob_name == "*"][-1]  # the first is Lightning's own
    assert everything.step_metric == "iteration"
    assert everything._control.overwrite
    rows = [r.history.item for r in found if r.WhichOneof("record_type") == "history"]
    assert [value(row, "iteration") for row in rows] == [100, 200]
    assert value(rows[0], "train/g/pixel") == 2.5
    assert any("images/a" in (item.key or "/".join(item.nested_key)) for item in rows[1])


def test_a_whole_run_with_wandb_needs_no_network(tmp_path: Path, monkeypatch) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("WANDB")}
    environment |= {"NETRC": str(tmp_path / "none"), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [
            *(sys.executable, "-m", "srrescgan.train", "experiment=demo", "debug=smoke"),
            *("logger=[csv,wandb,tensorboard]", f"output_dir={tmp_path / 'run'}"),
            *("generator.features=8", "discriminator.features=4", "patch_size=32"),
        ],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (file,) = (tmp_path / "run/wandb").glob("offline-run-*/*.wandb")
    rows = [r.history.item for r in whole(file) if r.WhichOneof("record_type") == "history"]
    iterations = [value(row, "iteration") for row in rows]
    assert iterations == sorted(iterations)
    assert max(iterations) == 4
    keys = {item.key or "/".join(item.nested_key) for row in rows for item in row}
    assert {"train/g/pixel", "train/d/real", "train/g/grad_norm", "train/g/lr"} <= keys
    assert "val/chelsea/psnr" in keys
    assert any(key.startswith("images/chelsea") for key in keys)
    assert {"train/iterations_per_second", "train/data_wait_share"} <= keys
    assert list((tmp_path / "run/tensorboard").glob("events.*"))
