"""When a job has fallen so far behind the others that it is not worth finishing.

The rule is the median stopping rule of Google Vizier (Golovin et al., "Google Vizier: A Service for
Black-Box Optimization", KDD 2017, section 3.2.2) for several objectives: a job stops at a
validation when, of all jobs of the sweep that were validated at the same iteration, it is worse
than the median in *every* objective. One that is good at one thing only may be an end of the Pareto
front and goes on. Vizier compares with the running average of the others' values, we with their
value at that iteration, as Optuna does. (Optuna's own pruners refuse several objectives.)

Jobs know of each other through files in their folders alone, so it works with any sweeper, launcher
and number of machines that share the folder.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median

from srrescgan.sweeps.job import job_folders
from srrescgan.sweeps.objective import Objective

FILE = "validations.jsonl"


def note(folder: Path, iteration: int, values: Mapping[str, float]) -> None:
    """Add a job's values of its objectives at a validation to the file in its folder."""
    line = json.dumps({"iteration": iteration, "values": {k: str(v) for k, v in values.items()}})
    with (folder / FILE).open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def noted(folder: Path, iteration: int) -> dict[str, float] | None:
    """A job's values at a validation; ``None`` if it had none then."""
    found = None
    for content in _lines(folder / FILE):
        if content["iteration"] == iteration:  # a resumed job repeats some; the last counts
            found = {key: float(value) for key, value in content["values"].items()}
    return found


def others(folder: Path, iteration: int) -> list[dict[str, float]]:
    """The values of a sweep's other jobs at the same iteration, as far as there are any."""
    found = [noted(other, iteration) for other in job_folders(folder.parent) if other != folder]
    return [values for values in found if values is not None]


def why_stop(
    objectives: Sequence[Objective],
    own: Mapping[str, float],
    rivals: Sequence[Mapping[str, float]],
) -> str | None:
    """Say why a job is not worth going on with, in one line; ``None`` if it is.

    Args:
        objectives: at least one.
        own: the job's values by the objectives' names.
        rivals: those of other jobs at the same iteration.
    """
    reasons = []
    for objective in objectives:
        known = [values[objective.name] for values in rivals if objective.name in values]
        if not known:
            return None
        # Of badness, so that what is not a number has a place in the order.
        middle = median(objective.badness(value) for value in known)
        if math.isnan(middle) or objective.badness(own[objective.name]) <= middle:
            return None
        shown = -middle if objective.higher_is_better else middle
        reasons.append(f"{objective.name} {own[objective.name]:.5g} (median {shown:.5g})")
    return f"worse than the median of {len(rivals)} jobs: {', '.join(reasons)}"


def _lines(path: Path) -> Iterator[dict]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        return
    for line in text.splitlines():
        try:
            yield json.loads(line)
        except ValueError:  # somebody was killed, or is, writing it
            continue
