"""Objectives of a sweep: the scores by which its jobs are compared."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from srrescgan.errors import ConfigError, UserError, nearest
from srrescgan.types import Metric


class NoScoreError(UserError):
    """A run ended without a score that is an objective of its sweep."""


@dataclass(frozen=True)
class Objective:
    """The mean of one metric over validation sets, or its value on one of them."""

    name: str
    """``<protocol>/<metric>`` for a mean over all sets, else ``val/<set>/<protocol>/<metric>``."""
    keys: tuple[str, ...]
    """Log names of the scores whose mean it is."""
    higher_is_better: bool

    @property
    def direction(self) -> str:
        """Optuna's direction: ``maximize`` or ``minimize``."""
        return "maximize" if self.higher_is_better else "minimize"

    def mean(self, scores: Mapping[str, float]) -> float:
        """Mean over the scores of a validation, which may be NaN.

        Raises:
            NoScoreError: the validation has none of the scores.
        """
        values = [scores[key] for key in self.keys if key in scores]
        if not values:
            raise NoScoreError(f"objective {self.name}: the run has no {' or '.join(self.keys)}")
        return sum(values) / len(values)

    def value(self, scores: Mapping[str, float]) -> float:
        """The result of a job: the mean over the scores of its last validation.

        Raises:
            NoScoreError: the validation has none of the scores, or the mean is not a number.
        """
        mean = self.mean(scores)
        if math.isnan(mean):
            raise NoScoreError(f"objective {self.name} is not a number: training diverged")
        return mean

    def cost(self, value: float) -> float:
        """The value as something to minimize; NaN is infinite, the worst."""
        if math.isnan(value):
            return math.inf
        return -value if self.higher_is_better else value


def objective_names(objective: str | Sequence[str] | None) -> list[str]:
    """The names that the key ``objective`` of a configuration holds."""
    if objective is None:
        return []
    return [objective] if isinstance(objective, str) else list(objective)


def available_objectives(
    sets: Mapping[str, bool], metrics: Mapping[str, Metric]
) -> dict[str, Objective]:
    """Every objective that a run with these validation sets and metrics can have.

    Args:
        sets: validation sets by name: whether they have hr images.
        metrics: by ``<protocol>/<metric>``, the first protocol's first.

    Returns:
        By name: ``val/<set>/<protocol>/<metric>``; ``<protocol>/<metric>`` for the mean over the
        sets that have it; ``<metric>`` for the same under the first protocol.
    """
    objectives: dict[str, Objective] = {}
    for key, metric in metrics.items():
        scored = [name for name, has_hr in sets.items() if has_hr or metric.reference != "hr"]
        scores = tuple(f"val/{name}/{key}" for name in scored)
        for score in scores:
            objectives[score] = Objective(score, (score,), metric.higher_is_better)
        if scores:
            objectives[key] = Objective(key, scores, metric.higher_is_better)
            objectives.setdefault(key.rpartition("/")[2], objectives[key])
    return objectives


def check_objective(
    objective: str | Sequence[str] | None,
    sets: Mapping[str, bool],
    metrics: Mapping[str, Metric],
) -> tuple[Objective, ...]:
    """Make sure that a run will measure its objectives.

    Args:
        objective: one name or several, as :func:`available_objectives` returns them.
        sets: validation sets by name: whether they have hr images.
        metrics: by ``<protocol>/<metric>``.

    Raises:
        ConfigError: it will not; the message names the nearest objective.
    """
    known = available_objectives(sets, metrics)
    for name in objective_names(objective):
        if name not in known:
            raise ConfigError(
                f"objective={name}: this run does not measure it{nearest(name, known)}"
                f" (it measures: {', '.join(sorted(known))})"
            )
    return tuple(known[name] for name in objective_names(objective))
