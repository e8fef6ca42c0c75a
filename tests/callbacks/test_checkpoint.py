"""What is on disk after a run, and after a full disk."""

import resource
from pathlib import Path

import pytest
import torch
from toys import players

from srrescgan.callbacks import Checkpoint, Provenance
from srrescgan.callbacks.checkpoint_io import CheckpointWriteError


def saved(path: Path) -> int:
    return torch.load(path, weights_only=True)["iteration"]


def test_last_kept_and_best(fit, tmp_path: Path) -> None:
    folder = tmp_path / "c"
    callback = Checkpoint(str(folder), every=2, keep_every=3, best={"psnr": "max", "lpips": "min"})
    fit(players(), iterations=7, validate_every=2, callbacks=(callback,))
    assert saved(folder / "last.ckpt") == 7
    kept = sorted(path.name for path in folder.glob("iteration_*"))
    assert kept == ["iteration_00000003.ckpt", "iteration_00000006.ckpt"]
    assert [saved(folder / name) for name in kept] == [3, 6]
    assert saved(folder / "best_psnr.ckpt") in (2, 4, 6)
    assert not (folder / "best_lpips.ckpt").exists()  # not computed in this run
    assert not list(folder.glob(".*"))


def test_the_best_score_survives_a_resume(fit, tmp_path: Path) -> None:
    folder = tmp_path / "c"
    best = {"psnr": "max"}
    fit(players(), 2, validate_every=2, callbacks=(Checkpoint(str(folder), 1, 0, best),))
    resumed = Checkpoint(str(folder), 1, 0, best)
    resumed_from = (folder / "last.ckpt").rename(tmp_path / "two.ckpt")
    content = torch.load(resumed_from, weights_only=True)
    (state,) = [s for k, s in content["callbacks"].items() if k.startswith("Checkpoint")]
    state["best_scores"]["psnr"] = 1000.0
    torch.save(content, resumed_from)
    (folder / "best_psnr.ckpt").unlink()
    fit(players(), 4, validate_every=2, callbacks=(resumed,), ckpt_path=resumed_from)
    assert not (folder / "best_psnr.ckpt").exists()


@pytest.fixture
def full_disk():
    """No file may grow beyond 4 kB: what a write meets when the disk is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_leaves_the_previous_checkpoint_and_the_run_goes_on(
    fit, tmp_path: Path, full_disk
) -> None:
    folder = tmp_path / "c"
    fit(players(), 2, callbacks=(Checkpoint(str(folder), 1, 0, {}),))
    assert saved(folder / "last.ckpt") == 2
    system = players()
    full_disk()
    with (
        pytest.warns(UserWarning, match=r"could not save .*last.ckpt.*untouched"),
        pytest.raises(CheckpointWriteError, match="Free some space"),
    ):
        fit(system, 4, callbacks=(Checkpoint(str(folder), 1, 0, {}),))
    assert system.iteration == 4  # every iteration was trained; only the final save is an error
    assert saved(folder / "last.ckpt") == 2
    assert [path.name for path in folder.iterdir()] == ["last.ckpt"]


def test_a_checkpoint_says_where_it_comes_from(fit, tmp_path: Path) -> None:
    provenance = Provenance({"name": "x", "generator": {"_target_": "y"}})
    fit(players(), 1, callbacks=(provenance, Checkpoint(str(tmp_path / "c"), 1, 0, {})))
    content = torch.load(tmp_path / "c/last.ckpt", weights_only=True)
    assert content["config"]["name"] == "x"
    assert content["provenance"]["versions"]["torch"] == torch.__version__.split("+")[0]
    assert content["provenance"]["code"]
