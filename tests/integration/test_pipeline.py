"""The stages with their real commands, one of them stopped on the way."""

import json
import signal
import time
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import torch
from commands import Command, started
from PIL import Image

from srrescgan.data import PairedFolder

LEARN = "{iterations:2,batch_size:2,generator.features:4,discriminator.features:4,trainer:cpu}"
TRAIN = (
    "{iterations:80,batch_size:2,generator.features:8,discriminator.features:4,trainer:cpu,"
    "checkpoint_every:2,patch_size:32,validate_every:80,generator.blocks:1}"
)


def pipeline(place: Path) -> AbstractContextManager[Command]:
    return started(
        *("pipeline", "stages=demo_real"),
        *(f"paths.data_dir={place / 'data'}", f"output_dir={place / 'out'}"),
        *(f"learn={LEARN}", f"train={TRAIN}", "audit={patch_size:32}"),
        cwd=place,
        env={"XDG_CACHE_HOME": str(place / "cache")},
    )


def test_stopped_and_run_again_the_pipeline_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for folder, count, side in (
        ("clean/train", 16, 128),
        ("clean/valid", 1, 128),
        ("camera", 16, 64),
    ):
        (tmp_path / "data" / folder).mkdir(parents=True)
        for index in range(count):
            coarse = rng.integers(60, 190, (side // 16, side // 16, 3), np.uint8)
            smooth = Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC)
            noisy = np.asarray(smooth) + rng.normal(
                0, 6 if folder == "camera" else 1, (side, side, 3)
            )
            picture = Image.fromarray(noisy.clip(0, 255).astype(np.uint8))
            picture.save(tmp_path / "data" / folder / f"{index:02d}.png")

    last = tmp_path / "out/train/checkpoints/last.ckpt"
    with pipeline(tmp_path) as process:
        deadline = time.monotonic() + 250
        while not last.exists() and process.running and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        done = process.wait(60)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "stage 'train' was stopped by SIGTERM" in " ".join(done.stderr.split())
    reached = torch.load(last, weights_only=True)["iteration"]
    assert 2 <= reached < 80, "stopped too late to show anything"

    pairs = PairedFolder(
        str(tmp_path / "data/clean/train"), str(tmp_path / "data/generated/LR/train"), 4
    )
    pairs.check()
    assert len(pairs) == 16
    assert (tmp_path / "out/audit/audit.html").exists()

    with pipeline(tmp_path) as process:
        done = process.wait(250)
    assert done.returncode == 0, done.stdout + done.stderr
    for said in ("learn: reused", "make: reused", "audit: reused", "train: resumed"):
        assert f"stage {said}" in done.stdout
    assert torch.load(last, weights_only=True)["iteration"] == 80
    evaluated = json.loads((tmp_path / "out/eval/metrics.json").read_text())
    assert evaluated["sets"]["clean"]["sr"]["images"] == 1
    assert evaluated["contestants"][1]["source"].startswith(f"{last} (sha256 ")
