"""Times training steps of the real system against plain ones.

The system runs in a real ``pl.Trainer``: its step is timed from Lightning's
``on_train_batch_start`` to ``on_train_batch_end``, which includes the precision plugin, gradient
norms and learning rates, but not data loading. Each of its steps is followed by a plain step on the
same batch. Both start from the same weights, and their first steps must have equal losses and
gradients.
"""

import csv
import logging
import statistics
import subprocess
import sys
import warnings
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
import torch
from plain import WHITE, PlainDiscriminator, PlainGenerator, PlainTraining, take_weights
from sizes import Size
from timing import Row, StopWatch, row
from torch import Tensor
from torch.utils.data import DataLoader

from srrescgan.discriminators import VGGDiscriminator
from srrescgan.generators import SRResDNet
from srrescgan.layers import HighPass
from srrescgan.losses import PerceptualLoss, PixelLoss, RelativisticAverageGAN, TVLoss
from srrescgan.schedulers import Constant
from srrescgan.systems import GANOutputs, SRGANSystem, TrainingSettings
from srrescgan.systems.phase import Terms
from srrescgan.types import SRBatch

LEARNING_RATE = 1e-4
FLOAT32_LIMITS = {"losses": 1e-5, "generator_gradient": 1e-4, "discriminator_gradient": 2e-2}
"""Largest allowed relative differences between the first steps of both formulations in float32.

Float32 sums in another order differ by about 1e-7, and a ReLU or absolute value with an argument
that close to zero may switch its branch. The gradient of an untrained discriminator is conditioned
worst: its float32 value is 4e-3 from its float64 value. On the same images the gradients of both
discriminators agree to 1e-6, in float64 to 1e-15.
"""
IDLE = 12.0
"""``alpha`` at which the projection is idle, as it is in the released weights on photographs.

It is still computed. An active projection has a radius that is a difference of nearly equal
numbers, which two exact formulations round 0.2 % apart, so no comparison could be stricter.
"""


class FourPasses(SRGANSystem):
    """The system without shared passes: each network runs the discriminator on both sides."""

    def shared_forward(self, batch: SRBatch) -> GANOutputs:
        sr = self.generator(batch["lr"])
        nothing = torch.empty(0)
        return GANOutputs(batch["lr"], batch["hr"], sr, sr.detach(), nothing, nothing)

    def generator_loss(self, outputs: GANOutputs) -> Terms:
        self.discriminator.requires_grad_(False)
        real, fake = self.discriminator(outputs.hr), self.discriminator(outputs.sr)
        self.discriminator.requires_grad_(True)
        terms = {name: loss(outputs.sr, outputs.hr) for name, loss in self.losses.items()}
        return terms | {"gan": self.gan_loss.generator(real, fake)}

    def discriminator_loss(self, outputs: GANOutputs) -> Terms:
        real, fake = self.discriminator(outputs.hr), self.discriminator(outputs.sr_detached)
        return {"gan": self.gan_loss.discriminator(real, fake)}


VARIANTS: dict[str, tuple[type[SRGANSystem], str, bool]] = {
    "float32": (SRGANSystem, "32-true", False),
    "float32, four passes": (FourPasses, "32-true", False),
    "float32, channels_last": (SRGANSystem, "32-true", True),
    "float32, channels_last, four passes": (FourPasses, "32-true", True),
    "bf16": (SRGANSystem, "bf16-mixed", False),
    "bf16, channels_last": (SRGANSystem, "bf16-mixed", True),
}


class SideBySide(pl.Callback):
    """Times each step of a fit, and a plain step after it."""

    def __init__(self, plain: PlainTraining, watch: StopWatch) -> None:
        self.plain = plain
        self.watch = watch
        self.ours: list[float] = []
        self.theirs: list[float] = []
        self.differences: dict[str, float] = {}
        self._start = 0.0

    def on_train_batch_start(self, *_: Any) -> None:
        self._start = self.watch.now()

    def on_train_batch_end(
        self, trainer: pl.Trainer, system: SRGANSystem, outputs: Any, batch: SRBatch, index: int
    ) -> None:
        self.ours.append(self.watch.now() - self._start)
        terms: dict[str, Tensor] = {}
        work = lambda: terms.update(self.plain.step(batch["lr"], batch["hr"]))  # noqa: E731
        self.theirs.append(self.watch.time(work))
        if index == 0:
            losses = [float(system.latest[f"train/{key}"] / terms[key] - 1) for key in terms]
            self.differences = {
                "losses": max(map(abs, losses)),
                "generator_gradient": _apart(system.generator, self.plain.generator),
                "discriminator_gradient": _apart(system.discriminator, self.plain.discriminator),
            }


