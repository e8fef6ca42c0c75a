"""How several players are trained: one clock, manual optimisation, validation.

A subclass says *what* is optimised (its phases); :class:`PhasedSystem` says *how*.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytorch_lightning as pl
import torch
from torch import Tensor, nn
from torch.nn.utils import clip_grad_norm_, get_total_norm
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from srrescgan.errors import ConfigError
from srrescgan.metrics.scorecard import score
from srrescgan.schedulers import Scheduler
from srrescgan.systems.comparison import Comparison, super_resolution
from srrescgan.systems.phase import Phase, Terms
from srrescgan.systems.scores import Scores
from srrescgan.systems.splice import splice
from srrescgan.types import IMAGES, Metric, SRBatch

OptimizerFactory = Callable[[Iterable[nn.Parameter]], torch.optim.Optimizer]


class PhasedSystem(pl.LightningModule):
    """Run the phases of a system in order, by manual optimisation.

    **The clock.** ``iteration`` is the number of finished iterations. One iteration updates every
    player once (or less often, see :attr:`Phase.interval`) from ``accumulate`` micro-batches.
    Learning rates, logging, validation, checkpoints and the end of the run follow this clock alone;
    Lightning's ``global_step`` counts optimiser steps, hence twice as fast with two players, and
    its loop counters are not restored on resume.

    Args:
        generator: the network that is trained for use: averaged, validated, exported.
        optimizer: one factory per phase name: parameters -> optimiser.
        scheduler: one learning-rate factor per phase name, of the iteration.
        metrics: validation metrics by the name they are logged under, ``<protocol>/<metric>``.
        accumulate: micro-batches per iteration; their mean gradient is applied.
        grad_clip: largest l2 norm of each player's gradient; ``None`` for no limit.
        ema_decay: decay per iteration of an exponential moving average of the generator, kept
            under the keys ``ema.module.*`` beside the raw ``generator.*`` and used for validation;
            ``None`` for no average.
        channels_last: keep images and networks in channels-last memory order.
    """

    is_degradation_system = False
    """Whether it learns what a camera does, from unpaired pictures."""

    def __init__(
        self,
        generator: nn.Module,
        optimizer: Mapping[str, OptimizerFactory],
        scheduler: Mapping[str, Scheduler],
        metrics: Mapping[str, Metric],
        accumulate: int = 1,
        grad_clip: float | None = None,
        ema_decay: float | None = None,
        channels_last: bool = False,
    ) -> None:
        super().__init__()
        self.automatic_optimization = False
        self.generator = generator
        self.ema = None if ema_decay is None else _average(generator, ema_decay)
        self.optimizer_factories = dict(optimizer)
        self.scheduler = dict(scheduler)
        self.metrics = dict(metrics)
        self.accumulate = accumulate
        self.grad_clip = grad_clip
        self.channels_last = channels_last
        self.iteration = 0
        self.micro_batch = 0
        self.latest: dict[str, Tensor] = {}
        """Values of the last iteration by log name; on the device, so nobody waits for them."""
        self.idle_since = 0.0
        """``time.perf_counter()`` when the last training batch was done, saving included."""
        self._scores = Scores()
        self._baseline: dict[str, float] = {}

    # What a subclass says -------------------------------------------------------------------

    def phases(self) -> tuple[Phase, ...]:
        """The players, in the order in which they move. Constant over a run."""
        raise NotImplementedError

    def look(self, batch: SRBatch) -> Any:
        """Forward passes that the phases of one iteration share."""
        raise NotImplementedError

    def compare(self, batch: SRBatch) -> Comparison:
        """What to score and show of one batch of whole validation images."""
        return super_resolution(batch, self)

    # The iteration --------------------------------------------------------------------------

    def training_step(self, batch: SRBatch, batch_idx: int) -> None:
        """Let each player move once on one micro-batch."""
        last = self.micro_batch + 1 == self.accumulate
        seen = self.look(self._to_channels_last(batch))
        for phase, optimizer in zip(self.phases(), self._optimizers(), strict=True):
            if self.iteration % phase.interval:
                continue
            if self.micro_batch == 0:
                optimizer.zero_grad()
            terms = phase.loss(seen)
            self.manual_backward(sum_terms(terms) / self.accumulate)
            self._record(phase.name, terms)
            if last:
                self._set_rate(phase.name, optimizer)
                optimizer.step()
        self.micro_batch = 0 if last else self.micro_batch + 1
        if last:
            self.iteration += 1
            if self.ema is not None:
                self.ema.update_parameters(self.generator)

    def on_train_batch_end(self, outputs: Any, batch: SRBatch, batch_idx: int) -> None:
        """Lightning calls this after every callback: from here on, data is waited for."""
        self.idle_since = time.perf_counter()

    @property
    def between_iterations(self) -> bool:
        """Whether every micro-batch of the current iteration has been used."""
        return self.micro_batch == 0

    def on_before_optimizer_step(self, optimizer: torch.optim.Optimizer) -> None:
        """Measure the gradient and clip it; here a float16 loss scale is already divided out."""
        (phase,) = [
            p
            for p, o in zip(self.phases(), self._optimizers(), strict=True)
            if o.optimizer is optimizer
        ]
        parameters = [p for p in phase.parameters() if p.grad is not None]
        if self.grad_clip is None:
            norm = get_total_norm([p.grad for p in parameters if p.grad is not None])
        else:
            norm = clip_grad_norm_(parameters, self.grad_clip)
        self.latest[f"train/{phase.name}/grad_norm"] = norm.detach()

    def configure_optimizers(self) -> list[torch.optim.Optimizer]:
        """One optimiser per phase, in the order of the phases."""
        return [self.optimizer_factories[phase.name](phase.parameters()) for phase in self.phases()]

    def _optimizers(self) -> list[Any]:
        optimizers = self.optimizers()
        return optimizers if isinstance(optimizers, list) else [optimizers]

    def _set_rate(self, name: str, optimizer: Any) -> None:
        # The base rate is that of the configuration, not of the checkpoint: optimiser states
        # loaded on resume carry the last rate in their groups, never in `defaults`.
        rate = optimizer.optimizer.defaults["lr"] * self.scheduler[name](self.iteration + 1)
        for group in optimizer.param_groups:
            group["lr"] = rate
        self.latest[f"train/{name}/lr"] = torch.tensor(rate)

    def _record(self, player: str, terms: Terms) -> None:
        for key, value in terms.items():
            self.latest[f"train/{player}/{key}"] = value.detach()

    def _to_channels_last(self, batch: SRBatch) -> SRBatch:
        if not self.channels_last:
            return batch
        ordered = batch.copy()
        for key in IMAGES:
            if key in batch:
                ordered[key] = batch[key].contiguous(memory_format=torch.channels_last)
        return ordered

    def loss_scale(self) -> float:
        """Factor that keeps small float16 gradients from vanishing; 1 in other precisions."""
        scaler = getattr(self.trainer.precision_plugin, "scaler", None)
        return 1.0 if scaler is None else float(scaler.get_scale())

    def detached_adversarial_loss(self, loss: Tensor, seen: Tensor, made: Tensor) -> Tensor:
        """Give the generator that made ``made`` the gradient of a loss taken at its cut-loose copy.

        The gradient stops there on its way, so none reaches the judge that ``loss`` comes from.

        Shape:
            - loss: scalar, computed from ``seen``.
            - seen: the pixels of ``made``, a leaf that requires a gradient.
            - Output: scalar, of the value of ``loss``.
        """
        scale = self.loss_scale()
        (gradient,) = torch.autograd.grad(loss * scale, seen, retain_graph=True)
        return splice(loss, made, gradient / scale)

    # Validation -----------------------------------------------------------------------------

    @property
    def best_generator(self) -> nn.Module:
        """The averaged generator where there is one, else the raw one."""
        return self.generator if self.ema is None else self.ema.module

    def forward(self, lr: Tensor) -> Tensor:
        """Apply the best generator to ``(B, 3, h, w)`` in [0, 1], in eval mode."""
        generator = self.best_generator
        was_training = generator.training
        generator.eval()
        try:
            return generator(lr)
        finally:
            generator.train(was_training)

    @property
    def newest_scores(self) -> Mapping[str, Tensor]:
        """One value per image of the newest validation batch, by log name ``val/<set>/<key>``.

        A name that the newest batch has no scores for keeps those of an earlier batch.
        """
        return self._scores.newest

    def validation_step(
        self, batch: SRBatch, batch_idx: int, dataloader_idx: int = 0
    ) -> dict[str, Tensor]:
        """Score one batch of whole images; return the pictures for whoever logs them."""
        (name,) = set(batch["set"])
        seen = self.compare(self._to_channels_last(batch))
        if not batch["is_padding"].any():
            for key, metric in self.metrics.items():
                self._add(f"val/{name}/{key}", score(metric, seen.made, seen.references))
                if not self._baseline:
                    baseline = score(metric, seen.baseline, seen.references)
                    self._add(f"val/{name}/bicubic/{key}", baseline)
        return seen.pictures

    def _add(self, key: str, scores: Tensor | None) -> None:
        if scores is not None:
            self._scores.add(key, scores)

    def on_validation_epoch_end(self) -> None:
        """Publish the mean of each metric over each set, with bicubic's beside it."""
        means = self._scores.means()
        if not self._baseline:
            # The validation images never change, so neither does what bicubic makes of them.
            self._baseline = {key: value for key, value in means.items() if "/bicubic/" in key}
        means |= self._baseline
        self.log_dict(means, logger=False, sync_dist=True)
        for logger in self.loggers:
            logger.log_metrics({**means, "iteration": self.iteration}, step=self.iteration)

    # Set-up and resume ----------------------------------------------------------------------

    def setup(self, stage: str) -> None:
        """Bring the networks into the memory order that was asked for.

        Raises:
            ConfigError: float16 with micro-batches: the loss scale may change between them.
        """
        if self.accumulate > 1 and self.trainer.precision == "16-mixed":
            raise ConfigError("accumulate > 1 needs trainer.precision=bf16-mixed or 32-true")
        if self.channels_last:
            self.to(memory_format=torch.channels_last)

    def on_train_start(self) -> None:
        """Align Lightning's batch count, which triggers validation, with our clock."""
        batches = self.iteration * self.accumulate
        self.trainer.fit_loop.epoch_loop.batch_progress.total.ready = batches

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Store the clock."""
        checkpoint["iteration"] = self.iteration

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Set the clock; drop Lightning's own counters, which count something else."""
        self.iteration = checkpoint["iteration"]
        checkpoint.pop("loops", None)


def sum_terms(terms: Terms) -> Tensor:
    """Sum of the weighted terms of a player's loss."""
    return torch.stack(list(terms.values())).sum()


def _average(generator: nn.Module, decay: float) -> AveragedModel:
    average = AveragedModel(generator, multi_avg_fn=get_ema_multi_avg_fn(decay))
    return average.requires_grad_(False)
