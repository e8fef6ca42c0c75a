"""A multirun through Hydra's own sweepers, with a stand-in for training."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
import yaml
from omegaconf import DictConfig

from srrescgan.config.cli import entry_point, use_job_directory
from srrescgan.config.schema import CONFIG_DIR
from srrescgan.errors import DataError, UserError
from srrescgan.sweeps.job_record import JobRecord, read_jobs
from srrescgan.sweeps.run_job import run_job
from srrescgan.sweeps.run_sweep import run_sweep, set_up_sweep
from srrescgan.train.fit import TrainingResult

DEMO = ["metric=[psnr,ssim]", "objective=[psnr,ssim]"]
OPTUNA = [*DEMO, "sweep=optuna", "hydra.sweeper.n_trials=3"]
OPTUNA += ["hydra.sweeper.sampler.n_startup_trials=2"]  # the third depends on their results
SPACE = ["optimizer.g.lr=tag(log,interval(1e-4,1e-2))", "generator.alpha_init=interval(2,8)"]
GRID = [*DEMO, "sweep=grid", "seed=1,2"]


class Killed(BaseException):
    """What happens to the job and to the sweeping process alike."""


class Trainer:
    """Stands in for training: records the jobs that run, and fails where ``bad`` says so."""

    def __init__(self) -> None:
        self.runs: list[str] = []
        self.starts: list[str | None] = []
        self.validated: list[bool] = []
        self.bad: dict[int, BaseException | dict[str, float]] = {}

    def __call__(self, cfg: DictConfig, validate_only: bool) -> TrainingResult:
        self.validated.append(validate_only)
        scores = self.scores(cfg)
        return TrainingResult(scores, stopped=bool(scores.pop("stopped", False)))

    def scores(self, cfg: DictConfig) -> dict[str, float]:
        self.runs.append(Path(cfg.output_dir).name)
        self.starts.append(cfg.ckpt_path)
        self.cfg = cfg
        bad = self.bad.get(len(self.runs) - 1)
        if isinstance(bad, BaseException):
            raise bad
        if bad is not None:
            return bad
        rate = float(cfg.optimizer.g.lr) * cfg.generator.alpha_init + cfg.seed
        return {
            "val/chelsea/rgb8/psnr": 20 + rate,
            "val/chelsea/rgb8/ssim": 1 / (1 + rate),
            "train/g/pixel": 1.0,
        }


@pytest.fixture
def trainer() -> Trainer:
    return Trainer()


@pytest.fixture(scope="session")
def small_conf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real configuration with most groups left out: composing all takes most of the time."""
    real, folder = Path(CONFIG_DIR), tmp_path_factory.mktemp("small") / "conf"
    folder.mkdir()
    for name in ("train.yaml", "sweep", "metric", "protocol", "callback"):
        (folder / name).symlink_to(real / name)
    base = yaml.safe_load((real / "base.yaml").read_text())
    groups = [group for group in base["defaults"] if group == "_self_" or "sweep" in group]
    base |= {"defaults": [{"protocol": "rgb8"}, {"metric": "psnr"}, *groups], "name": "small"}
    base["data"] = {"val": {"chelsea": {"_target_": "srrescgan.data.HRFolder"}}}
    base["generator"] = {"_target_": "srrescgan.generators.SRResDNet", "alpha_init": 2.0}
    base["optimizer"] = {"g": {"_target_": "torch.optim.Adam", "_partial_": True, "lr": 1e-3}}
    (folder / "base.yaml").write_text(yaml.safe_dump(base, sort_keys=False))
    return folder


