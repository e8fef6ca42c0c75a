"""An evaluation from start to end: score, summarize once, rank, write and print."""

import platform
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from rich.progress import track

from srrescgan.callbacks.provenance import software
from srrescgan.data import SRDataModule
from srrescgan.errors import ConfigError, DataError
from srrescgan.eval.comparison_item import WINDOW
from srrescgan.eval.error_maps import lpips_map
from srrescgan.eval.evaluation import Evaluation, ScoreRow, score_columns
from srrescgan.eval.methods import Method, record_method
from srrescgan.eval.output import image_result, print_all, save_pictures, write_all
from srrescgan.eval.published import PublishedTable
from srrescgan.eval.ranking import rank_in_tables
from srrescgan.eval.scoring import DeviceScorer, score_images
from srrescgan.eval.summary import summarize
from srrescgan.eval.worst_cases import WorstCases
from srrescgan.types import Metric, SRBatch


@dataclass(frozen=True)
class EvaluationSettings:
    """Settings of an evaluation.

    Attributes:
        experiment: its name, recorded with the numbers.
        folder: where the files go.
        shown: images on the comparison page, of all sets together; 0: no page.
        crop: hr pixels each way that the page shows of a larger image.
        save_images: whether to write every output as a PNG file; ``reuse``: also read those of
            networks that are there already (see :mod:`srrescgan.eval.saved_images`).
        cost_size: side of the lr image on which networks' cost is measured, in pixels; 0: not
            measured.
        rank_everywhere: whether to rank in published tables of other data sets, too.

    Raises:
        ConfigError: a number is too small, or ``save_images`` none of its values.
    """

    experiment: str
    folder: Path
    shown: int
    crop: int
    save_images: bool | str
    cost_size: int
    rank_everywhere: bool

    def __post_init__(self) -> None:
        for key, least in (("cost_size", 0), ("shown", 0), ("crop", WINDOW)):
            if getattr(self, key) < least:
                raise ConfigError(f"{key}={getattr(self, key)}: must be at least {least}")
        if self.save_images not in (False, True, "reuse"):
            raise ConfigError(f"save_images={self.save_images}: must be false, true or reuse")


def run_evaluation(
    settings: EvaluationSettings,
    datamodule: SRDataModule,
    methods: Mapping[str, Method],
    scorers: Sequence[DeviceScorer],
    unavailable: Mapping[str, str],
    protocols: Mapping[str, str],
    published: Iterable[PublishedTable],
) -> None:
    """Score every method on every image, and write and print the results.

    Args:
        settings: what to measure and write.
        datamodule: set up for ``test``.
        methods: by name, bicubic first; the second is the one whose worst regions are shown.
        scorers: of these methods, one per device.
        unavailable: why a requested metric is not in their scorecards, by name.
        protocols: label of each protocol, by name.
        published: tables to rank the methods in.

    Raises:
        ConfigError: there is no metric.
        DataError: no metric fits the sets; or, after everything is written, images could not be
            scored.
    """
    devices, scorecard = [scorer.device for scorer in scorers], scorers[0].scorecard
    _check_measurable(datamodule, scorecard, unavailable)
    records = tuple(record_method(n, each, settings.cost_size) for n, each in methods.items())
    columns = score_columns(scorecard, protocols)
    reference_method = list(methods)[1]
    error_map = lpips_map(scorecard.values(), devices[0]) if settings.shown else None
    worst = WorstCases(columns, reference_method, settings.shown, settings.crop, error_map)
    count = sum(len(dataset) for dataset in datamodule.test.values())  # type: ignore[arg-type, misc]
    rows: list[ScoreRow] = []
    for scored in track(score_images(_batches(datamodule), scorers), "Evaluating", count):
        rows += scored.rows
        image = image_result(scored) if settings.shown else None
        if image is not None:
            worst.add(image)
        if settings.save_images:
            save_pictures(scored, settings.folder)
    about = _about(settings.experiment, devices)
    evaluation = Evaluation(columns, records, tuple(rows), unavailable, about, protocols)
    summary = summarize(evaluation)
    rankings = rank_in_tables(published, evaluation, summary, settings.rank_everywhere)
    written = write_all(
        evaluation, summary, rankings, worst.items, reference_method, settings.folder
    )
    print_all(evaluation, summary, rankings, written, Console())
    if evaluation.problems:
        raise DataError(
            f"{len(evaluation.problems)} of {len(rows)} pictures could not be scored completely:"
            f" they are listed above and in {settings.folder}/metrics.json"
        )


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
            f"{', '.join(without)}: no hr images, so there is nothing to compare with. Choose"
            " metrics that need none, metric=[niqe,color_drift], or leave the set out:"
            f" data.val.{without[0].split('/')[-1]}=null"
        )


def _batches(datamodule: SRDataModule) -> Iterator[SRBatch]:
    for batch in chain.from_iterable(datamodule.test_dataloader()):
        yield datamodule.on_after_batch_transfer(batch, 0)


def _about(experiment: str, devices: list[torch.device]) -> dict[str, Any]:
    names = {
        torch.cuda.get_device_name(d) if d.type == "cuda" else platform.machine(): None
        for d in devices
    }
    return {
        "experiment": experiment,
        "devices": [str(device) for device in devices],
        "machine": f"{', '.join(names)}, {torch.get_num_threads()} CPU threads",
        "software": software(),
    }
