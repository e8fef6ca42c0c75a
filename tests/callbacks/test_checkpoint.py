"""What is on disk after a run, and after a full disk."""

import resource
from pathlib import Path

import pytest
import pytorch_lightning as pl
import torch
from toys import networks

from srrescgan.callbacks import Checkpoint, Provenance
from srrescgan.callbacks.checkpoint_io import CheckpointWriteError
from srrescgan.errors import ConfigError


def saved(path: Path) -> int:
    return torch.load(path, weights_only=True)["iteration"]


def test_last_kept_and_best(fit, tmp_path: Path) -> None:
    folder = tmp_path / "c"
    callback = Checkpoint(str(folder), every=2, keep_every=3, best=["psnr", "lpips"])
    fit(networks(), iterations=7, validate_every=2, callbacks=(callback,))
    assert saved(folder / "last.ckpt") == 7
    kept = sorted(path.name for path in folder.glob("iteration_*"))
    assert kept == ["iteration_00000003.ckpt", "iteration_00000006.ckpt"]
    assert [saved(folder / name) for name in kept] == [3, 6]
    assert saved(folder / "best_psnr.ckpt") in (2, 4, 6)
    assert not (folder / "best_lpips.ckpt").exists()  # not computed in this run
    assert not list(folder.glob(".*"))


class Iteration:
    """Scores every picture with the iteration that its system is at."""

    reference = None
    decimals = 0
    what = "the iteration"

    def __init__(self, higher_is_better: bool) -> None:
        self.higher_is_better = higher_is_better
        self.system: pl.LightningModule | None = None

    def __call__(self, image: torch.Tensor) -> torch.Tensor:
        assert self.system is not None
        return torch.full((len(image),), float(self.system.iteration), dtype=torch.float64)


def counting(**higher_is_better: bool) -> pl.LightningModule:
    """A system with metrics named ``<protocol>__<metric>``, all of them its iteration."""
    metrics = {key.replace("__", "/"): Iteration(up) for key, up in higher_is_better.items()}
    system = networks(metrics=metrics)
    for metric in metrics.values():
        metric.system = system
    return system


def scores(path: Path) -> dict[str, float]:
    callbacks = torch.load(path, weights_only=True)["callbacks"]
    (state,) = [state for key, state in callbacks.items() if key.startswith("Checkpoint")]
    return state["best_scores"]


def test_the_metric_says_which_way_is_better_and_the_first_protocol_counts(
    fit, tmp_path: Path
) -> None:
    system = counting(a__up=True, a__down=False, b__up=False)
    names = ["up", "a/up", "down", "b/up", "elsewhere"]
    fit(system, 6, validate_every=2, callbacks=(Checkpoint(str(tmp_path), 6, 0, names),))
    kept = {path.stem: saved(path) for path in tmp_path.glob("best_*")}
    assert kept == {"best_up": 6, "best_a_up": 6, "best_down": 2, "best_b_up": 2}
    assert scores(tmp_path / "last.ckpt") == {"a/up": 6, "a/down": 2, "b/up": 2}


def test_a_metric_under_a_protocol_must_be_measured(fit, tmp_path: Path) -> None:
    callback = Checkpoint(str(tmp_path / "c"), 1, 0, ["y_border/up"])
    with pytest.raises(ConfigError, match=r"'y_border/up'; did you mean 'y_border4/up'\?.*rgb8/up"):
        fit(counting(rgb8__up=True, y_border4__up=True), 1, callbacks=(callback,))
    assert not (tmp_path / "c").exists()


@pytest.mark.parametrize("best", ["psnr", {"psnr": "max"}])
def test_best_is_a_list(best: object) -> None:
    with pytest.raises(ConfigError, match="a list of metrics"):
        Checkpoint("unused", 1, 0, best)


@pytest.mark.parametrize(
    ("stored", "measured", "kept"),
    [
        ({"a/up": 1000.0}, {"a__up": True}, False),
        ({"a/up": 1000.0}, {"b__up": True, "a__up": True}, True),  # another first protocol
        ({"up": 1000.0}, {"a__up": True}, True),  # an older checkpoint does not say which
    ],
)
def test_a_resumed_run_compares_with_the_best_score_of_the_same_protocol(
    fit, tmp_path: Path, stored: dict, measured: dict, kept: bool
) -> None:
    folder = tmp_path / "c"
    fit(counting(a__up=True), 2, callbacks=(Checkpoint(str(folder), 1, 0, ["up"]),))
    resumed_from = (folder / "last.ckpt").rename(tmp_path / "two.ckpt")
    content = torch.load(resumed_from, weights_only=True)
    (state,) = [s for k, s in content["callbacks"].items() if k.startswith("Checkpoint")]
    state["best_scores"] = stored
    torch.save(content, resumed_from)
    (folder / "best_up.ckpt").unlink(missing_ok=True)
    resumed = Checkpoint(str(folder), 1, 0, ["up"])
    system = counting(**measured)
    fit(system, 4, validate_every=2, callbacks=(resumed,), ckpt_path=resumed_from)
    assert (folder / "best_up.ckpt").exists() == kept
    assert all("/" in key for key in scores(folder / "last.ckpt"))


@pytest.fixture
def full_disk():
    """No file may grow beyond 4 kB: what a write meets when the disk is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_leaves_the_previous_checkpoint_and_the_run_continues(
    fit, tmp_path: Path, full_disk
) -> None:
    folder = tmp_path / "c"
    fit(networks(), 2, callbacks=(Checkpoint(str(folder), 1, 0, None),))
    assert saved(folder / "last.ckpt") == 2
    system = networks()
    full_disk()
    with (
        pytest.warns(UserWarning, match=r"could not save .*last.ckpt.*intact"),
        pytest.raises(CheckpointWriteError, match="Free some space"),
    ):
        fit(system, 4, callbacks=(Checkpoint(str(folder), 1, 0, None),))
    assert system.iteration == 4  # every iteration was trained; only the final save is an error
    assert saved(folder / "last.ckpt") == 2
    assert [path.name for path in folder.iterdir()] == ["last.ckpt"]


def test_a_checkpoint_says_where_it_comes_from(fit, tmp_path: Path) -> None:
    provenance = Provenance({"name": "x", "generator": {"_target_": "y"}})
    fit(networks(), 1, callbacks=(provenance, Checkpoint(str(tmp_path / "c"), 1, 0, None)))
    content = torch.load(tmp_path / "c/last.ckpt", weights_only=True)
    assert content["config"]["name"] == "x"
    assert content["provenance"]["versions"]["torch"] == torch.__version__.split("+")[0]
    assert content["provenance"]["code"]
