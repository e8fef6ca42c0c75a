"""Score a checkpoint: ``python -m srrescgan.eval experiment=NAME ckpt_path=FILE``."""

from pathlib import Path

import torch
from omegaconf import DictConfig

from srrescgan.config.build import build, build_named, build_scorecard
from srrescgan.config.cli import entry_point, overridden, plain, use_job_directory
from srrescgan.config.synthetic import use_synthetic_images
from srrescgan.eval.default_checkpoint import checkpoint_or_default
from srrescgan.eval.methods import methods_on_device
from srrescgan.eval.run_evaluation import EvaluationSettings, run_evaluation
from srrescgan.eval.saved_images import reuse_saved
from srrescgan.eval.scoring import DeviceScorer
from srrescgan.eval.select_methods import select_methods
from srrescgan.inference import choose_devices


def evaluate(cfg: DictConfig) -> None:
    """Score bicubic, the checkpoint and every further method on every image of the sets."""
    use_job_directory(cfg)
    folder = Path(cfg.output_dir)
    settings = EvaluationSettings(
        *(cfg.name, folder, cfg.shown, cfg.crop, cfg.save_images, cfg.cost_size),
        rank_everywhere=overridden("published"),
    )
    torch.backends.cudnn.allow_tf32 = False  # so that outputs are as close as possible to a CPU's
    if cfg.synthetic:
        use_synthetic_images(cfg, folder / "synthetic")
    datamodule = build(cfg.data)
    datamodule.setup("test")
    devices = choose_devices(cfg.device)
    released = Path(cfg.paths.weights_dir, cfg.released_weights) if cfg.released_weights else None
    methods = select_methods(
        checkpoint_or_default(cfg.ckpt_path, released, Path("outputs", cfg.name)),
        plain(cfg.methods) if isinstance(cfg.methods, DictConfig) else cfg.methods,
        datamodule.datasets("test"),
        devices[0],
        *(cfg.scale, cfg.ensemble, cfg.tile),
        plain(cfg.generator) if overridden("generator") else None,
    )
    if cfg.save_images == "reuse":
        methods = reuse_saved(methods, folder / "images", plain(cfg.data))
    cards = [build_scorecard(cfg.metric, cfg.protocol) for _ in devices]
    scorers = [
        DeviceScorer(methods_on_device(methods, device), card, device)
        for device, (card, _) in zip(devices, cards, strict=True)
    ]
    protocols = {name: protocol.label for name, protocol in build_named(cfg.protocol).items()}
    tables = build_named(cfg.published).values()
    run_evaluation(settings, datamodule, methods, scorers, cards[0][1], protocols, tables)


main = entry_point("eval", evaluate)

if __name__ == "__main__":
    main()
