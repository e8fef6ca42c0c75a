"""The results of a sweep: its jobs with their values, the best ones first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from srrescgan.sweeps.job_record import JobRecord, read_jobs
from srrescgan.sweeps.objective import NoScoreError, Objective
from srrescgan.sweeps.plan import Plan


@dataclass(frozen=True)
class JobResult:
    """A job and its values."""

    folder: str
    job: JobRecord
    values: tuple[float, ...] | None
    """One per objective; ``None`` if the job has none, or none yet."""
    is_best: bool
    """On the Pareto front; with one objective: the best."""
    settings: Mapping[str, str]
    """Settings that differ between the jobs: short name to value."""

    @property
    def label(self) -> str:
        """The settings in one line."""
        return " ".join(f"{name}={short_number(value)}" for name, value in self.settings.items())

    @property
    def logged(self) -> dict[str, float]:
        """The job's own scores by log name, without bicubic's ``val/<set>/bicubic/...``."""
        return {key: score for key, score in self.job.scores.items() if not _is_bicubic(key)}


@dataclass(frozen=True)
class Sweep:
    """A sweep with the results of its jobs."""

    name: str
    objectives: tuple[Objective, ...]
    results: tuple[JobResult, ...]
    """The best ones first, those without values last; without objectives by number."""

    @property
    def scored(self) -> list[JobResult]:
        """The jobs that have values."""
        return [result for result in self.results if result.values is not None]

    @property
    def best(self) -> list[JobResult]:
        """The Pareto front, ordered by the first objective."""
        return [result for result in self.results if result.is_best]

    @property
    def failed(self) -> list[JobResult]:
        """The jobs that ended with an error."""
        return [result for result in self.results if result.job.status == "failed"]

    @property
    def columns(self) -> list[str]:
        """Names of the numbers of a job: the objectives or, without any, every logged score."""
        if self.objectives:
            return [objective.name for objective in self.objectives]
        return list(dict.fromkeys(name for result in self.results for name in result.logged))

    def numbers(self, result: JobResult) -> dict[str, float]:
        """The numbers of a job by column, as far as it has them."""
        if not self.objectives:
            return result.logged
        return dict(zip(self.columns, result.values, strict=True)) if result.values else {}

    @property
    def settings(self) -> list[str]:
        """Names of all settings that differ."""
        return list(dict.fromkeys(name for result in self.results for name in result.settings))


def read_sweep(folder: Path) -> Sweep:
    """Read the jobs in the folder of a sweep, and order them.

    Raises:
        ConfigError: the folder holds no sweep.
    """
    objectives = Plan.read(folder).objectives
    jobs = read_jobs(folder)
    values = {name: _values(job, objectives) for name, job in jobs.items()}
    costs = {
        name: tuple(o.cost(v) for o, v in zip(objectives, found, strict=True))
        for name, found in values.items()
        if found
    }
    best = dict(zip(costs, pareto_front(list(costs.values())), strict=True))
    settings = varied_settings({name: job.overrides for name, job in jobs.items()})
    results = [
        JobResult(name, job, values[name], best.get(name, False), settings[name])
        for name, job in jobs.items()
    ]
    results.sort(
        key=lambda r: (
            r.values is None,
            not r.is_best,
            costs.get(r.folder, ()),
            bool(objectives) and r.job.status == "failed",
            r.job.number,
        )
    )
    return Sweep(folder.absolute().name, objectives, tuple(results))


def dominates(ours: Sequence[float], theirs: Sequence[float]) -> bool:
    """Whether ours is nowhere worse and somewhere better; smaller is better.

    Example:
        >>> dominates((1, 2), (1, 3)), dominates((1, 2), (1, 2)), dominates((0, 3), (1, 2))
        (True, False, False)
    """
    pairs = list(zip(ours, theirs, strict=True))
    return all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)


def pareto_front(points: Sequence[Sequence[float]]) -> list[bool]:
    """For each point whether it is on the Pareto front: no other dominates it.

    Smaller is better. Of one number per point the smallest is on it, and all that equal it.

    Example:
        >>> pareto_front([(0, 3), (1, 2), (2, 2), (3, 0)])
        [True, True, False, True]
    """
    return [not any(dominates(other, point) for other in points) for point in points]


def varied_settings(overrides: Mapping[str, Sequence[str]]) -> dict[str, dict[str, str]]:
    """The settings in which jobs differ, under the shortest names that are unambiguous.

    Args:
        overrides: by job, ``key=value``.

    Returns:
        By job: short name of a key to value. Keys with the same value in every job are left out
        (none, if there is one job only).

    Example:
        >>> varied_settings({"a": ["scheduler.t=1", "seed=1"], "b": ["scheduler.t=2", "seed=1"]})
        {'a': {'t': '1'}, 'b': {'t': '2'}}
    """
    settings = {
        name: dict(override.lstrip("+~").partition("=")[::2] for override in job)
        for name, job in overrides.items()
    }
    keys = list(dict.fromkeys(key for job in settings.values() for key in job))
    if len(settings) > 1:
        keys = [key for key in keys if len({job.get(key) for job in settings.values()}) > 1]
    short = {key: _shortest(key, keys) for key in keys}
    return {
        name: {short[key]: job[key] for key in keys if key in job} for name, job in settings.items()
    }


def short_number(text: str) -> str:
    """A value for display: a number with three digits, anything else unchanged.

    Example:
        >>> short_number("0.00123456"), short_number("24"), short_number("hinge")
        ('0.00123', '24', 'hinge')
    """
    try:
        return text if text.lstrip("-").isdigit() else f"{float(text):.3g}"
    except ValueError:
        return text


def _is_bicubic(key: str) -> bool:
    parts = key.split("/")
    return len(parts) == 5 and parts[2] == "bicubic"  # with four parts it is a protocol's name


def _values(job: JobRecord, objectives: Sequence[Objective]) -> tuple[float, ...] | None:
    if not job.is_over or not objectives:
        return None
    try:
        return tuple(objective.value(job.scores) for objective in objectives)
    except NoScoreError:  # the sweep started with other objectives
        return None


def _shortest(key: str, keys: Sequence[str]) -> str:
    """The shortest end of a dotted key that no other key ends in."""
    parts = key.split(".")
    for count in range(1, len(parts)):
        end = ".".join(parts[-count:])
        if not any(other != key and f".{other}".endswith(f".{end}") for other in keys):
            return end
    return key
