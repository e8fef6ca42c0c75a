"""Images scored one by one, as they come, on one device or several."""

import math
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue

import torch
from torch import Tensor

from srrescgan.errors import UserError
from srrescgan.eval.methods import Method
from srrescgan.eval.results import Row
from srrescgan.metrics.scorecard import score
from srrescgan.types import IMAGES, Metric, SRBatch


@dataclass(frozen=True)
class Scored:
    """One image, what every method made of it, and what that scored."""

    set: str
    name: str
    pictures: Mapping[str, Tensor]
    """By role (``lr``, and ``hr`` where it is known) and by method, ``(3, H, W)`` in [0, 1], on the
    CPU. A method that failed is missing."""
    rows: tuple[Row, ...]
    """One per method."""


class Bench:
    """Everything that one device needs to score an image.

    A score depends on the picture and its references alone: metrics are applied image by image, so
    batch size, order and number of devices cannot change it.

    Args:
        methods: by name, at work on ``device``.
        scorecard: metrics by column key; used by this bench only.
        device: where pictures are scored.
    """

    def __init__(
        self, methods: Mapping[str, Method], scorecard: Mapping[str, Metric], device: torch.device
    ) -> None:
        self.methods = methods
        self.scorecard = scorecard
        self.device = device

    @torch.inference_mode()
    def score(self, batch: SRBatch) -> list[Scored]:
        """Score every method on every image of a batch."""
        if "problem" in batch:
            return [self._unread(batch, index) for index in range(len(batch["name"]))]
        moved = batch.copy()
        for key in IMAGES:
            if key in batch:
                moved[key] = batch[key].to(self.device)
        made: dict[str, Tensor] = {}
        failures: dict[str, str] = {}
        for method, upscale in self.methods.items():
            try:
                made[method] = upscale(moved).to(self.device)
            except (UserError, ValueError) as error:  # ValueError: too small for a network
                failures[method] = str(error)
            except (MemoryError, torch.OutOfMemoryError):
                failures[method] = "the picture does not fit into memory: give a smaller tile="
        return [self._image(moved, index, made, failures) for index in range(len(batch["name"]))]

    def _unread(self, batch: SRBatch, index: int) -> Scored:
        place, problem = (batch["set"][index], batch["name"][index]), batch["problem"][index]
        return Scored(
            *place, {}, tuple(Row(*place, method, {}, problem) for method in self.methods)
        )

    def _image(
        self, batch: SRBatch, index: int, made: Mapping[str, Tensor], failures: Mapping[str, str]
    ) -> Scored:
        references: dict[str, Tensor] = {
            role: batch[role][index][None] for role in IMAGES if role in batch
        }
        pictures = {method: sr[index][None] for method, sr in made.items()}
        name, data_set = batch["name"][index], batch["set"][index]
        rows = []
        for method in self.methods:
            scores: dict[str, float] = {}
            problems = [failures[method]] if method in failures else []
            if method in pictures:
                scores, problems = self._scores(pictures[method], references)
            text = "; ".join(dict.fromkeys(problems)) or None
            rows.append(Row(data_set, name, method, scores, text))
        everything = {**references, **pictures}
        return Scored(
            data_set, name, {key: image[0].cpu() for key, image in everything.items()}, tuple(rows)
        )

    def _scores(
        self, image: Tensor, references: Mapping[str, Tensor]
    ) -> tuple[dict[str, float], list[str]]:
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


def score_images(batches: Iterable[SRBatch], benches: list[Bench]) -> Iterator[Scored]:
    """Score images as they come, in their order, each on the next bench that is free.

    Only a few images are in memory at a time, however many there are.

    Args:
        batches: whole images with ``lr``, ``name``, ``set``, and ``hr`` where it is known.
        benches: one per device.
    """
    free: SimpleQueue[Bench] = SimpleQueue()
    for bench in benches:
        free.put(bench)

    def work(batch: SRBatch) -> list[Scored]:
        bench = free.get()
        try:
            return bench.score(batch)
        finally:
            free.put(bench)

    pending: deque[Future[list[Scored]]] = deque()
    with ThreadPoolExecutor(len(benches)) as pool:
        for batch in batches:
            pending.append(pool.submit(work, batch))
            if len(pending) > len(benches):  # one is prepared while the benches are busy
                yield from pending.popleft().result()
        while pending:
            yield from pending.popleft().result()
