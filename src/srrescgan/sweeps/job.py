"""What became of one job of a sweep, kept in its folder."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from srrescgan.files import write_json

FILE = "job.json"
Status = Literal["running", "stopped", "finished", "pruned", "failed"]


@dataclass(frozen=True)
class Job:
    """A record of a job, ``<sweep>/<folder>/job.json``."""

    number: int
    """In the order in which the sweeper asked for the jobs, from 0."""
    overrides: tuple[str, ...]
    """What sets this job apart from the others, as ``key=value``."""
    status: Status
    """``running`` is also what a killed process leaves behind; ``stopped``: by Ctrl-C."""
    scores: Mapping[str, float] = field(default_factory=dict)
    """Of the last validation, by log name; empty unless the job is over and did not fail."""
    iteration: int | None = None
    """Where the job ended."""
    message: str = ""
    """Why it failed or was pruned."""
    given_up: bool = False
    """The sweeper was told that it failed, and went on: it is told so again in a resumed sweep,
    even if the job has succeeded since, or the jobs after it would be others."""

    @property
    def is_over(self) -> bool:
        """Whether it need not be run again."""
        return self.status in ("finished", "pruned")

    def write(self, folder: Path) -> None:
        """Write the record, whole or not at all."""
        write_json(asdict(self), folder / FILE)

    @classmethod
    def read(cls, folder: Path) -> "Job | None":
        """Read what :meth:`write` wrote; ``None`` if there is nothing, or nothing readable."""
        try:
            content: dict[str, Any] = json.loads((folder / FILE).read_text(encoding="utf-8"))
            content["overrides"] = tuple(content["overrides"])
            content["scores"] = {key: float(value) for key, value in content["scores"].items()}
            return cls(**content)
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return None


def read_jobs(sweep: Path) -> dict[str, Job]:
    """Every job of a sweep by the name of its folder, in the order of their numbers."""
    jobs = {folder.name: Job.read(folder) for folder in job_folders(sweep)}
    found = {name: job for name, job in jobs.items() if job is not None}
    return dict(sorted(found.items(), key=lambda item: (item[1].number, item[0])))


def job_folders(sweep: Path) -> list[Path]:
    """The folders of the jobs that were begun."""
    return sorted(path.parent for path in sweep.glob(f"*/{FILE}"))
