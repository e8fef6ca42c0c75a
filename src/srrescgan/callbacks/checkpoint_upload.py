"""Upload of a finished run's checkpoints to the loggers that store files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch
from pytorch_lightning.loggers import Logger

from srrescgan.callbacks.dashboards import TakesCheckpoints


@dataclass
class CheckpointFile:
    """One checkpoint file with all its names."""

    path: Path
    iteration: int
    aliases: list[str] = field(default_factory=list)


def upload(
    loggers: Sequence[Logger],
    files: Mapping[str, Path],
    best_scores: Mapping[str, tuple[str, float]],
    validated: tuple[int, Mapping[str, float]],
) -> None:
    """Upload each existing file once, with its iteration and scores.

    Call it after the last save, when every file is complete.

    Args:
        loggers: the run's loggers; those that do not store files are skipped.
        files: by alias, the newest last. A file with several names (hard links) is uploaded once.
        best_scores: by alias, ``<protocol>/<metric>`` and the mean for which the file was kept.
        validated: iteration and means of the last validation, for the file of that iteration.
    """
    takers = [logger for logger in loggers if isinstance(logger, TakesCheckpoints)]
    for each in _distinct(files) if takers else ():
        metadata = {
            "iteration": each.iteration,
            "best_scores": dict(
                best_scores[alias] for alias in each.aliases if alias in best_scores
            ),
            "scores": dict(validated[1]) if each.iteration == validated[0] else {},
        }
        for logger in takers:
            logger.log_checkpoint(each.path, each.aliases, metadata)


def _distinct(files: Mapping[str, Path]) -> list[CheckpointFile]:
    found: dict[tuple[int, int], CheckpointFile] = {}
    for alias, path in files.items():
        if not path.exists():
            continue
        status = path.stat()
        place = (status.st_dev, status.st_ino)
        # Removed and added again, so that a best file that is also the newest comes last.
        file = found.pop(place, None) or CheckpointFile(path, _iteration(path))
        file.aliases.append(alias)
        found[place] = file
    return list(found.values())


def _iteration(path: Path) -> int:
    # Memory-mapped, to avoid reading the weights.
    return torch.load(path, map_location="cpu", weights_only=True, mmap=True)["iteration"]
