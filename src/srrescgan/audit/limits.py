"""Limits: how far generated pictures may be from real ones before training is refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from srrescgan.audit.domain_comparison import CLASSIFIER, DomainComparison
from srrescgan.audit.statistics import STATISTICS
from srrescgan.errors import ConfigError, UserError, nearest


class LimitExceededError(UserError):
    """Generated pictures are further from the real ones than the user allows."""


@dataclass(frozen=True)
class Limits:
    """Largest values that the comparison of ``made`` with ``real`` may have.

    Args:
        max_auc: of the classifier, in [0.5, 1]; an AUC of 0.5 - x counts as 0.5 + x. ``None`` for
            no limit.
        max_distance: by name of the statistic, in its unit; ``None`` for no limit.

    Raises:
        ConfigError: there is no statistic of that name, or ``max_auc`` is out of range.
    """

    max_auc: float | None = None
    max_distance: Mapping[str, float | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.max_auc is not None and not 0.5 <= self.max_auc <= 1:
            raise ConfigError(
                f"max_auc={self.max_auc:g}: expected 0.5 (indistinguishable) to 1 (always"
                " distinguished)"
            )
        names = [statistic.name for statistic in STATISTICS]
        for name in self.max_distance:
            if name not in names:
                raise ConfigError(
                    f"max_distance.{name}: no such statistic{nearest(name, names)}. The statistics"
                    f" are {', '.join(names)}"
                )

    @property
    def any(self) -> bool:
        """Whether there is a limit."""
        return self.max_auc is not None or any(v is not None for v in self.max_distance.values())

    def exceeded(self, comparison: DomainComparison) -> list[str]:
        """One sentence for each limit that is exceeded."""
        limits = {name: limit for name, limit in self.max_distance.items() if limit is not None}
        distances = {name: comparison.distances[name]["made"] for name in limits}
        sentences = [
            f"{name}: distance {distances[name]:.3g} is above max_distance.{name}={limit:g}"
            for name, limit in limits.items()
            if not distances[name] <= limit  # NaN, which cannot be judged, does not pass
        ]
        auc = comparison.classifications["made"].auc
        auc = max(auc, 1 - auc)
        if self.max_auc is not None and auc > self.max_auc:
            sentences.append(f"{CLASSIFIER}: AUC {auc:.3f} is above max_auc={self.max_auc:g}")
        return sentences

    def enforce(self, exceeded: list[str], report: Path) -> None:
        """Stop if a limit is exceeded.

        Args:
            exceeded: result of :meth:`exceeded`.
            report: HTML report, for the message.

        Raises:
            LimitExceededError: listing every limit that is exceeded, and what to do.
        """
        if exceeded:
            listed = "\n  ".join(exceeded)
            raise LimitExceededError(
                f"the made pictures are not close enough to the real ones:\n  {listed}\n"
                "Train the degradation longer, add pictures of the source domain, use another kind"
                f" of degradation, or raise the limit (report: {report})"
            )
