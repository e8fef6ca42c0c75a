"""The median stopping rule: stop a job of a sweep that is worse than most others.

The rule is that of Google Vizier (Golovin et al., "Google Vizier: A Service for
Black-Box Optimization", KDD 2017, section 3.2.2) extended to several objectives: a
job stops at a validation if it is worse than the median of the sweep's other jobs at the same
iteration in *every* objective. A job that is good in one objective may be an end of the Pareto
front, so it continues. Vizier compares with the running average of the others' values; we compare
with their value at that iteration, as Optuna does. (Optuna's own pruners refuse several
objectives.)

Jobs read each other's files and nothing else, so the rule works with any sweeper, any launcher and
any number of machines that share the folder.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median

from srrescgan.sweeps.job_record import job_folders
from srrescgan.sweeps.objective import Objective

FILE = "validations.jsonl"


def record_score(folder: Path, iteration: int, values: Mapping[str, float]) -> None:
    """Append the values of a job's objectives at a validation to the file in its folder."""
    line = json.dumps({"iteration": iteration, "values": {k: str(v) for k, v in values.items()}})
    with (folder / FILE).open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def scores_at(folder: Path, iteration: int) -> dict[str, float] | None:
    """The values of a job's objectives at an iteration; ``None`` if it was not validated there."""
    found = None
    for content in _lines(folder / FILE):
        if content["iteration"] == iteration:  # a resumed job repeats some: the last one counts
            found = {key: float(value) for key, value in content["values"].items()}
    return found


def rivals_at(folder: Path, iteration: int) -> list[dict[str, float]]:
    """The values of the sweep's other jobs at an iteration, of those that were validated there."""
    found = [scores_at(other, iteration) for other in job_folders(folder.parent) if other != folder]
    return [values for values in found if values is not None]


def median_rule(
    objectives: Sequence[Objective],
    own: Mapping[str, float],
    rivals: Sequence[Mapping[str, float]],
) -> str | None:
    """Return why a job has to stop, in one line; ``None`` if it may continue.

    Args:
        objectives: at least one.
        own: the job's values by name of the objective.
        rivals: the values of other jobs at the same iteration.
    """
    reasons = []
    for objective in objectives:
        theirs = [values[objective.name] for values in rivals if objective.name in values]
        if not theirs:
            return None
        # The median of costs: unlike NaN, an infinite cost has a place in the order.
        middle = median(objective.cost(value) for value in theirs)
        if math.isnan(middle) or objective.cost(own[objective.name]) <= middle:
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
        except ValueError:  # a job is still writing this line, or was killed while it did
            continue
