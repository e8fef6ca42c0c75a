"""Two processes train as one."""

from pathlib import Path
from subprocess import CompletedProcess

import pytest
import torch
from commands import run

# The demo's real networks: batch-norm, relativistic means and mixup couple the whole batch. Micro-
# batches of 4: batch-norm over two values gives plus or minus 1, its gradient is all rounding.
RUN = [
    *("experiment=demo", "synthetic=true", "callback=[checkpoint,scalars,random_state]"),
    *("generator.features=16", "patch_size=32", "batch_size=8", "iterations=1", "log_every=1"),
    *("validate_every=1", "channels_last=false"),
]


def train(folder: Path, *overrides: str) -> CompletedProcess:
    return run("train", *RUN, f"output_dir={folder}", *overrides, cwd=folder.parent)


@pytest.mark.parametrize("accumulate", [1, 2])
def test_gradients_equal_those_of_one_process(tmp_path: Path, accumulate: int) -> None:
    results = {}
    for trainer in ("cpu", "ddp_cpu"):
        folder = tmp_path / trainer
        mixed = "data.mixup.probability=1.0"
        done = train(folder, f"trainer={trainer}", f"accumulate={accumulate}", mixed)
        assert done.returncode == 0, done.stdout + done.stderr
        results[trainer] = torch.load(folder / "checkpoints/last.ckpt", weights_only=True)
    for phase in range(2):
        one, two = (results[t]["optimizer_states"][phase]["state"] for t in ("cpu", "ddp_cpu"))
        assert one.keys() == two.keys()
        # After one step Adam's first moment is (1 - 0.9) times the gradient.
        ours = torch.cat([two[key]["exp_avg"].flatten() for key in two]) / 0.1
        expected = torch.cat([one[key]["exp_avg"].flatten() for key in one]) / 0.1
        assert expected.norm() > 0
        assert (ours - expected).norm() <= 1e-4 * expected.norm()
    # The scores are means over all images, wherever they were computed.
    rows = [(tmp_path / t / "csv/metrics.csv").read_text() for t in ("cpu", "ddp_cpu")]
    psnr = [_last(row, "val/chelsea/bicubic/rgb8/psnr") for row in rows]
    assert psnr[0] == pytest.approx(psnr[1], abs=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize(
    "chosen",
    [
        pytest.param(["experiment=dsgan_demo"], id="dsgan"),
        pytest.param(["experiment=cyclegan_ntire20_track1"], id="cyclegan"),
        pytest.param(["system=sr_cycle_gan"], id="srrescycgan"),
        pytest.param(["system=sr_cycle_gan", "system.split_optimizers=true"], id="split"),
    ],
)
def test_other_systems_likewise(tmp_path: Path, chosen: list[str]) -> None:
    first_moments = []
    for trainer in ("cpu", "ddp_cpu"):
        done = train(
            tmp_path / trainer,
            *(*chosen, f"trainer={trainer}", "backbone_weights=random"),
            *("batch_size=4", "patch_size=64", "generator.features=8", "generator.blocks=2"),
            *("discriminator.features=8", "num_workers=0"),
        )
        assert done.returncode == 0, done.stdout + done.stderr
        last = torch.load(tmp_path / trainer / "checkpoints/last.ckpt", weights_only=True)
        states = [state for phase in last["optimizer_states"] for state in phase["state"].values()]
        first_moments.append(torch.cat([state["exp_avg"].flatten() for state in states]))
    one, two = first_moments
    assert one.norm() > 0
    assert (two - one).norm() <= 1e-4 * one.norm()


@pytest.mark.slow
def test_esrgan_with_averaging_likewise(tmp_path: Path) -> None:
    results = []
    for trainer in ("cpu", "ddp_cpu"):
        done = train(
            tmp_path / trainer,
            *("experiment=esrgan_df2k", f"trainer={trainer}", "backbone_weights=random"),
            *("small_networks=true", "num_workers=0", "metric=[psnr]", "ema_decay=0.9"),
            *("iterations=2", "validate_every=2", "patch_size=64"),
            # A large eps: divided by its own size, a gradient that is all rounding is a full step.
            *(
                "optimizer.g.eps=1",
                "optimizer.d.eps=1",
                "optimizer.g.lr=1e-2",
                "optimizer.d.lr=1e-4",
            ),
        )
        assert done.returncode == 0, done.stdout + done.stderr
        last = torch.load(tmp_path / trainer / "checkpoints/last.ckpt", weights_only=True)
        parts = {
            name: _flat([last["state_dict"][key] for key in last["state_dict"] if name in key])
            for name in ("generator.", "ema.module.")
        }
        for name, phase in zip("gd", last["optimizer_states"], strict=True):
            parts[name] = _flat([state["exp_avg"] for state in phase["state"].values()])
        results.append(parts)
    one, two = results
    moved = (one["ema.module."] - one["generator."]).norm()  # the average is another network
    assert moved > 0
    for name in ("generator.", "ema.module."):
        assert (two[name] - one[name]).norm() <= 1e-3 * moved, name
    for name in "gd":  # means of the gradients
        assert (two[name] - one[name]).norm() <= 1e-3 * one[name].norm(), name


def _flat(tensors: list[torch.Tensor]) -> torch.Tensor:
    return torch.cat([tensor.flatten().float() for tensor in tensors])


def _last(csv: str, column: str) -> float:
    header, *lines = csv.splitlines()
    place = header.split(",").index(column)
    return float([line.split(",")[place] for line in lines if line.split(",")[place]][-1])


def test_a_multirun_of_distributed_jobs_is_refused(tmp_path: Path) -> None:
    done = train(tmp_path, "trainer=ddp_cpu", "-m", "seed=1,2")
    assert done.returncode == 2
    assert "multirun" in done.stderr
    assert not list(tmp_path.iterdir())
