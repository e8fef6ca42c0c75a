"""A multirun of real training jobs: one breaks, one is stopped by Ctrl-C, and killed later."""

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from srrescgan.callbacks import AtomicCheckpointIO
from srrescgan.files import file_sha256
from srrescgan.sweeps.job_record import read_jobs
from srrescgan.train.__main__ import main

RUN = [
    *("experiment=demo", "debug=smoke", "metric=[psnr]", "objective=[psnr]", "patch_size=32"),
    *("generator.features=4", "discriminator.features=4", "callback=[checkpoint]"),
    *("validate_every=2", "checkpoint_every=1", "iterations=3"),
]


@pytest.fixture
def sweep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HYDRA_FULL_ERROR", "0")  # is put back afterwards

    def run(*overrides: str) -> int:
        line = ["train", *RUN, f"output_dir={tmp_path / 'sweep'}", *overrides, "-m"]
        monkeypatch.setattr(sys, "argv", line)
        try:
            main()
        except SystemExit as error:
            return int(error.code or 0)
        return 0

    return run


def test_stopped_resumed_broken_and_killed(
    sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save, saved = AtomicCheckpointIO.save_checkpoint, []

    def interrupted(self, *arguments, **options) -> None:
        save(self, *arguments, **options)
        saved.append(1)
        if len(saved) == 1:
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(AtomicCheckpointIO, "save_checkpoint", interrupted)
    command = "generator.blocks=1,-1"
    assert sweep(command) == 130
    (folder,) = (tmp_path / "sweep").glob("*/checkpoints")
    last = folder / "last.ckpt"
    assert torch.load(last, weights_only=True)["iteration"] == 2
    assert [job.status for job in read_jobs(tmp_path / "sweep").values()] == ["stopped"]

    assert sweep(command) == 1
    jobs = read_jobs(tmp_path / "sweep")
    assert [job.status for job in jobs.values()] == ["finished", "failed"]
    finished, failed = jobs.values()
    assert failed.overrides == ("generator.blocks=-1",)
    assert "blocks" in failed.message

    # Killed after the last iteration was saved, before the last validation was over.
    before = file_sha256(last)
    replace(finished, status="running", scores={}).write(last.parents[1])
    assert sweep(command) == 1
    assert next(iter(read_jobs(tmp_path / "sweep").values())).scores == finished.scores
    assert file_sha256(last) == before
