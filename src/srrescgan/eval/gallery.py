"""The images of an evaluation that are worth looking at."""

import math
from collections import Counter
from collections.abc import Sequence

from srrescgan.eval.columns import Column
from srrescgan.eval.crops import ErrorMap
from srrescgan.eval.exhibit import WINDOW, Exhibit, Shown, exhibit

_Entry = tuple[str, tuple[float, float, str]]
"""A set, and the place in the order of its images, the worst first."""


class Gallery:
    """Keeps the worst images while any number of them go by.

    Several sets share the places equally. Only what is kept takes memory, and that is compressed.
    The order in which images come does not matter; that in which sets begin decides who gets the
    places that cannot be shared.

    Args:
        columns: an image is as bad as the judged method's score in the first LPIPS column, or in
            the first column if there is none, or in the next one that the image has.
        judged: name of the method.
        count: images to keep, all sets together.
        crop: an image of more than ``crop * crop`` hr pixels is cut down to ``crop`` each way,
            around the worst place. 12 photos by 5 methods take some 20 MB at 416.
        error_map: as in :func:`~srrescgan.eval.exhibit.exhibit`.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        judged: str,
        count: int = 12,
        crop: int = 416,
        error_map: ErrorMap | None = None,
    ) -> None:
        if count < 0 or crop < WINDOW:
            raise ValueError(f"count is {count}, expected 0+; crop is {crop}, expected {WINDOW}+")
        self.ranking = sorted(columns, key=lambda column: not column.metric.startswith("lpips"))
        self.judged = judged
        self.count = count
        self.crop = crop
        self.error_map = error_map
        self._kept: list[Exhibit] = []
        self._sets: dict[str, None] = {}

    @property
    def exhibits(self) -> tuple[Exhibit, ...]:
        """What is kept: set by set in the order they began, the worst image first."""
        order = list(self._sets)
        return tuple(sorted(self._kept, key=lambda e: (order.index(e.set), _entry(e)[1])))

    def add(self, shown: Shown) -> None:
        """Look at an image; keep it if it is worse than others."""
        self._sets.setdefault(shown.set)
        rank = self._rank(shown)
        candidate = (shown.set, _place(rank, shown.name))
        # Asked before the cost of compressing it.
        if self._leaver([*map(_entry, self._kept), candidate]) != len(self._kept):
            self._keep(exhibit(shown, self.judged, rank, self.crop, self.error_map))

    def _keep(self, one: Exhibit) -> None:
        self._kept.append(one)
        leaver = self._leaver(list(map(_entry, self._kept)))
        if leaver is not None:
            del self._kept[leaver]

    def _leaver(self, entries: list[_Entry]) -> int | None:
        """Which has to go: the least bad one of the set with most places, the last of such sets."""
        if len(entries) <= self.count:
            return None
        places = Counter(data_set for data_set, _ in entries)
        largest = max(reversed(self._sets), key=lambda name: places[name])
        return max(
            (index for index, entry in enumerate(entries) if entry[0] == largest),
            key=lambda index: entries[index][1],
        )

    def _rank(self, shown: Shown) -> tuple[float, float]:
        scores = shown.scores.get(self.judged, {})
        for place, column in enumerate(self.ranking):
            if column.key in scores:
                value = scores[column.key]
                return -place, -value if column.higher_is_better else value
        return -math.inf, 0.0


def _place(rank: tuple[float, float], name: str) -> tuple[float, float, str]:
    return -rank[0], -rank[1], name


def _entry(one: Exhibit) -> _Entry:
    return one.set, _place(one.rank, one.name)
