"""What the jobs of a sweep are judged by."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from srrescgan.errors import ConfigError, UserError, nearest
from srrescgan.types import Metric


class NoScoreError(UserError):
    """A run ended without the score that its sweep is about."""


@dataclass(frozen=True)
class Objective:
    """The mean of one metric over validation sets, or its value on one of them."""

    name: str
    """``<protocol>/<metric>`` for a mean over all sets, else ``val/<set>/<protocol>/<metric>``."""
    keys: tuple[str, ...]
    """Log names of what the mean is taken over."""
    higher_is_better: bool

    @property
    def direction(self) -> str:
        """``maximize`` or ``minimize``, as Optuna says it."""
        return "maximize" if self.higher_is_better else "minimize"

    def mean(self, scores: Mapping[str, float]) -> float:
        """Mean of the scores of a validation, which may be NaN.

        Raises:
            NoScoreError: there is none.
        """
        found = [scores[key] for key in self.keys if key in scores]
        if not found:
            raise NoScoreError(f"objective {self.name}: there was no {' or '.join(self.keys)}")
        return sum(found) / len(found)

    def value(self, scores: Mapping[str, float]) -> float:
        """Mean of the scores of a job's last validation: its result.

        Raises:
            NoScoreError: there is none, or it is not a number.
        """
        mean = self.mean(scores)
        if math.isnan(mean):
            raise NoScoreError(f"objective {self.name} is not a number: training went astray")
        return mean

    def badness(self, value: float) -> float:
        """A number that is smaller for better values; what is not a number is worst."""
        if math.isnan(value):
            return math.inf
        return -value if self.higher_is_better else value


def names(objective: str | Sequence[str] | None) -> list[str]:
    """The names in the ``objective`` of a configuration: none, one or several."""
    if objective is None:
        return []
    return [objective] if isinstance(objective, str) else list(objective)


def possible(sets: Mapping[str, bool], metrics: Mapping[str, Metric]) -> dict[str, Objective]:
    """Everything that a run with these sets and metrics can be judged by.

    Args:
        sets: validation sets by name: whether they have true images.
        metrics: by ``<protocol>/<metric>``, the first protocol's first.

    Returns:
        By name: ``val/<set>/<protocol>/<metric>``; ``<protocol>/<metric>`` for the mean over the
        sets that have it; ``<metric>`` for the same under the first protocol.
    """
    found: dict[str, Objective] = {}
    for key, metric in metrics.items():
        having = [name for name, truth in sets.items() if truth or metric.reference != "hr"]
        scores = tuple(f"val/{name}/{key}" for name in having)
        for score in scores:
            found[score] = Objective(score, (score,), metric.higher_is_better)
        if scores:
            found[key] = Objective(key, scores, metric.higher_is_better)
            found.setdefault(key.rpartition("/")[2], found[key])
    return found


def check_objective(
    objective: str | Sequence[str] | None,
    sets: Mapping[str, bool],
    metrics: Mapping[str, Metric],
) -> tuple[Objective, ...]:
    """Make sure that what a sweep is judged by will exist when the run is over.

    Args:
        objective: names, as :func:`srrescgan.sweeps.objective.possible` describes them.
        sets: validation sets by name: whether they have true images.
        metrics: by ``<protocol>/<metric>``.

    Raises:
        ConfigError: naming the nearest metric that will.
    """
    known = possible(sets, metrics)
    for name in names(objective):
        if name not in known:
            raise ConfigError(
                f"objective={name}: no such metric{nearest(name, known)}"
                f" (there will be: {', '.join(sorted(known))})"
            )
    return tuple(known[name] for name in names(objective))
