"""The checkpoints of a finished run, handed to the loggers that store files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch
from pytorch_lightning.loggers import Logger

from srrescgan.callbacks.dashboards import TakesCheckpoints


@dataclass
class Upload:
    """One file, under all the names it has."""

    path: Path
    iteration: int
    aliases: list[str] = field(default_factory=list)


def upload(
    loggers: Sequence[Logger],
    files: Mapping[str, Path],
    best_scores: Mapping[str, tuple[str, float]],
    validated: tuple[int, Mapping[str, float]],
) -> None:
    """Hand over each file once, with its iteration and scores; those that do not exist are skipped.

    Call it when the last save has succeeded: what is handed over is whole.

    Args:
        loggers: Lightning's; those that do not store files are left alone.
        files: by alias, the newest last: names of one file (hard links) become one upload.
        best_scores: by alias, ``<protocol>/<metric>`` and the mean that made the file the best.
        validated: iteration and means of the newest validation, for the file of that iteration.
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


def _distinct(files: Mapping[str, Path]) -> list[Upload]:
    uploads: dict[tuple[int, int], Upload] = {}
    for alias, path in files.items():
        if not path.exists():
            continue
        status = path.stat()
        place = (status.st_dev, status.st_ino)
        # Taken out and put in again, so that a file that is also the newest comes last.
        known = uploads.pop(place, None) or Upload(path, _iteration(path))
        known.aliases.append(alias)
        uploads[place] = known
    return list(uploads.values())


def _iteration(path: Path) -> int:
    # Mapped, so that the weights are not read for it.
    return torch.load(path, map_location="cpu", weights_only=True, mmap=True)["iteration"]