def training_rows(size: Size, batch: SRBatch, watch: StopWatch) -> list[Row]:
    """Time every variant.

    Raises:
        RuntimeError: a float32 variant differs from the plain step.
    """
    rows: list[Row] = []
    plain_seconds: list[float] = []
    for name, (kind, precision, channels_last) in VARIANTS.items():
        system = _system(kind, size, channels_last)
        pair = SideBySide(_plain(system, size, watch.device), watch)
        trainer = _trainer(precision, pair)
        steps = size.warmup + size.repeats
        trainer.fit(system, DataLoader([batch] * steps, batch_size=None))
        wrong = [key for key, limit in FLOAT32_LIMITS.items() if pair.differences[key] > limit]
        if precision == "32-true" and wrong:
            raise RuntimeError(f"{name} is not the plain training step: {pair.differences}")
        ours, theirs = pair.ours[size.warmup :], pair.theirs[size.warmup :]
        rows.append(row(f"ours, {name}", ours, theirs, size.batch) | {"apart": pair.differences})
        plain_seconds += theirs
    plain = row("plain, float32, four passes", plain_seconds, plain_seconds, size.batch)
    return [plain | {"apart": dict.fromkeys(rows[0]["apart"], 0.0)}, *rows]


def train_run(size: Size, precision: str, folder: Path, trainer: str = "gpu") -> Row:
    """Throughput of the real command, data loading and logging included.

    NEVER RUN ON AN ACCELERATOR so far; tested with ``trainer="cpu"`` only.
    """
    command = [sys.executable, "-m", "srrescgan.train", "experiment=df2k_noise8", "synthetic=true"]
    command += ["backbone_weights=random", f"trainer={trainer}", f"trainer.precision={precision}"]
    command += [f"batch_size={size.batch}", f"patch_size={size.patch}", f"output_dir={folder}"]
    command += [f"iterations={size.iterations}", f"log_every={size.iterations // 6}"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    with (folder / "csv/metrics.csv").open(newline="") as file:
        logged = [line for line in csv.DictReader(file) if line["train/iterations_per_second"]]
    settled = logged[1:]  # the first interval includes startup
    rate = statistics.median(float(line["train/iterations_per_second"]) for line in settled)
    share = statistics.median(float(line["train/data_wait_share"]) for line in settled)
    return {
        "name": f"python -m srrescgan.train, {precision}",
        "iterations_per_second": rate,
        "images_per_second": rate * size.batch,
        "data_wait_share": share,
    }


def generator(size: Size) -> SRResDNet:
    """An untrained generator, always with the same weights."""
    torch.manual_seed(0)
    return SRResDNet(features=size.features, blocks=size.blocks, alpha_init=IDLE)


def _system(kind: type[SRGANSystem], size: Size, channels_last: bool) -> SRGANSystem:
    networks = {
        "generator": generator(size),
        "discriminator": VGGDiscriminator(
            size.patch, size.discriminator_features, HighPass(9, WHITE)
        ),
    }
    return kind(
        **networks,
        losses={
            "pixel": PixelLoss(10.0, WHITE),
            "perceptual": PerceptualLoss(weights="random", value_range=WHITE),
            "tv": TVLoss(1.0, WHITE),
        },
        gan_loss=RelativisticAverageGAN(),
        settings=TrainingSettings(
            optimizer={name: partial(torch.optim.Adam, lr=LEARNING_RATE) for name in "gd"},
            scheduler={name: Constant() for name in "gd"},
            metrics={},
            channels_last=channels_last,
        ),
    )


def _plain(system: SRGANSystem, size: Size, device: torch.device) -> PlainTraining:
    networks = (
        take_weights(PlainGenerator(size.features, size.blocks), system.generator),
        take_weights(
            PlainDiscriminator(size.patch, size.discriminator_features), system.discriminator
        ),
    )
    vgg = system.losses["perceptual"].features  # frozen; moves itself to the device
    return PlainTraining(*(network.to(device) for network in networks), vgg, LEARNING_RATE)


def _trainer(precision: str, callback: pl.Callback) -> pl.Trainer:
    warnings.filterwarnings("ignore", module="pytorch_lightning")
    logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
    return pl.Trainer(
        devices=1,
        precision=precision,
        max_epochs=1,
        callbacks=[callback],
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )


def _apart(ours: torch.nn.Module, plain: torch.nn.Module) -> float:
    """Relative distance of two gradients."""
    a, b = _gradient(ours.parameters()), _gradient(plain.parameters())
    return float((a - b).norm() / b.norm())


def _gradient(parameters: Iterable[torch.nn.Parameter]) -> Tensor:
    return torch.cat([p.grad.flatten() for p in parameters if p.grad is not None])
