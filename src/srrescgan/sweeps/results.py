"""The jobs of a sweep, judged and in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from srrescgan.sweeps.job import Job, read_jobs
from srrescgan.sweeps.objective import NoScoreError, Objective
from srrescgan.sweeps.pareto import front
from srrescgan.sweeps.plan import Plan


@dataclass(frozen=True)
class Result:
    """A job and what it was worth."""

    folder: str
    job: Job
    values: tuple[float, ...] | None
    """One per objective; ``None`` if the job has none, or none yet."""
    is_best: bool
    """On the Pareto front; with one objective: the best."""
    settings: Mapping[str, str]
    """What differs between the jobs: short name to value."""

    @property
    def label(self) -> str:
        """The settings in one line."""
        return " ".join(f"{name}={number(value)}" for name, value in self.settings.items())

    @property
    def logged(self) -> dict[str, float]:
        """The job's own scores by log name, without bicubic's ``val/<set>/bicubic/...``."""
        return {key: score for key, score in self.job.scores.items() if not _is_bicubic(key)}


@dataclass(frozen=True)
class Sweep:
    """Everything that is known about a sweep."""

    name: str
    objectives: tuple[Objective, ...]
    results: tuple[Result, ...]
    """The best ones first, those without values last; without objectives as they were asked for."""

    @property
    def judged(self) -> list[Result]:
        """The jobs that have values."""
        return [result for result in self.results if result.values is not None]

    @property
    def best(self) -> list[Result]:
        """The Pareto front, ordered by the first objective."""
        return [result for result in self.results if result.is_best]

    @property
    def failed(self) -> list[Result]:
        """The jobs that ended with an error."""
        return [result for result in self.results if result.job.status == "failed"]

    @property
    def columns(self) -> list[str]:
        """Names of the numbers of a job: the objectives or, without any, every logged score."""
        if self.objectives:
            return [objective.name for objective in self.objectives]
        return list(dict.fromkeys(name for result in self.results for name in result.logged))

    def numbers(self, result: Result) -> dict[str, float]:
        """What a job has of the columns."""
        if not self.objectives:
            return result.logged
        return dict(zip(self.columns, result.values, strict=True)) if result.values else {}

    @property
    def settings(self) -> list[str]:
        """Names of all settings that differ."""
        return list(dict.fromkeys(name for result in self.results for name in result.settings))


def read_sweep(folder: Path) -> Sweep:
    """Read and judge the jobs in the folder of a sweep.

    Raises:
        ConfigError: the folder holds no sweep.
    """
    objectives = Plan.read(folder).objectives
    jobs = read_jobs(folder)
    values = {name: _values(job, objectives) for name, job in jobs.items()}
    badness = {
        name: tuple(o.badness(v) for o, v in zip(objectives, found, strict=True))
        for name, found in values.items()
        if found
    }
    best = dict(zip(badness, front(list(badness.values())), strict=True))
    settings = differing({name: job.overrides for name, job in jobs.items()})
    results = [
        Result(name, job, values[name], best.get(name, False), settings[name])
        for name, job in jobs.items()
    ]
    results.sort(
        key=lambda r: (
            r.values is None,
            not r.is_best,
            badness.get(r.folder, ()),
            bool(objectives) and r.job.status == "failed",
            r.job.number,
        )
    )
    return Sweep(folder.absolute().name, objectives, tuple(results))


def differing(overrides: Mapping[str, Sequence[str]]) -> dict[str, dict[str, str]]:
    """What sets jobs apart, under the shortest names that are not mixed up.

    Args:
        overrides: by job, ``key=value``.

    Returns:
        By job: short name of a key to value. Keys with the same value everywhere are left out
        (all are there if there is one job only).

    Example:
        >>> differing({"a": ["optimizer.g.lr=1", "seed=1"], "b": ["optimizer.g.lr=2", "seed=1"]})
        {'a': {'lr': '1'}, 'b': {'lr': '2'}}
    """
    given = {
        name: dict(override.lstrip("+~").partition("=")[::2] for override in own)
        for name, own in overrides.items()
    }
    keys = list(dict.fromkeys(key for own in given.values() for key in own))
    if len(given) > 1:
        keys = [key for key in keys if len({own.get(key) for own in given.values()}) > 1]
    short = {key: _shortest(key, keys) for key in keys}
    return {
        name: {short[key]: own[key] for key in keys if key in own} for name, own in given.items()
    }


def number(text: str) -> str:
    """A value for people: a number to three digits, anything else as it is.

    Example:
        >>> number("0.00123456"), number("24"), number("hinge")
        ('0.00123', '24', 'hinge')
    """
    try:
        return text if text.lstrip("-").isdigit() else f"{float(text):.3g}"
    except ValueError:
        return text


def _is_bicubic(key: str) -> bool:
    parts = key.split("/")
    return len(parts) == 5 and parts[2] == "bicubic"  # four parts: a protocol has that name


def _values(job: Job, objectives: Sequence[Objective]) -> tuple[float, ...] | None:
    if not job.is_over or not objectives:
        return None
    try:
        return tuple(objective.value(job.scores) for objective in objectives)
    except NoScoreError:  # of a sweep that was begun with other objectives
        return None


def _shortest(key: str, keys: Sequence[str]) -> str:
    """The shortest end of a dotted key that no other key ends in."""
    parts = key.split(".")
    for count in range(1, len(parts)):
        end = ".".join(parts[-count:])
        if not any(other != key and f".{other}".endswith(f".{end}") for other in keys):
            return end
    return key
