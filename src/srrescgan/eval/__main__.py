"""Score a checkpoint: ``python -m srrescgan.eval experiment=NAME ckpt_path=FILE``."""

import platform
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import torch
from omegaconf import DictConfig
from rich.console import Console
from rich.progress import track

from srrescgan.callbacks.provenance import software
from srrescgan.config.build import build, build_named, build_scorecard
from srrescgan.config.cli import entry_point, overridden, use_job_directory
from srrescgan.config.synthetic import use_synthetic_images
from srrescgan.data import SRDataModule
from srrescgan.errors import ConfigError, DataError
from srrescgan.eval.columns import columns_of
from srrescgan.eval.exhibit import WINDOW
from srrescgan.eval.gallery import Gallery
from srrescgan.eval.lpips_map import lpips_map
from srrescgan.eval.methods import enrol, methods_on
from srrescgan.eval.output import print_all, save_pictures, shown, write_all
from srrescgan.eval.ranking import merge_where_it_belongs
from srrescgan.eval.results import Evaluation, Row
from srrescgan.eval.scoring import Bench, score_images
from srrescgan.eval.select_methods import entrants_of
from srrescgan.inference import choose_devices
from srrescgan.types import Metric, SRBatch


def evaluate(cfg: DictConfig) -> None:
    """Score bicubic, the checkpoint and every other method on every image of the sets."""
    use_job_directory(cfg)
    folder = Path(cfg.output_dir)
    torch.backends.cudnn.allow_tf32 = False  # the pictures are those of a CPU, as nearly as can be
    if cfg.synthetic:
        use_synthetic_images(cfg, folder / "synthetic")
    datamodule = build(cfg.data)
    datamodule.setup("test")
    _check_numbers(cfg)
    devices = choose_devices(cfg.device)
    entrants = entrants_of(cfg, datamodule, devices[0])
    cards = [build_scorecard(cfg.metric, cfg.protocol) for _ in devices]
    scorecard, unavailable = cards[0]
    _check_measurable(datamodule, scorecard, unavailable)
    contestants = tuple(enrol(name, each, cfg.cost_size) for name, each in entrants.items())
    benches = [
        Bench(methods_on(entrants, device), card, device)
        for device, (card, _) in zip(devices, cards, strict=True)
    ]
    protocols = {name: item.label for name, item in build_named(cfg.protocol).items()}
    columns = columns_of(scorecard, protocols)
    judged = list(entrants)[1]
    where = lpips_map(scorecard.values(), devices[0]) if cfg.shown else None
    gallery = Gallery(columns, judged, cfg.shown, cfg.crop, where)
    images = sum(len(dataset) for dataset in datamodule.test.values())
    rows: list[Row] = []
    for scored in track(score_images(_batches(datamodule), benches), "Evaluating", images):
        rows += scored.rows
        picture = shown(scored) if cfg.shown else None
        if picture is not None:
            gallery.add(picture)
        if cfg.save_images:
            save_pictures(scored, folder)
    about = _about(cfg, devices)
    evaluation = Evaluation(columns, contestants, tuple(rows), unavailable, about, protocols)
    tables = build_named(cfg.published).values()
    rankings = merge_where_it_belongs(tables, evaluation, everywhere=overridden("published"))
    files = write_all(evaluation, rankings, gallery.exhibits, judged, folder)
    print_all(evaluation, rankings, files, Console())
    if evaluation.problems:
        raise DataError(
            f"{len(evaluation.problems)} of {len(rows)} pictures could not be scored, or not"
            f" wholly: they are listed above and in {folder}/metrics.json"
        )


def _batches(datamodule: SRDataModule) -> Iterator[SRBatch]:
    for batch in chain.from_iterable(datamodule.test_dataloader()):
        yield datamodule.on_after_batch_transfer(batch, 0)


def _about(cfg: DictConfig, devices: list[torch.device]) -> dict[str, Any]:
    names = {
        torch.cuda.get_device_name(d) if d.type == "cuda" else platform.machine(): None
        for d in devices
    }
    return {
        "experiment": cfg.name,
        "devices": [str(device) for device in devices],
        "machine": f"{', '.join(names)}, {torch.get_num_threads()} CPU threads",
        "software": software(),
    }


def _check_numbers(cfg: DictConfig) -> None:
    for key, least in (("cost_size", 0), ("shown", 0), ("crop", WINDOW)):
        if cfg[key] < least:
            raise ConfigError(f"{key}={cfg[key]}: must be at least {least}")


def _check_measurable(
    datamodule: SRDataModule, scorecard: Mapping[str, Metric], unavailable: Mapping[str, str]
) -> None:
    if not scorecard:
        reasons = [f"{name}: {reason}" for name, reason in unavailable.items()]
        raise ConfigError("\n".join(["there is no metric to measure: set metric=", *reasons]))
    roles = {name: item.folders().keys() for name, item in datamodule.datasets("test").items()}
    without = [name for name in roles if "hr" not in roles[name]]
    if without and all(metric.reference == "hr" for metric in scorecard.values()):
        raise DataError(
            f"{', '.join(without)}: no hr images, so there is nothing to compare with. Take metrics"
            " that need none, metric=[niqe,color_drift], or leave the set out:"
            f" data.val.{without[0].split('/')[-1]}=null"
        )


main = entry_point("eval", evaluate)

if __name__ == "__main__":
    main()
