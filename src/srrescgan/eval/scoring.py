"""Scoring images one by one, on one device or several."""

import math
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue

import torch
from torch import Tensor

from srrescgan.errors import UserError
from srrescgan.eval.evaluation import ScoreRow
from srrescgan.eval.methods import Upscale
from srrescgan.metrics.scorecard import score
from srrescgan.types import IMAGES, Metric, SRBatch


@dataclass(frozen=True)
class ScoredImage:
    """One image, the output of every method, and its scores."""

    set: str
    name: str
    pictures: Mapping[str, Tensor]
    """By role (``lr``, and ``hr`` where it is known) and by method, ``(3, H, W)`` in [0, 1], on the
    CPU. A method that failed is missing."""
    rows: tuple[ScoreRow, ...]
    """One per method."""


class DeviceScorer:
    """Scores images on one device.

    A score depends only on the image and its references: metrics see one image at a time, so the
    batch size, the order and the number of devices cannot change it.

    Args:
        methods: by name, ready on ``device``.
        scorecard: metrics by column key; not shared with another scorer.
        device: where images are upscaled and scored.
    """

    def __init__(
        self, methods: Mapping[str, Upscale], scorecard: Mapping[str, Metric], device: torch.device
    ) -> None:
        self.methods = methods
        self.scorecard = scorecard
        self.device = device

    @torch.inference_mode()
    def score(self, batch: SRBatch) -> list[ScoredImage]:
        """Score every method on every image of a batch."""
        if "problem" in batch:
            return [self._unreadable(batch, index) for index in range(len(batch["name"]))]
        moved = batch.copy()
        for key in IMAGES:
            if key in batch:
                moved[key] = batch[key].to(self.device)
        outputs: dict[str, Tensor] = {}
        failures: dict[str, str] = {}
        for method, upscale in self.methods.items():
            try:
                outputs[method] = upscale(moved).to(self.device)
            except (UserError, ValueError) as error:  # ValueError: too small for a network
                failures[method] = str(error)
            except (MemoryError, torch.OutOfMemoryError):
                failures[method] = "the picture does not fit into memory: give a smaller tile="
        return [
            self._score_image(moved, index, outputs, failures)
            for index in range(len(batch["name"]))
        ]

    def _unreadable(self, batch: SRBatch, index: int) -> ScoredImage:
        data_set, name, problem = (batch[key][index] for key in ("set", "name", "problem"))
        rows = tuple(ScoreRow(data_set, name, method, {}, problem) for method in self.methods)
        return ScoredImage(data_set, name, {}, rows)

    def _score_image(
        self,
        batch: SRBatch,
        index: int,
        outputs: Mapping[str, Tensor],
        failures: Mapping[str, str],
    ) -> ScoredImage:
        references: dict[str, Tensor] = {
            role: batch[role][index][None] for role in IMAGES if role in batch
        }
        pictures = {method: sr[index][None] for method, sr in outputs.items()}
        name, data_set = batch["name"][index], batch["set"][index]
        rows = []
        for method in self.methods:
            scores: dict[str, float] = {}
            problems = [failures[method]] if method in failures else []
            if method in pictures:
                scores, problems = self._scores(pictures[method], references)
            text = "; ".join(problems) or None
            rows.append(ScoreRow(data_set, name, method, scores, text))
        on_cpu = {key: image[0].cpu() for key, image in {**references, **pictures}.items()}
        return ScoredImage(data_set, name, on_cpu, tuple(rows))

    def _scores(
        self, image: Tensor, references: Mapping[str, Tensor]
    ) -> tuple[dict[str, float], list[str]]:
        """Scores by column key, and the problems of those that are missing."""
        scores: dict[str, float] = {}
        if not torch.isfinite(image).all():
            return scores, [
                "the picture holds NaN or infinite values: the weights are damaged, or their"
                " training has diverged"
            ]
        problems = []
        for key, metric in self.scorecard.items():
            try:
                values = score(metric, image, references)
            except UserError as error:
                problems.append(f"{key}: {error}")
                continue
            except (MemoryError, torch.OutOfMemoryError):
                problems.append(f"{key}: the picture does not fit into memory")
                continue
            if values is None:
                continue
            value = float(values)
            if math.isnan(value):
                problems.append(f"{key} has no value here")
            else:
                scores[key] = value
        return scores, problems


def score_images(
    batches: Iterable[SRBatch], scorers: Sequence[DeviceScorer]
) -> Iterator[ScoredImage]:
    """Score images in their order, each on the next free device.

    Only a few images are in memory at a time.

    Args:
        batches: whole images with ``lr``, ``name``, ``set``, and ``hr`` where it is known; or with
            ``problem`` instead of the images.
        scorers: one per device.
    """
    free: SimpleQueue[DeviceScorer] = SimpleQueue()
    for scorer in scorers:
        free.put(scorer)

    def work(batch: SRBatch) -> list[ScoredImage]:
        scorer = free.get()
        try:
            return scorer.score(batch)
        finally:
            free.put(scorer)

    pending: deque[Future[list[ScoredImage]]] = deque()
    with ThreadPoolExecutor(len(scorers)) as pool:
        for batch in batches:
            pending.append(pool.submit(work, batch))
            if len(pending) > len(scorers):  # one image is prepared while all scorers are busy
                yield from pending.popleft().result()
        while pending:
            yield from pending.popleft().result()
