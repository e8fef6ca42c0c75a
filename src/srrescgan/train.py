"""Train a system: ``python -m srrescgan.train experiment=NAME key=value ...``."""

import logging
import warnings
from pathlib import Path

import pytorch_lightning as pl
from lightning_utilities.core.rank_zero import rank_zero_only
from omegaconf import DictConfig
from pytorch_lightning.utilities.warnings import PossibleUserWarning
from rich.console import Console

from srrescgan.callbacks import Provenance
from srrescgan.checkup import require_healthy
from srrescgan.config.build import build, build_named, build_trainer
from srrescgan.config.cli import entry_point, plain, use_job_directory
from srrescgan.config.match import check_match
from srrescgan.config.resume import check_objective, check_output, check_resumable
from srrescgan.config.synthetic import use_synthetic_images
from srrescgan.inference.report import score_table, training_summary
from srrescgan.inference.weights import load_into, read_generator


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
    check_objective(cfg.objective, datamodule.val, system.metrics)
    if cfg.init_weights:
        load_into(system.generator, read_generator(cfg.init_weights))
    if cfg.ckpt_path:
        check_resumable(Path(cfg.ckpt_path), system, cfg.iterations)
    callbacks = [*build_named(cfg.callback).values(), Provenance(config)]
    loggers = list(build_named(cfg.logger).values())
    trainer = build_trainer(cfg.trainer, callbacks, loggers)
    for logger in loggers:
        logger.log_hyperparams(config)
    trainer.fit(system, datamodule, ckpt_path=cfg.ckpt_path, weights_only=True)
    if system.iteration % cfg.validate_every and not trainer.should_stop:
        trainer.validate(system, datamodule, verbose=False)
    metrics = {name: float(value) for name, value in trainer.callback_metrics.items()}
    _report(cfg, metrics, build(cfg.protocol).label)
    return metrics


def main_task(cfg: DictConfig) -> float | None:
    """Train, and give a sweeper its objective."""
    use_job_directory(cfg)
    logging.getLogger("pytorch_lightning").setLevel(logging.WARNING)
    # Advice for, and deprecations inside, Lightning: nothing the user of a command can act on.
    warnings.simplefilter("ignore", PossibleUserWarning)
    warnings.filterwarnings("ignore", module="pytorch_lightning", category=FutureWarning)
    _say(cfg.notice)
    metrics = train(cfg)
    return None if cfg.objective is None else metrics[cfg.objective]


@rank_zero_only
def _report(cfg: DictConfig, metrics: dict[str, float], protocol: str) -> None:
    summary = training_summary(metrics)
    if summary:
        Console().print(score_table(summary, protocol, {}))
    _say(cfg.notice)
    Console().print(f"checkpoint: {cfg.output_dir}/checkpoints/last.ckpt", soft_wrap=True)


@rank_zero_only
def _say(notice: str | None) -> None:
    if notice:
        Console().print(notice, style="bold")


main = entry_point("train", main_task)

if __name__ == "__main__":
    main()