@pytest.fixture
def sweep(
    tmp_path: Path, trainer: Trainer, monkeypatch: pytest.MonkeyPatch, small_conf: Path
) -> Callable[..., tuple[int, dict[str, JobRecord]]]:
    """Run the command; return its exit code and the records."""
    monkeypatch.setenv("HYDRA_FULL_ERROR", "0")  # is put back afterwards
    for module in ("cli", "compose"):
        monkeypatch.setattr(f"srrescgan.config.{module}.CONFIG_DIR", str(small_conf))

    def task(cfg: DictConfig):
        use_job_directory(cfg)
        return run_job(cfg, trainer)

    def run(*overrides: str, folder: str = "sweep") -> tuple[int, dict[str, JobRecord]]:
        line = ["train", "-m", *overrides, f"output_dir={tmp_path / folder}"]
        monkeypatch.setattr(sys, "argv", line)
        for recorded in (trainer.runs, trainer.starts, trainer.validated):
            recorded.clear()
        code = 0
        try:
            entry_point("train", task, run_sweep)()
        except SystemExit as error:
            code = int(error.code or 0)
        return code, read_jobs(tmp_path / folder)

    return run


def test_a_search_reports_and_resumes_after_a_kill(
    sweep, trainer: Trainer, tmp_path: Path, capsys
) -> None:
    code, whole = sweep(*OPTUNA, *SPACE)
    assert code == 0
    assert [job.status for job in whole.values()] == ["finished"] * 3
    # The user's search space, not the file's; what is everybody's does not set a job apart.
    keys = [sorted(o.split("=")[0] for o in job.overrides) for job in whole.values()]
    assert keys == 3 * [["generator.alpha_init", "optimizer.g.lr"]]
    assert "Pareto" in capsys.readouterr().out
    for name in ("sweep.csv", "sweep.html", "pareto.png"):
        assert (tmp_path / "sweep" / name).stat().st_size > 0
    results = (tmp_path / "sweep/optimization_results.yaml").read_text()
    reported = json.loads((tmp_path / "sweep/sweep.json").read_text())["jobs"]
    assert results.count("params:") == sum(job["best"] for job in reported)  # as Optuna sees it

    trainer.bad = {2: Killed()}
    with pytest.raises(Killed):
        sweep(*OPTUNA, *SPACE, folder="killed")
    killed_in = trainer.runs[2]
    trainer.bad = {}
    code, resumed = sweep(*OPTUNA, *SPACE, folder="killed")
    assert code == 0
    assert trainer.runs == [killed_in]  # the two that were over are not run again
    assert resumed == whole


def test_a_failed_job_does_not_end_the_sweep_and_is_tried_again(
    sweep, trainer: Trainer, capsys
) -> None:
    command = [*OPTUNA, *SPACE, "hydra.sweeper.n_trials=4"]
    nan = {"val/chelsea/rgb8/psnr": float("nan"), "val/chelsea/rgb8/ssim": 0.5}
    trainer.bad = {0: DataError("photo.png is no photo"), 1: RuntimeError("a bug"), 3: nan}
    code, jobs = sweep(*command)
    assert code == 1
    assert [job.status for job in jobs.values()] == ["failed", "failed", "finished", "failed"]
    shown = capsys.readouterr()
    names = list(jobs)
    line = next(line for line in shown.err.splitlines() if "jobs failed" in line)
    assert f"{names[0]} (photo.png is no photo)" in line
    assert f"{names[1]} (RuntimeError: a bug)" in line
    assert f"{names[3]} (objective rgb8/psnr is not a number" in line
    assert "Traceback" in shown.err  # of the bug
    assert "DataError" not in shown.err
    trainer.bad = {}
    code, again = sweep(*command)
    assert code == 0
    assert trainer.runs == [names[0], names[1], names[3]]
    assert list(again) == names  # mended jobs do not make the search take another way
    assert {job.status for job in again.values()} == {"finished"}


def test_a_search_in_which_every_job_fails_ends_with_one_line(sweep, trainer, capsys) -> None:
    trainer.bad = {index: DataError("no photos") for index in range(3)}
    code, jobs = sweep(*OPTUNA, "objective=psnr", *SPACE)
    assert code == 1
    assert len(jobs) == 3
    assert "Traceback" not in capsys.readouterr().err


