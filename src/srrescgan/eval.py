"""Score a checkpoint: ``python -m srrescgan.eval experiment=NAME ckpt_path=FILE``."""

from itertools import chain
from pathlib import Path

from omegaconf import DictConfig
from rich.console import Console

from srrescgan.config.build import build, build_available_metrics
from srrescgan.config.cli import entry_point, overridden, plain, use_job_directory
from srrescgan.config.synthetic import use_synthetic_images
from srrescgan.data import SRDataModule
from srrescgan.errors import ConfigError, DataError
from srrescgan.inference import Predictor, choose_device, evaluate, load_pretrained, summarise
from srrescgan.inference.evaluator import Method, write_csv
from srrescgan.inference.report import score_table, write_json
from srrescgan.inference.weights import read_generator
from srrescgan.ops.resize import imresize


def evaluate_checkpoint(cfg: DictConfig) -> None:
    """Write ``metrics.json`` and ``per_image.csv``, and print the table."""
    use_job_directory(cfg)
    if not cfg.ckpt_path:
        raise ConfigError("ckpt_path= is needed: a checkpoint, .safetensors or reference .pth")
    folder = Path(cfg.output_dir)
    weights = read_generator(cfg.ckpt_path)
    own = overridden("generator") or weights.config is None
    config = plain(cfg.generator) if own else None
    generator = load_pretrained(cfg.ckpt_path, config)
    predictor = Predictor(generator, cfg.ensemble, choose_device(cfg.device))
    if predictor.scale != cfg.scale:
        raise ConfigError(
            f"{cfg.ckpt_path} upscales by {predictor.scale}, the experiment by {cfg.scale}:"
            f" give scale={predictor.scale} or another checkpoint"
        )
    if cfg.synthetic:
        use_synthetic_images(cfg, folder / "synthetic")
    datamodule = build(cfg.data)
    datamodule.setup("test")
    _check_truth(datamodule)
    metrics, unavailable = build_available_metrics(cfg.metric)
    methods: dict[str, Method] = {
        "bicubic": lambda lr: imresize(lr, predictor.scale).clamp(0, 1),
        "sr+" if cfg.ensemble else "sr": predictor,
    }
    batches = chain.from_iterable(datamodule.test_dataloader())
    ready = (datamodule.on_after_batch_transfer(batch, 0) for batch in batches)
    rows = list(evaluate(ready, methods, metrics))
    protocol = build(cfg.protocol).label
    summary = summarise(rows)
    write_csv(rows, folder / "per_image.csv")
    about = {
        "experiment": cfg.name,
        "checkpoint": str(cfg.ckpt_path),
        "backbone_weights": cfg.backbone_weights,  # random: LPIPS is a stand-in, not a score
    }
    write_json(summary, protocol, unavailable, about, folder / "metrics.json")
    console = Console()
    console.print(score_table(summary, protocol, unavailable))
    if cfg.backbone_weights != "imagenet":
        console.print(f"LPIPS with {cfg.backbone_weights} weights is a stand-in, not a score.")
    for name, reason in unavailable.items():
        console.print(f"{name} unavailable: {reason}")
    console.print(f"{folder}/metrics.json, {folder}/per_image.csv", soft_wrap=True)


def _check_truth(datamodule: SRDataModule) -> None:
    datasets = datamodule.datasets("test")
    without = [name for name, dataset in datasets.items() if "hr" not in dataset.folders()]
    if without:
        raise DataError(
            f"{', '.join(without)}: no hr images, so there is nothing to compare with. Upscale the"
            " pictures and look at them (python -m srrescgan.upscale), or leave the set out:"
            f" data.val.{without[0].split('/')[-1]}=null"
        )


main = entry_point("eval", evaluate_checkpoint)

if __name__ == "__main__":
    main()
