"""The record of a sweep's job, kept in the job's folder."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from srrescgan.files import write_json

FILE = "job.json"
Status = Literal["running", "stopped", "finished", "pruned", "failed"]


@dataclass(frozen=True)
class JobRecord:
    """State and scores of a job, stored as ``<sweep>/<folder>/job.json``."""

    number: int
    """In the order in which the sweeper asked for the jobs, from 0."""
    overrides: tuple[str, ...]
    """The settings in which this job differs from the others, as ``key=value``."""
    status: Status
    """A killed process leaves ``running`` behind; ``stopped``: by Ctrl-C."""
    scores: Mapping[str, float] = field(default_factory=dict)
    """Scores of the last validation by log name; empty unless the job finished or was pruned."""
    iteration: int | None = None
    """The last iteration."""
    message: str = ""
    """Why it failed or was pruned."""
    abandoned: bool = False
    """The sweeper has continued without a value of this job. A resumed sweep gives it none again,
    even if the job has succeeded since: with a value the sweeper would choose other jobs."""

    @property
    def is_over(self) -> bool:
        """Whether the job does not have to run again."""
        return self.status in ("finished", "pruned")

    def write(self, folder: Path) -> None:
        """Write the record, whole or not at all."""
        content = asdict(self)
        content["given_up"] = content.pop("abandoned")
        write_json(content, folder / FILE)

    @classmethod
    def read(cls, folder: Path) -> "JobRecord | None":
        """Read a job's record; ``None`` if there is none, or if it is damaged."""
        try:
            content: dict[str, Any] = json.loads((folder / FILE).read_text(encoding="utf-8"))
            content["overrides"] = tuple(content["overrides"])
            content["scores"] = {key: float(value) for key, value in content["scores"].items()}
            content["abandoned"] = content.pop("given_up", False)
            return cls(**content)
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return None


def read_jobs(sweep: Path) -> dict[str, JobRecord]:
    """The record of every job of a sweep by the name of its folder, ordered by job number."""
    jobs = {folder.name: JobRecord.read(folder) for folder in job_folders(sweep)}
    readable = {name: job for name, job in jobs.items() if job is not None}
    return dict(sorted(readable.items(), key=lambda item: (item[1].number, item[0])))


def job_folders(sweep: Path) -> list[Path]:
    """The folders of the jobs that have started."""
    return sorted(path.parent for path in sweep.glob(f"*/{FILE}"))
