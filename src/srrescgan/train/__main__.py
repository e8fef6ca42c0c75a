"""Train a system: ``python -m srrescgan.train experiment=NAME key=value ...``."""

from pathlib import Path

import pytorch_lightning as pl
from omegaconf import DictConfig

from srrescgan.callbacks import Provenance
from srrescgan.config.build import build, build_named, build_trainer
from srrescgan.config.cli import entry_point, plain, use_job_directory
from srrescgan.config.debug import apply_debug_settings
from srrescgan.sweeps.objective import check_objective
from srrescgan.sweeps.run_job import SweeperValue, in_sweep, run_job
from srrescgan.sweeps.run_sweep import run_sweep
from srrescgan.train import preflight, report
from srrescgan.train.fit import TrainingResult, fit, log_config, silence_lightning, validate


def train(cfg: DictConfig, validate_only: bool = False) -> TrainingResult:
    """Train a system, or only validate the checkpoint of a run that is complete."""
    folder, ckpt_path = Path(cfg.output_dir), cfg.ckpt_path
    preflight.check_output(folder, ckpt_path, cfg.init_weights)
    apply_debug_settings(cfg, folder / "synthetic")
    pl.seed_everything(cfg.seed, workers=True, verbose=False)
    data = build(cfg.data)
    checkup = build(cfg.checkup) if cfg.doctor == "check" and not cfg.synthetic else None
    preflight.check_data(data, checkup, folder / "doctor")
    system = build(cfg.system)
    preflight.check_match(system, data)
    check_objective(cfg.objective, preflight.sets_with_hr(data), system.metrics)
    resumed = None if validate_only else ckpt_path
    preflight.load_initial_state(system, cfg.init_weights, resumed, cfg.iterations, cfg.init_skip)
    provenance = Provenance(plain(cfg))
    callbacks = [] if validate_only else [*build_named(cfg.callback).values(), provenance]
    trainer = build_trainer(cfg.trainer, callbacks, list(build_named(cfg.logger).values()))
    log_config(trainer, provenance)
    run = validate if validate_only else fit
    result = run(trainer, system, data, ckpt_path, cfg.validate_every)
    report.print_report(result.scores, system.metrics, build_named(cfg.protocol))
    report.print_notice(cfg.notice, f"checkpoint: {folder}/checkpoints/last.ckpt")
    return result


def main_task(cfg: DictConfig) -> SweeperValue:
    """Train, or run a job of a sweep and return its value to the sweeper."""
    use_job_directory(cfg)
    silence_lightning()
    if in_sweep():
        return run_job(cfg, train)
    report.print_notice(cfg.notice)
    train(cfg)
    return None


main = entry_point("train", main_task, run_sweep)

if __name__ == "__main__":
    main()