def test_ctrl_c_ends_the_sweep_at_once_and_the_job_resumes_from_its_checkpoint(
    sweep, trainer: Trainer, capsys
) -> None:
    trainer.bad = {0: KeyboardInterrupt()}
    code, jobs = sweep("seed=1,2")  # plain Hydra, nobody asks for an objective
    assert code == 130
    assert [job.status for job in jobs.values()] == ["stopped"]
    assert "output_dir=" in capsys.readouterr().out
    last = Path(trainer.cfg.output_dir) / "checkpoints/last.ckpt"
    last.parent.mkdir()
    torch.save({"iteration": 3, "state_dict": {}}, last)
    trainer.bad = {}
    assert [job.status for job in sweep("seed=1,2")[1].values()] == ["finished"] * 2
    assert trainer.starts == [str(last), None]
    assert trainer.validated == [False, False]


def test_a_signal_that_stopped_a_job_ends_the_sweep(sweep, trainer: Trainer) -> None:
    trainer.bad = {0: {"val/chelsea/rgb8/psnr": 20.0, "stopped": 1.0}}
    code, jobs = sweep("seed=1,2")
    assert code == 130
    assert len(trainer.runs) == 1
    assert [(job.status, job.scores) for job in jobs.values()] == [("stopped", {})]


def test_a_job_that_was_killed_before_its_last_validation_is_only_validated(
    sweep, trainer: Trainer
) -> None:
    trainer.bad = {0: KeyboardInterrupt()}
    sweep("seed=1,2", "iterations=3")
    last = Path(trainer.cfg.output_dir) / "checkpoints/last.ckpt"
    last.parent.mkdir()
    torch.save({"iteration": 3, "state_dict": {}}, last)
    trainer.bad = {}
    sweep("seed=1,2", "iterations=3")
    assert trainer.validated == [True, False]


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ([*DEMO, "sweep=grid"], "nothing to search"),
        ([*DEMO, "objective=psnrr", "seed=1,2"], "objective=psnrr.*did you mean 'psnr'"),
        ([*DEMO, "objective=[psnr,val/chelse/rgb8/psnr]", "seed=1,2"], "val/chelsea/rgb8/psnr"),
        ([*OPTUNA, *SPACE, "objective=null"], "needs an objective="),
        ([*OPTUNA, *SPACE, "hydra/launcher=joblib"], "hydra.launcher.n_jobs=2"),
        ([*OPTUNA, *SPACE, "hydra.sweeper.sampler.n_startup_trials=1"], "must be at least 2"),
        (OPTUNA, "unknown key 'loss.pixel"),
    ],
)
def test_mistakes_are_found_before_the_first_job(
    tmp_path: Path, small_conf: Path, monkeypatch: pytest.MonkeyPatch, overrides, said: str
) -> None:
    for module in ("cli", "compose"):
        monkeypatch.setattr(f"srrescgan.config.{module}.CONFIG_DIR", str(small_conf))
    with pytest.raises(UserError, match=said):
        set_up_sweep("train", [*overrides, f"output_dir={tmp_path / 'sweep'}"])
    assert not (tmp_path / "sweep").exists()


def test_without_lpips_weights_the_message_names_the_alternative(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SRRESCGAN_BACKBONES", str(tmp_path))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr("torch.hub.download_url_to_file", _offline)
    with pytest.raises(UserError, match=r"objective=\[psnr,ssim\]"):
        set_up_sweep("train", ["experiment=demo", "sweep=optuna", f"output_dir={tmp_path / 's'}"])


def _offline(*arguments, **options) -> None:
    raise OSError("no network")


def test_a_grid_can_be_enlarged_but_other_settings_need_another_folder(
    sweep, trainer: Trainer, capsys
) -> None:
    _, jobs = sweep(*GRID)
    assert len(jobs) == 2
    assert sweep(*GRID, "iterations=7")[0] == 2
    assert "iterations=51000 there, 7 here" in capsys.readouterr().err
    assert trainer.runs == []
    code, more = sweep(*DEMO, "sweep=grid", "seed=0,1,2", "num_workers=1", "log_every=7")
    assert code == 0
    assert len(trainer.runs) == 1
    assert set(jobs) < set(more)
