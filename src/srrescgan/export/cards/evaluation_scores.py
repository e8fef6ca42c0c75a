"""Scores of an evaluation for a model card, each with its protocol."""

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
class CardScore:
    """Mean of one metric over one test set."""

    set: str
    method: str
    """Name in the evaluation, for instance ``sr+`` for the self-ensemble."""
    metric: str
    protocol: str
    """The protocol in words, for instance ``y, border 4, 8-bit rounded``."""
    description: str
    """Definition of the metric, network and version."""
    value: float
    decimals: int
    """Digits to show after the decimal point."""
    images: int


def read_scores(path: Path, state: Mapping[str, Tensor]) -> list[CardScore]:
    """Read the scores of a network from an evaluation's ``metrics.json``.

    Only methods with exactly these weights count, so a card never shows the scores of others.

    Args:
        path: the file, or the folder that contains it.
        state: tensors of the network.

    Raises:
        DataError: the file cannot be read, or an evaluation did not write it.
        ConfigError: other weights were evaluated.
    """
    if path.is_dir():
        path = path / "metrics.json"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        sources = {c["name"]: c["source"] for c in content["contestants"] if c["kind"] == "network"}
        own = [name for name, source in sources.items() if _has_weights(Path(source), state)]
        scores = [
            _score(content, data_set, method, key, score)
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
            f"metrics={path} is not of these weights, it evaluated {listed}. A card shows its own"
            " scores only: run python -m srrescgan.eval with these weights as ckpt_path="
        )
    return scores


def _score(
    content: Mapping[str, Any], data_set: str, method: str, key: str, score: Mapping[str, Any]
) -> CardScore:
    column = content["columns"][key]
    return CardScore(
        set=data_set,
        method=method,
        metric=column["metric"],
        protocol=content["protocols"].get(column["protocol"], column["protocol"]),
        description=column["what"],
        value=score["mean"],
        decimals=column["decimals"],
        images=score["images"],
    )


def _has_weights(path: Path, state: Mapping[str, Tensor]) -> bool:
    """Whether a file still exists and contains exactly these tensors."""
    if not path.is_file():
        return False
    try:
        other = read_generator(path).state
    except WeightsError:
        return False
    return other.keys() == state.keys() and all(torch.equal(other[k], state[k]) for k in state)
