"""The plan of a sweep: the objectives and settings that all its jobs share, kept in its folder."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from srrescgan.errors import ConfigError
from srrescgan.files import plain, write_json
from srrescgan.sweeps.job_record import read_jobs
from srrescgan.sweeps.objective import Objective

FILE = "plan.json"


@dataclass(frozen=True)
class Plan:
    """Objectives and common settings of a sweep, stored as ``<sweep>/plan.json``."""

    objectives: tuple[Objective, ...]
    config: Mapping[str, Any]
    """Dotted key to value: the configuration that all jobs share, without the keys that do not
    change the result."""

    def write(self, sweep: Path) -> None:
        """Write the plan, whole or not at all."""
        write_json(asdict(self), sweep / FILE)

    @classmethod
    def read(cls, sweep: Path) -> "Plan":
        """Read the plan of a sweep.

        Raises:
            ConfigError: the folder holds no sweep.
        """
        try:
            content = json.loads((sweep / FILE).read_text(encoding="utf-8"))
            objectives = [
                Objective(item["name"], tuple(item["keys"]), item["higher_is_better"])
                for item in content["objectives"]
            ]
            return cls(tuple(objectives), content["config"])
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise ConfigError(
                f"{sweep} is not the folder of a sweep: it holds no readable {FILE}. Give the"
                " output_dir of a python -m srrescgan.train -m ..."
            ) from error

    def check_continues(self, sweep: Path) -> None:
        """Make sure that this plan fits the jobs that a folder holds already.

        Raises:
            ConfigError: those jobs share other settings.
        """
        if not (sweep / FILE).exists() or not read_jobs(sweep):
            return
        ours, theirs = plain(self.config), Plan.read(sweep).config
        differences = [
            f"{key}={_shown(theirs, key)} there, {_shown(ours, key)} here"
            for key in sorted(theirs.keys() | ours.keys())
            if theirs.get(key) != ours.get(key)
        ]
        if differences:
            more = f" and {len(differences) - 3} more" if len(differences) > 3 else ""
            raise ConfigError(
                f"{sweep} holds the jobs of a sweep with other settings:"
                f" {'; '.join(differences[:3])}{more}. Repeat its command to resume it, or"
                " choose another output_dir="
            )


def _shown(config: Mapping[str, Any], key: str) -> str:
    return "null" if config.get(key) is None else str(config[key])
