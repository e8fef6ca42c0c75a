"""The worst images of an evaluation, selected in one pass."""

import math
from collections import Counter
from collections.abc import Sequence

from srrescgan.eval.comparison_item import WINDOW, ComparisonItem, ImageResult, comparison_item
from srrescgan.eval.error_maps import ErrorMap
from srrescgan.eval.evaluation import ScoreColumn

_Entry = tuple[str, tuple[float, float, str]]
"""A set, and the sort key of an image within it, the worst first."""


class WorstCases:
    """Keeps the worst images of any number of images.

    Each set gets the same number of slots. Only kept images take memory, and they are compressed.
    The order of the images does not matter; slots that cannot be shared equally go to the sets that
    came first.

    Args:
        columns: images are ranked by the reference method's score in the first LPIPS column; by
            the first column if there is none, or by the next one that the image has.
        reference_method: name of the method.
        count: images to keep, all sets together.
        crop: an image of more than ``crop * crop`` hr pixels is cropped to ``crop`` pixels each
            way, around the worst region. 12 photos by 5 methods take some 20 MB at 416.
        error_map: as in :func:`~srrescgan.eval.comparison_item.comparison_item`.

    Raises:
        ValueError: ``count`` is negative, or ``crop`` is smaller than a window.
    """

    def __init__(
        self,
        columns: Sequence[ScoreColumn],
        reference_method: str,
        count: int = 12,
        crop: int = 416,
        error_map: ErrorMap | None = None,
    ) -> None:
        if count < 0 or crop < WINDOW:
            raise ValueError(f"count is {count}, expected 0+; crop is {crop}, expected {WINDOW}+")
        self.ranking = sorted(columns, key=lambda column: not column.metric.startswith("lpips"))
        self.reference_method = reference_method
        self.count = count
        self.crop = crop
        self.error_map = error_map
        self._kept: list[ComparisonItem] = []
        self._sets: dict[str, None] = {}

    @property
    def items(self) -> tuple[ComparisonItem, ...]:
        """The kept images: set by set in order of appearance, the worst image first."""
        order = list(self._sets)
        return tuple(sorted(self._kept, key=lambda item: (order.index(item.set), _entry(item)[1])))

    def add(self, image: ImageResult) -> None:
        """Keep an image if it is worse than others."""
        self._sets.setdefault(image.set)
        rank = self._rank(image)
        entry = (image.set, _sort_key(rank, image.name))
        # Decided first, because compressing an image is expensive.
        if self._index_to_drop([*map(_entry, self._kept), entry]) == len(self._kept):
            return
        item = comparison_item(image, self.reference_method, rank, self.crop, self.error_map)
        self._kept.append(item)
        index = self._index_to_drop(list(map(_entry, self._kept)))
        if index is not None:
            del self._kept[index]

    def _index_to_drop(self, entries: list[_Entry]) -> int | None:
        """The best image of the set with most slots (the last such set); ``None`` if all fit."""
        if len(entries) <= self.count:
            return None
        counts = Counter(data_set for data_set, _ in entries)
        largest = max(reversed(self._sets), key=lambda name: counts[name])
        return max(
            (index for index, (data_set, _) in enumerate(entries) if data_set == largest),
            key=lambda index: entries[index][1],
        )

    def _rank(self, image: ImageResult) -> tuple[float, float]:
        scores = image.scores.get(self.reference_method, {})
        for index, column in enumerate(self.ranking):
            if column.key in scores:
                value = scores[column.key]
                return -index, -value if column.higher_is_better else value
        return -math.inf, 0.0


def _sort_key(rank: tuple[float, float], name: str) -> tuple[float, float, str]:
    return -rank[0], -rank[1], name


def _entry(item: ComparisonItem) -> _Entry:
    return item.set, _sort_key(item.rank, item.name)
