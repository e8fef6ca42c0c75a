"""A run that was killed, and one that was not, end with the same bits."""

import signal
import time
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import pytest
import pytorch_lightning as pl
import torch
from commands import Command, started
from toys import networks, with_settings

from srrescgan.callbacks import AtomicCheckpointIO, Checkpoint, RandomState
from srrescgan.data import Mixup, SRDataModule, UnpairedFolder
from srrescgan.discriminators import PatchDiscriminator
from srrescgan.generators import DSGANGenerator
from srrescgan.losses import WGANGP, ColorLoss
from srrescgan.schedulers import HoldThenLinear
from srrescgan.systems import (
    DegradationGANSystem,
    PhasedSystem,
    SRCycleGANSystem,
    SRGANSystem,
)

# Small networks, everything on: EMA, mixup, a penalty that draws from torch's global generator.
RUN = [
    *("experiment=demo", "synthetic=true", "trainer=cpu", "callback=[checkpoint,random_state]"),
    *("generator.features=8", "generator.blocks=1", "discriminator.features=4", "patch_size=32"),
    *("batch_size=2", "data.mixup.probability=0.5", "ema_decay=0.9", "gan_loss=wgan_gp"),
    *("data.train.cache=false", "checkpoint_every=2", "validate_every=4", "log_every=1"),
    # The demo's cosine depends on the length of the run; these do not.
    *("scheduler@scheduler.g=multistep", "scheduler@scheduler.d=multistep"),
    *("scheduler.g.milestones=[3,6]", "scheduler.d.milestones=[4]", "optimizer.g.lr=1e-3"),
]


def start(folder: Path, *overrides: str) -> AbstractContextManager[Command]:
    return started("train", *RUN, f"output_dir={folder}", *overrides, cwd=folder.parent)


def finish(folder: Path, *overrides: str) -> dict[str, torch.Tensor]:
    with start(folder, *overrides) as process:
        done = process.wait()
    assert done.returncode == 0, done.stdout + done.stderr
    return state(folder)


def state(folder: Path) -> dict[str, torch.Tensor]:
    return torch.load(folder / "checkpoints/last.ckpt", weights_only=True)


def assert_same_bits(ours: object, theirs: object, where: str = "") -> None:
    assert type(ours) is type(theirs), where
    if isinstance(ours, torch.Tensor):
        assert torch.equal(ours, theirs), where
    elif isinstance(ours, dict):
        assert ours.keys() == theirs.keys(), where
        for key in ours:
            assert_same_bits(ours[key], theirs[key], f"{where}/{key}")
    elif isinstance(ours, list):
        for index, pair in enumerate(zip(ours, theirs, strict=True)):
            assert_same_bits(*pair, f"{where}[{index}]")


CYCLE = (
    *("system=sr_cycle_gan", "system.downscaler.features=4", "system.downscaler.blocks=1"),
    *("system.lr_discriminator.features=2", "scheduler.d_lr.milestones=[5]"),
)
ESRGAN = (
    *("experiment=esrgan_df2k", "small_networks=true", "backbone_weights=random"),
    *("gan_loss=ragan", "metric=[psnr]"),
)


@pytest.mark.parametrize(
    "system",
    [
        pytest.param(("num_workers=0",), id="0"),
        pytest.param(("num_workers=2",), id="2"),
        pytest.param(("num_workers=0", *CYCLE), id="cycle", marks=pytest.mark.slow),
        pytest.param(("num_workers=0", *ESRGAN), id="esrgan", marks=pytest.mark.slow),
    ],
)
def test_killed_and_resumed_equals_uninterrupted(tmp_path: Path, system: tuple[str, ...]) -> None:
    common = ("iterations=17", *system)
    whole = finish(tmp_path / "whole", *common)

    killed = tmp_path / "killed"
    last = killed / "checkpoints/last.ckpt"
    with start(killed, "iterations=100000", *system) as process:
        deadline = time.monotonic() + 200
        while not last.exists() and process.running and time.monotonic() < deadline:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)  # at whatever point of whatever iteration it is in
        process.wait()
    reached = state(killed)["iteration"]
    assert 2 <= reached < 17, "killed too late to show anything"
    resumed = finish(tmp_path / "resumed", *common, f"ckpt_path={last}")

    assert resumed["iteration"] == whole["iteration"] == 17
    assert any(key.startswith("ema.") for key in whole["state_dict"])
    for part in ("state_dict", "optimizer_states"):
        assert_same_bits(resumed[part], whole[part], part)
    assert_same_bits(random_state(resumed), random_state(whole))


def random_state(checkpoint: dict) -> dict:
    (name,) = [key for key in checkpoint["callbacks"] if key.startswith("RandomState")]
    return checkpoint["callbacks"][name]


