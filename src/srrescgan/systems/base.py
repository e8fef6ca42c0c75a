"""Training of several networks: one clock, manual optimization, validation.

A subclass defines *what* is optimized (its phases), :class:`PhasedSystem` defines *how*.
"""

import time
from typing import Any

import pytorch_lightning as pl
import torch
from torch import Tensor, nn
from torch.nn.utils import clip_grad_norm_, get_total_norm
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from srrescgan.errors import ConfigError
from srrescgan.metrics.scorecard import score
from srrescgan.systems.checks import check_scalars
from srrescgan.systems.outputs import StepOutputs, ValidationStepOutputs, detached
from srrescgan.systems.phase import Phase, Terms
from srrescgan.systems.scores import Scores
from srrescgan.systems.settings import TrainingSettings
from srrescgan.systems.validation import ValidationOutputs, super_resolution
from srrescgan.types import IMAGES, SRBatch


class PhasedSystem(pl.LightningModule):
    """Runs the phases of a system in order, by manual optimization.

    **The clock.** ``iteration`` is the number of finished iterations. One iteration updates every
    network once (or less often, see :attr:`Phase.interval`) from ``accumulate`` micro-batches.
    Learning rates, logging, validation, checkpoints and the end of the run follow this clock alone.
    Lightning's ``global_step`` counts optimizer steps, hence twice as fast with two phases, and its
    loop counters are not restored on resume.

    Args:
        generator: the network that is trained for use: averaged, validated, exported.
        settings: optimizers, schedulers, validation metrics, accumulation, clipping, averaging.
    """

    is_degradation_system = False
    """Whether the system learns a camera's degradation, from unpaired pictures."""

    def __init__(self, generator: nn.Module, settings: TrainingSettings) -> None:
        super().__init__()
        self.automatic_optimization = False
        self.generator = generator
        self.settings = settings
        decay = settings.ema_decay
        self.ema = None if decay is None else _average(generator, decay)
        self.metrics = dict(settings.metrics)
        self.iteration = 0
        self.micro_batch = 0
        self.latest: dict[str, Tensor] = {}
        """Newest training values by log name; they stay on the device, so no step waits for it."""
        self.idle_since = 0.0
        """``time.perf_counter()`` after the last training batch and all callbacks of it."""
        self._scores = Scores()
        self._baseline: dict[str, float] = {}

    # Defined by a subclass ------------------------------------------------------------------

    def phases(self) -> tuple[Phase, ...]:
        """The phases in the order in which they are run; the same throughout a run."""
        raise NotImplementedError

    def shared_forward(self, batch: SRBatch) -> Any:
        """Forward passes that the phases of one iteration share, as a dataclass of tensors."""
        raise NotImplementedError

    def validation_outputs(self, batch: SRBatch) -> ValidationOutputs:
        """Images to score and to show for one batch of whole validation images."""
        return super_resolution(batch, self, self.best_generator)

    # The iteration --------------------------------------------------------------------------

    def training_step(self, batch: SRBatch, batch_idx: int) -> StepOutputs:
        """Run every phase on one micro-batch.

        Raises:
            ConfigError: the generator returned another size than it promised, or a loss is not a
                scalar.
        """
        accumulate = self.settings.accumulate
        last = self.micro_batch + 1 == accumulate
        outputs = self.shared_forward(self._to_channels_last(batch))
        for phase, optimizer in zip(self.phases(), self._optimizers(), strict=True):
            if self.iteration % phase.interval:
                continue
            if self.micro_batch == 0:
                optimizer.zero_grad()
            terms = phase.loss(outputs)
            check_scalars(terms)
            self.manual_backward(sum_terms(terms) / accumulate)
            self._record(phase.name, terms)
            if last:
                self._set_rate(phase.name, optimizer)
                optimizer.step()
        self.micro_batch = 0 if last else self.micro_batch + 1
        if last:
            self.iteration += 1
            if self.ema is not None:
                self.ema.update_parameters(self.generator)
        return {"outputs": detached(outputs)}

    def on_train_batch_end(self, outputs: Any, batch: SRBatch, batch_idx: int) -> None:
        """Note the time: Lightning calls this after every callback and then fetches data."""
        self.idle_since = time.perf_counter()

    @property
    def between_iterations(self) -> bool:
        """Whether every micro-batch of the current iteration has been used."""
        return self.micro_batch == 0

    def on_before_optimizer_step(self, optimizer: torch.optim.Optimizer) -> None:
        """Measure the gradient and clip it; a float16 loss scale has been divided out by now."""
        (phase,) = [
            p
            for p, o in zip(self.phases(), self._optimizers(), strict=True)
            if o.optimizer is optimizer
        ]
        parameters = [p for p in phase.parameters() if p.grad is not None]
        limit = self.settings.grad_clip
        if limit is None:
            norm = get_total_norm([p.grad for p in parameters if p.grad is not None])
        else:
            norm = clip_grad_norm_(parameters, limit)
        self.latest[f"train/{phase.name}/grad_norm"] = norm.detach()

    def configure_optimizers(self) -> list[torch.optim.Optimizer]:
        """One optimizer per phase, in the order of the phases."""
        factories = self.settings.optimizer
        return [factories[phase.name](phase.parameters()) for phase in self.phases()]

    def _optimizers(self) -> list[Any]:
        optimizers = self.optimizers()
        return optimizers if isinstance(optimizers, list) else [optimizers]

    def _set_rate(self, name: str, optimizer: Any) -> None:
        # The base rate is that of the configuration, not of the checkpoint: an optimizer state
        # that is loaded on resume has the last rate in its groups, never in `defaults`.
        factor = self.settings.scheduler[name](self.iteration + 1)
        rate = optimizer.optimizer.defaults["lr"] * factor
        for group in optimizer.param_groups:
            group["lr"] = rate
        self.latest[f"train/{name}/lr"] = torch.tensor(rate)

    def _record(self, phase: str, terms: Terms) -> None:
        for key, value in terms.items():
            self.latest[f"train/{phase}/{key}"] = value.detach()

    def _to_channels_last(self, batch: SRBatch) -> SRBatch:
        if not self.settings.channels_last:
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

    # Validation -----------------------------------------------------------------------------

    @property
    def best_generator(self) -> nn.Module:
        """The averaged generator if there is one, else the raw one."""
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

    def validation_step(
        self, batch: SRBatch, batch_idx: int, dataloader_idx: int = 0
    ) -> ValidationStepOutputs:
        """Score one batch of whole images; return pictures and scores for the callbacks."""
        (name,) = set(batch["set"])
        outputs = self.validation_outputs(self._to_channels_last(batch))
        scores: dict[str, Tensor] = {}
        if not batch["is_padding"].any():
            for key, metric in self.metrics.items():
                values = score(metric, outputs.result, outputs.references)
                if values is None:
                    continue
                scores[key] = values
                self._scores.add(f"val/{name}/{key}", values)
                if not self._baseline:
                    baseline = score(metric, outputs.baseline, outputs.references)
                    assert baseline is not None
                    self._scores.add(f"val/{name}/bicubic/{key}", baseline)
        return {"pictures": outputs.pictures, "scores": scores}

    def on_validation_epoch_end(self) -> None:
        """Log the mean of each metric over each set, and that of bicubic."""
        means = self._scores.means()
        if not self._baseline:
            # The validation images never change, so neither do the scores of bicubic.
            self._baseline = {key: value for key, value in means.items() if "/bicubic/" in key}
        means |= self._baseline
        self.log_dict(means, logger=False, sync_dist=True)
        for logger in self.loggers:
            logger.log_metrics({**means, "iteration": self.iteration}, step=self.iteration)

    # Set-up and resume ----------------------------------------------------------------------

    def setup(self, stage: str) -> None:
        """Convert the networks to channels-last memory order where the settings ask for it.

        Raises:
            ConfigError: float16 with micro-batches, between which the loss scale may change.
        """
        if self.settings.accumulate > 1 and self.trainer.precision == "16-mixed":
            raise ConfigError("accumulate > 1 needs trainer.precision=bf16-mixed or 32-true")
        if self.settings.channels_last:
            self.to(memory_format=torch.channels_last)

    def on_train_start(self) -> None:
        """Set Lightning's batch count, which triggers validation, to our clock."""
        batches = self.iteration * self.settings.accumulate
        self.trainer.fit_loop.epoch_loop.batch_progress.total.ready = batches

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Store the iteration."""
        checkpoint["iteration"] = self.iteration

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Restore the iteration; drop Lightning's loop counters, which count something else."""
        self.iteration = checkpoint["iteration"]
        checkpoint.pop("loops", None)


def sum_terms(terms: Terms) -> Tensor:
    """Sum of the weighted terms of a phase's loss."""
    return torch.stack(list(terms.values())).sum()


def _average(generator: nn.Module, decay: float) -> AveragedModel:
    average = AveragedModel(generator, multi_avg_fn=get_ema_multi_avg_fn(decay))
    return average.requires_grad_(False)
