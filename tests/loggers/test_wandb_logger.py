"""Weights & Biases without a network, read back from the run's own file."""

from pathlib import Path

import numpy as np
import pytest
from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig, open_dict
from wandb_file import OfflineRun

from srrescgan.callbacks import software
from srrescgan.callbacks.dashboards import CaptionedImage
from srrescgan.config.schema import CONFIG_DIR, register
from srrescgan.loggers.wandb_logger import IterationWandbLogger
from srrescgan.train.__main__ import train


@pytest.fixture(autouse=True)
def without_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("WANDB_API_KEY", "WANDB_MODE"):
        monkeypatch.delenv(variable, raising=False)
    for variable in ("DATA", "CACHE", "CONFIG"):
        monkeypatch.setenv(f"WANDB_{variable}_DIR", str(tmp_path / "wandb-home"))
    monkeypatch.setenv("NETRC", str(tmp_path / "no-netrc"))
    monkeypatch.setenv("WANDB_SILENT", "true")


def logger(folder: Path, name: str = "n", group: str | None = None) -> IterationWandbLogger:
    return IterationWandbLogger("p", name, group, str(folder), "auto", [], True)


def composed(*overrides: str) -> DictConfig:
    register()
    GlobalHydra.instance().clear()
    with initialize_config_dir(CONFIG_DIR, version_base="1.3"):
        return compose("train", overrides=[*overrides], return_hydra_config=True)


def test_without_a_key_a_run_is_logged_offline_against_iterations(tmp_path: Path) -> None:
    own = logger(tmp_path)
    own.log_hyperparams({"seed": 3, "optimizer": {"g": {"lr": 0.1}}})
    own.log_metrics({"train/g/pixel": 2.5, "iteration": 100}, step=100)
    own.log_image("images/a", [np.zeros((4, 4, 3), np.uint8)], step=200)
    own.close()
    (run,) = OfflineRun.below(tmp_path)
    everything = [m for m in run.of("metric") if m.glob_name == "*"][-1]  # Lightning's comes first
    assert everything.step_metric == "iteration"
    assert everything._control.overwrite
    curve, picture = run.rows
    assert curve == {"train/g/pixel": 2.5, "iteration": 100}
    assert picture["iteration"] == 200
    assert picture["images/a"]["count"] == 1
    assert run.config["optimizer"] == {"g": {"lr": 0.1}}


def test_a_table_survives_scores_that_json_cannot_hold(tmp_path: Path) -> None:
    own = logger(tmp_path)
    picture = CaptionedImage(np.full((2, 3, 3), 200, np.uint8), "lr | sr")
    own.log_picture_table("t/x", ["name", "picture", "psnr"], [["a", picture, float("inf")]], 7)
    own.close()
    (run,) = OfflineRun.below(tmp_path)
    (row,) = run.rows
    assert row["iteration"] == 7
    ((name, shown, score),) = run.table(row, "t/x")["data"]
    assert (name, score) == ("a", None)
    assert shown.read_bytes().startswith(b"\x89PNG")


def test_every_logger_has_a_run_of_its_own(tmp_path: Path) -> None:
    for number in (1, 2):
        logger(tmp_path, f"job-{number}").log_metrics({"a": number}, step=number)
    logger(tmp_path, "third").close()  # never used: no run
    last = logger(tmp_path, "job-3")
    last.log_metrics({"a": 3}, step=3)
    last.finalize("success")  # a phase of Lightning's: more may follow
    last.log_metrics({"a": 4}, step=4)
    last.finalize("failed")
    runs = OfflineRun.below(tmp_path)
    assert [run.of("run")[0].display_name for run in runs] == ["job-1", "job-2", "job-3"]
    assert [row["a"] for run in runs for row in run.rows] == [1, 2, 3, 4]
    assert [run.exit_code for run in runs] == [0, 0, 1]


def test_a_run_that_is_finished_is_closed_with_success(tmp_path: Path) -> None:
    own = logger(tmp_path)
    own.log_metrics({"a": 1}, step=1)
    own.finalize("finished")
    (run,) = OfflineRun.below(tmp_path)
    assert run.exit_code == 0
    logger(tmp_path, "unused").finalize("finished")  # never used: no run
    assert len(OfflineRun.below(tmp_path)) == 1


@pytest.mark.parametrize("group", [None, "mine"])
def test_the_jobs_of_a_multirun_are_a_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, group: str | None
) -> None:
    cfg = composed("experiment=demo", "name=demo", f"output_dir={tmp_path}/sweeps/first")
    with open_dict(cfg):
        cfg.hydra.mode = RunMode.MULTIRUN
        cfg.hydra.job.num = 4
    monkeypatch.setattr(HydraConfig.instance(), "cfg", cfg)
    own = logger(tmp_path, "demo", group)
    assert own.experiment.group == (group or "first")
    assert own.experiment.name == "demo-4"
    own.close()


def test_checkpoints_stay_here_when_they_are_not_wanted(tmp_path: Path) -> None:
    own = IterationWandbLogger("p", "n", None, str(tmp_path), "offline", [], False)
    own.log_checkpoint(tmp_path / "last.ckpt", ["last"], {})
    own.log_metrics({"a": 1}, step=1)
    own.close()
    (run,) = OfflineRun.below(tmp_path)
    assert run.of("artifact") == []


def test_a_disk_that_refuses_an_upload_does_not_fail_the_run(tmp_path: Path) -> None:
    own = logger(tmp_path)
    own.log_metrics({"a": 1}, step=1)
    with pytest.warns(UserWarning, match=r"missing.ckpt was not uploaded to W&B.* safe"):
        own.log_checkpoint(tmp_path / "missing.ckpt", ["last"], {})
    own.close()
    (run,) = OfflineRun.below(tmp_path)
    assert run.of("artifact") == []
    assert run.exit_code == 0


def test_a_whole_run_with_wandb_needs_no_network(tmp_path: Path) -> None:
    cfg = composed(
        *("experiment=demo", "debug=smoke", "name=demo", f"output_dir={tmp_path / 'run'}"),
        *("logger=[csv,wandb,tensorboard]", "validate_every=3"),
        *("generator.features=8", "discriminator.features=4", "patch_size=32"),
    )
    with open_dict(cfg):
        del cfg["hydra"]
    train(cfg)
    (run,) = OfflineRun.below(tmp_path / "run")
    assert run.exit_code == 0
    iterations = [row["iteration"] for row in run.rows]
    assert iterations == sorted(iterations)
    assert max(iterations) == 4
    keys = {key for row in run.rows for key in row}
    assert {"train/g/pixel", "train/d/real", "train/g/grad_norm", "train/g/lr"} <= keys
    assert {"val/chelsea/rgb8/psnr", "val/chelsea/bicubic/rgb8/psnr", "images/chelsea"} <= keys
    assert {"train/iterations_per_second", "train/data_wait_share", "health/d_margin"} <= keys
    (table,) = [row for row in run.rows if "tables/validation" in row]
    assert table["iteration"] == 4  # of the extra validation at the end
    assert "last" in run.artifacts("model")[-1].aliases
    # The resolved configuration, and the code that ran it.
    assert run.config["iterations"] == 4
    assert run.config["system"]["generator"]["features"] == 8
    assert run.config["provenance"] == software()
    assert list((tmp_path / "run/tensorboard").glob("events.*"))