@pytest.mark.parametrize(
    ("kind", "stop"),
    [*((SRGANSystem, stop) for stop in (1, 2, 3, 4, 5)), (SRCycleGANSystem, 1)],
)
def test_every_iteration_is_a_place_to_resume_from(
    fit, tmp_path: Path, kind: type[PhasedSystem], stop: int
) -> None:
    def run(iterations: int, ckpt_path: Path | None = None):
        system = networks(
            kind,
            ema_decay=0.9,
            gan_loss=WGANGP(weight=1.0),
            accumulate=2,
            discriminator_interval=2,
        )
        callbacks = (RandomState(), Checkpoint(str(tmp_path / "c"), 1, 1, ["psnr"]))
        fit(
            system,
            iterations,
            mixup=Mixup(0.5, 1.2),
            validate_every=2,
            callbacks=callbacks,
            ckpt_path=ckpt_path,
        )
        return system.state_dict()

    torch.manual_seed(0)
    whole = run(6)
    part = tmp_path / "c" / f"iteration_{stop:08d}.ckpt"
    kept = part.rename(tmp_path / "stop.ckpt")
    torch.manual_seed(99)
    assert_same_bits(run(6, kept), whole)


@pytest.mark.parametrize("stop", [1, 3])
def test_a_degradation_resumes_likewise(photo_folder, tmp_path: Path, stop: int) -> None:
    hr, camera = str(photo_folder("hr", 3, (48, 56))), str(photo_folder("camera", 5, (40, 40)))

    def run(iterations: int, ckpt_path: Path | None = None) -> dict:
        torch.manual_seed(7)
        system = with_settings(
            DegradationGANSystem,
            generator=DSGANGenerator(features=4, blocks=1),
            discriminator=PatchDiscriminator(features=2),
            losses={"color": ColorLoss()},
            gan_loss=WGANGP(weight=0.1),  # draws from torch's global generator
            optimizer={name: partial(torch.optim.Adam, lr=1e-3) for name in "gd"},
            scheduler={name: HoldThenLinear(2, 5) for name in "gd"},
            metrics={},
            scale=4,
            ema_decay=0.9,
        )
        module = SRDataModule(
            train=UnpairedFolder(hr, camera, 4, 32, augment=True),
            val={},
            degradation=None,
            scale=4,
            batch_size=2,
            iterations=iterations,
        )
        trainer = pl.Trainer(
            accelerator="cpu",
            devices=1,
            max_epochs=1,
            logger=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            use_distributed_sampler=False,
            default_root_dir=tmp_path,
            plugins=[AtomicCheckpointIO()],
            callbacks=[RandomState(), Checkpoint(str(tmp_path / "c"), 1, 1, None)],
        )
        trainer.fit(system, module, ckpt_path=ckpt_path, weights_only=True)
        return system.state_dict()

    whole = run(5)
    kept = (tmp_path / "c" / f"iteration_{stop:08d}.ckpt").rename(tmp_path / "stop.ckpt")
    assert_same_bits(run(5, kept), whole)


def test_a_finished_run_can_be_made_longer(tmp_path: Path) -> None:
    # 5 is no multiple of validate_every: the run ends with a validation of its own, and perhaps
    # with a better score to save.
    short = finish(tmp_path / "short", "iterations=5")
    last = tmp_path / "short/checkpoints/last.ckpt"
    longer = finish(tmp_path / "longer", "iterations=8", f"ckpt_path={last}")
    whole = finish(tmp_path / "whole", "iterations=8")
    assert (short["iteration"], longer["iteration"]) == (5, 8)
    for part in ("state_dict", "optimizer_states"):
        assert_same_bits(longer[part], whole[part], part)


def test_a_run_never_replaces_an_earlier_one(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    finish(folder, "iterations=2")
    with start(folder, "iterations=4") as process:
        again = process.wait(100)
    assert again.returncode == 2
    assert "ckpt_path=" in again.stderr
    finish(folder, "iterations=4", f"ckpt_path={folder / 'checkpoints/last.ckpt'}")
    before, after = (folder / f"csv/metrics{n}.csv" for n in (".before_resume_1", ""))
    assert "\n2,2," in before.read_text()
    assert "\n4,4," in after.read_text()


def wait_for_rows(run: Path) -> None:
    csv = run / "csv/metrics.csv"
    deadline = time.monotonic() + 200
    while time.monotonic() < deadline and not (csv.exists() and csv.stat().st_size > 500):
        time.sleep(0.02)


def test_sigterm_to_one_of_two_processes_stops_both_in_order(tmp_path: Path) -> None:
    with start(
        tmp_path / "run",
        *("iterations=100000", "checkpoint_every=1000000", "trainer=ddp_cpu"),
        "callback=[checkpoint,scalars,random_state]",
    ) as process:
        wait_for_rows(tmp_path / "run")
        process.send_signal(signal.SIGTERM)
        done = process.wait(90)
    assert done.returncode == 0, done.stdout + done.stderr
    assert state(tmp_path / "run")["iteration"] >= 1


def test_ctrl_c_stops_between_iterations_and_says_how_to_resume(tmp_path: Path) -> None:
    with start(tmp_path / "run", "iterations=100000", "checkpoint_every=1000000") as process:
        wait_for_rows(tmp_path / "run")
        process.send_signal(signal.SIGINT)
        done = process.wait(60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ckpt_path=" in (done.stdout + done.stderr).replace("\n", "")
    reached = state(tmp_path / "run")["iteration"]
    assert reached >= 1
    resumed = finish(
        tmp_path / "more",
        f"iterations={reached + 1}",
        f"ckpt_path={tmp_path / 'run/checkpoints/last.ckpt'}",
    )
    assert resumed["iteration"] == reached + 1
