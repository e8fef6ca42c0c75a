"""Checkup: runs every check on every data set."""

import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

from srrescgan.data.datamodule import FolderDataset
from srrescgan.doctor.checks import CHECKS
from srrescgan.doctor.doctor_report import DoctorReport
from srrescgan.doctor.problem import Problem, Severity
from srrescgan.doctor.scan import Split, scan
from srrescgan.doctor.scan_cache import ScanCache, default_cache
from srrescgan.doctor.thresholds import Thresholds
from srrescgan.errors import nearest


class Checkup:
    """Finds everything that can be wrong with the pictures of an experiment, in one run.

    Args:
        workers: threads that read and decode; ``None`` for one per processor.
        cache: SQLite file that keeps scan results by content; ``None`` for
            ``srrescgan/doctor.sqlite`` in the user's cache folder.
        severity: name of a check to ``error``, ``warning`` or ``ignore``. Checks that are not
            listed have the severity of :data:`srrescgan.doctor.checks.CHECKS`.
        hash_distance: see :class:`~srrescgan.doctor.thresholds.Thresholds`, also for the rest.
        shift: likewise.
        split_shift: likewise.
        flat_level: likewise.
        flat_share: likewise.
        split_flat_share: likewise.

    Raises:
        ValueError: ``workers`` is below 1, or a key or value of ``severity`` is unknown.
    """

    def __init__(
        self,
        workers: int | None = None,
        cache: str | None = None,
        severity: Mapping[str, str] | None = None,
        hash_distance: int = Thresholds.hash_distance,
        shift: float = Thresholds.shift,
        split_shift: float = Thresholds.split_shift,
        flat_level: float = Thresholds.flat_level,
        flat_share: float = Thresholds.flat_share,
        split_flat_share: float = Thresholds.split_flat_share,
    ) -> None:
        if workers is not None and workers < 1:
            raise ValueError(f"checkup.workers={workers}: must be at least 1, or null")
        self.workers = workers or os.cpu_count() or 1
        self.cache = default_cache() if cache is None else Path(cache).expanduser()
        self.severity = _severities(severity or {})
        self.thresholds = Thresholds(
            hash_distance, shift, split_shift, flat_level, flat_share, split_flat_share
        )

    def run(self, datasets: Mapping[str, FolderDataset]) -> DoctorReport:
        """Examine data sets. No file is changed; unreadable files are reported, not raised.

        Args:
            datasets: by the names ``train``, ``val/<set>`` and ``test/<set>``.
        """
        start = time.perf_counter()
        cache = ScanCache(self.cache)
        try:
            splits = scan(datasets, cache, self.workers, self.thresholds)
        finally:
            cache.close()
        return DoctorReport(
            splits,
            list(self._problems(splits)),
            self.severity,
            {**asdict(self.thresholds), "severity": self.severity},
            [] if cache.trouble is None else [cache.trouble],
            time.perf_counter() - start,
        )

    def _problems(self, splits: list[Split]) -> Iterator[Problem]:
        """Errors, then warnings; both in the order of :data:`CHECKS`, then of the splits."""
        for severity in ("error", "warning"):
            for check in CHECKS:
                if self.severity[check.name] != severity:
                    continue
                for split in splits:
                    for finding in check.find(split):
                        yield Problem(check.name, split.name, **vars(finding))


def _severities(configured: Mapping[str, str]) -> dict[str, Severity]:
    """Severity of every check, in the order of :data:`CHECKS`."""
    severities: dict[str, Severity] = {check.name: check.severity for check in CHECKS}
    for name, severity in configured.items():
        if name not in severities:
            raise ValueError(
                f"checkup.severity.{name}: no such check{nearest(name, severities.keys())}."
                f" The checks are {', '.join(severities)}"
            )
        if severity not in ("error", "warning", "ignore"):
            raise ValueError(
                f"checkup.severity.{name}={severity}: must be error, warning or ignore"
            )
        severities[name] = severity  # type: ignore[assignment]  # one of the three, see above
    return severities
