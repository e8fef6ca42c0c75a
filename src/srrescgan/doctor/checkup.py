"""The doctor: thresholds, and all checks run over all data sets."""

import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from srrescgan.data.datamodule import FolderDataset
from srrescgan.doctor.cache import FactCache, default_cache
from srrescgan.doctor.checks import copies, names, pairs, sizes, storage
from srrescgan.doctor.checks.flat import flat
from srrescgan.doctor.problem import SEVERITIES, Problem, Severity
from srrescgan.doctor.report import Report
from srrescgan.doctor.survey import Split, survey

_ALONE = (
    *(names.missing, names.unpaired, names.name_clash),
    *(storage.unreadable, storage.bit_depth, storage.depth_reduced),
    *(storage.color_mode, storage.color_profile, storage.rotation),
    *(sizes.cut_to_scale, sizes.too_small, sizes.size_mismatch),
    pairs.wrong_partner,
)
"""Checks of one split that need no threshold."""


class Checkup:
    """Everything that can be wrong with the pictures of an experiment, found in one run.

    Args:
        workers: threads that read and decode; ``None`` for one per processor.
        cache: file that remembers what was found, by content; ``None`` for
            ``srrescgan/doctor.sqlite`` in the user's cache folder.
        severity: check to ``error``, ``warning`` or ``ignore``, where it differs from
            :data:`srrescgan.doctor.problem.SEVERITIES`.
        hash_distance: bits of 256 up to which two pictures count as the same one.
        shift: largest displacement of an lr picture, in lr pixels; 0.25 is one hr pixel at x4.
        split_shift: likewise of the median over a split.
        flat_level: standard deviation, in [0, 1] units, below which a 32-pixel patch is flat.
        flat_share: largest share of flat patches of a picture.
        split_flat_share: likewise of all patches of a split.

    Raises:
        ValueError: a threshold or a severity that cannot be meant.
    """

    def __init__(
        self,
        workers: int | None = None,
        cache: str | None = None,
        severity: Mapping[str, str] | None = None,
        hash_distance: int = 40,
        shift: float = 0.25,
        split_shift: float = 0.06,
        flat_level: float = 1 / 255,
        flat_share: float = 0.5,
        split_flat_share: float = 0.25,
    ) -> None:
        if workers is not None and workers < 1:
            raise ValueError(f"checkup.workers={workers}: must be at least 1, or null")
        self.workers = workers or os.cpu_count() or 1
        self.cache = default_cache() if cache is None else Path(cache).expanduser()
        self.severity: dict[str, Severity] = {**SEVERITIES, **_checked(severity or {})}
        self.hash_distance = hash_distance
        self.shift = shift
        self.split_shift = split_shift
        self.flat_level = flat_level
        self.flat_share = flat_share
        self.split_flat_share = split_flat_share

    def run(self, datasets: Mapping[str, FolderDataset]) -> Report:
        """Examine data sets; nothing is changed, and one bad file does not end it.

        Args:
            datasets: by the names ``train``, ``val/<set>`` and ``test/<set>``.
        """
        start = time.perf_counter()
        cache = FactCache(self.cache)
        try:
            splits = survey(datasets, cache, self.workers, self.flat_level)
        finally:
            cache.close()
        grave = {"error": 0, "warning": 1}
        found = [p for p in self._problems(splits) if self.severity[p.check] != "ignore"]
        order = list(SEVERITIES)
        found.sort(key=lambda p: (grave[self.severity[p.check]], order.index(p.check)))
        settings = {
            "hash_distance": self.hash_distance,
            "shift": self.shift,
            "split_shift": self.split_shift,
            "flat_level": self.flat_level,
            "flat_share": self.flat_share,
            "split_flat_share": self.split_flat_share,
            "severity": self.severity,
        }
        notes = [] if cache.trouble is None else [cache.trouble]
        return Report(splits, found, self.severity, settings, notes, time.perf_counter() - start)

    def _problems(self, splits: list[Split]) -> Iterator[Problem]:
        for split in splits:
            for check in _ALONE:
                yield from check(split)
            yield from pairs.shift(split, self.shift, self.split_shift)
            yield from copies.near_duplicate(split, self.hash_distance)
            yield from flat(split, self.flat_share, self.split_flat_share)
        for trained in splits:
            for tested in splits:
                if trained.name == "train" and tested.name != "train":
                    yield from copies.leak(trained, tested, self.hash_distance)


def _checked(severity: Mapping[str, str]) -> dict[str, Severity]:
    checked: dict[str, Severity] = {}
    for check, level in severity.items():
        if check not in SEVERITIES:
            raise ValueError(
                f"checkup.severity.{check}: no such check; there are {', '.join(SEVERITIES)}"
            )
        if level not in ("error", "warning", "ignore"):
            raise ValueError(f"checkup.severity.{check}={level}: must be error, warning or ignore")
        checked[check] = level  # type: ignore[assignment]  # just held against the three
    return checked
