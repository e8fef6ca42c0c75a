"""Train a system: ``python -m srrescgan.train experiment=NAME key=value ...``."""

import logging
import warnings
from pathlib import Path

import pytorch_lightning as pl
from lightning_utilities.core.rank_zero import rank_zero_only
from omegaconf import DictConfig
from pytorch_lightning.utilities.warnings import PossibleUserWarning
from rich.console import Console

from srrescgan.callbacks import Checkpoint, Provenance
from srrescgan.config.build import build, build_named, build_trainer
from srrescgan.config.cli import entry_point, plain, use_job_directory
from srrescgan.config.synthetic import use_synthetic_images
from srrescgan.doctor import require_healthy
from srrescgan.loggers.wandb_logger import IterationWandbLogger
from srrescgan.sweeps.objective import check_objective
from srrescgan.sweeps.run_job import Answer, in_sweep, run_job
from srrescgan.sweeps.run_sweep import run_sweep
from srrescgan.train.preflight import check_match, check_output, check_resumable, is_over
from srrescgan.train.report import score_table, training_summary
from srrescgan.weights.files import load_into, read_generator


def train(cfg: DictConfig) -> dict[str, float]:
    """Fit a system; return its last validation metrics."""
    check_output(Path(cfg.output_dir), cfg.ckpt_path, cfg.init_weights)
    if cfg.synthetic:
        use_synthetic_images(cfg, Path(cfg.output_dir) / "synthetic")
    config = plain(cfg)
    pl.seed_everything(cfg.seed, workers=True, verbose=False)
    datamodule = build(cfg.data)
    datamodule.setup("fit")  # before the networks: a missing folder is found in a second
    if cfg.doctor == "check" and not cfg.synthetic:
        folder = Path(cfg.output_dir) / "doctor"
        rank_zero_only(require_healthy)(build(cfg.checkup), datamodule.datasets("fit"), folder)
    system = build(cfg.system)
    check_match(system, datamodule)
    truths = {name: "hr" in dataset.folders() for name, dataset in datamodule.val.items()}
    check_objective(cfg.objective, truths, system.metrics)
    if cfg.init_weights:
        load_into(system.generator, read_generator(cfg.init_weights))
    # A job of a sweep may have been killed after its last iteration, before its last validation.
    over = in_sweep() and bool(cfg.ckpt_path) and is_over(Path(cfg.ckpt_path), cfg.iterations)
    if cfg.ckpt_path and not over:
        check_resumable(Path(cfg.ckpt_path), system, cfg.iterations)
    provenance = Provenance(config)
    callbacks = [] if over else [*build_named(cfg.callback).values(), provenance]
    loggers = list(build_named(cfg.logger).values())
    trainer = build_trainer(cfg.trainer, callbacks, loggers)
    for logger in loggers:
        logger.log_hyperparams({**config, "provenance": provenance.software})
    if over:
        trainer.validate(system, datamodule, cfg.ckpt_path, verbose=False, weights_only=True)
    else:
        trainer.fit(system, datamodule, ckpt_path=cfg.ckpt_path, weights_only=True)
    if not over and system.iteration % cfg.validate_every and not trainer.should_stop:
        trainer.validate(system, datamodule, verbose=False)
    for logger in loggers:
        if isinstance(logger, IterationWandbLogger):
            logger.close()  # uploads included; the next job of a multirun begins its own run
    if in_sweep() and any(isinstance(c, Checkpoint) and c.stopped for c in callbacks):
        raise KeyboardInterrupt  # saved; the jobs after this one are not wanted either
    metrics = {name: float(value) for name, value in trainer.callback_metrics.items()}
    _report(cfg, metrics)
    return metrics


def main_task(cfg: DictConfig) -> Answer:
    """Train, and give a sweeper what it asks for."""
    use_job_directory(cfg)
    logging.getLogger("pytorch_lightning").setLevel(logging.WARNING)
    # Advice for, and deprecations inside, Lightning: nothing the user of a command can act on.
    warnings.simplefilter("ignore", PossibleUserWarning)
    warnings.filterwarnings("ignore", module="pytorch_lightning", category=FutureWarning)
    if in_sweep():
        return run_job(cfg, train)
    _say(cfg.notice)
    train(cfg)
    return None


@rank_zero_only
def _report(cfg: DictConfig, metrics: dict[str, float]) -> None:
    summary = training_summary(metrics)
    if summary:
        labels = {name: item.label for name, item in build_named(cfg.protocol).items()}
        Console().print(score_table(summary, labels))
    _say(cfg.notice)
    Console().print(f"checkpoint: {cfg.output_dir}/checkpoints/last.ckpt", soft_wrap=True)


@rank_zero_only
def _say(notice: str | None) -> None:
    if notice:
        Console().print(notice, style="bold")


main = entry_point("train", main_task, run_sweep)

if __name__ == "__main__":
    main()
