"""Numbers for a model card, each with the protocol it was measured under."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from srrescgan.errors import ConfigError, DataError, WeightsError
from srrescgan.weights.files import read_generator


@dataclass(frozen=True)
class Measured:
    """The mean of one metric over one set."""

    set: str
    method: str
    """As the evaluation calls it, for instance ``sr+`` for the self-ensemble."""
    metric: str
    protocol: str
    """What was done to the pictures, for instance ``y, border 4, 8-bit rounded``."""
    what: str
    """Definition of the metric, network and version."""
    value: float
    decimals: int
    """Digits behind the point that are worth showing."""
    images: int


def read_measured(path: Path, state: Mapping[str, Tensor]) -> list[Measured]:
    """Read the numbers of a network out of an evaluation's ``metrics.json``.

    Only methods whose weights are these are taken, so that no card claims another's numbers.

    Args:
        path: the file, or the folder that holds it.
        state: tensors of the network.

    Raises:
        DataError: the file cannot be read, or is not an evaluation's.
        ConfigError: the evaluation was not of these weights.
    """
    if path.is_dir():
        path = path / "metrics.json"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        sources = {c["name"]: c["source"] for c in content["contestants"] if c["kind"] == "network"}
        own = [name for name, source in sources.items() if _holds(Path(source), state)]
        found = [
            _measured(content, data_set, method, key, score)
            for data_set, methods in content["sets"].items()
            for method in own
            if method in methods
            for key, score in methods[method]["scores"].items()
            if score is not None and isinstance(score["mean"], float)
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(
            f"metrics={path} cannot be read as an evaluation ({error!r}); expected the metrics.json"
            " that python -m srrescgan.eval writes"
        ) from error
    if not own:
        listed = ", ".join(sorted(set(sources.values()))) or "no network"
        raise ConfigError(
            f"metrics={path} is not of these weights: it evaluated {listed}. A card shows its own"
            " numbers only: run python -m srrescgan.eval with these weights as ckpt_path="
        )
    return found


def _measured(
    content: Mapping[str, Any], data_set: str, method: str, key: str, score: Mapping[str, Any]
) -> Measured:
    column = content["columns"][key]
    return Measured(
        set=data_set,
        method=method,
        metric=column["metric"],
        protocol=content["protocols"].get(column["protocol"], column["protocol"]),
        what=column["what"],
        value=score["mean"],
        decimals=column["decimals"],
        images=score["images"],
    )


def _holds(path: Path, state: Mapping[str, Tensor]) -> bool:
    """Whether a file, if it is still there, holds these tensors."""
    if not path.is_file():
        return False
    try:
        held = read_generator(path).state
    except WeightsError:
        return False
    return held.keys() == state.keys() and all(torch.equal(held[k], state[k]) for k in state)
