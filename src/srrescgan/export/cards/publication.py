"""Facts for a model card: from the publisher, and from the checkpoint."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from srrescgan.errors import ConfigError
from srrescgan.weights.files import read_checkpoint

_NAME = re.compile(r"[A-Za-z0-9]+([-_. ][A-Za-z0-9]+)*")
_LICENSE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Publication:
    """Facts from the publisher. ``None``: not given, and left out of the cards.

    Raises:
        ConfigError: a value is not valid in a card.
    """

    name: str
    """Name of the model: letters, digits, and single ``-``, ``_``, ``.`` or spaces between them."""
    license: str | None = None
    """SPDX identifier, for instance ``MIT`` or ``CC-BY-4.0``."""
    author: str | None = None
    date: str | None = None
    """Of the publication, as ``2026-08-31``."""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ConfigError(
                f"name={self.name!r}: expected letters and digits with single - _ . or spaces"
                " between them, for instance SRResCGAN-my-camera"
            )
        if self.license is not None and not _LICENSE.fullmatch(self.license):
            raise ConfigError(
                f"license={self.license!r}: expected an SPDX identifier, for instance MIT,"
                " Apache-2.0 or CC-BY-4.0 (https://spdx.org/licenses)"
            )
        if self.date is not None and not _DATE.fullmatch(self.date):
            raise ConfigError(f"date={self.date!r}: expected year-month-day, as in 2026-08-31")


@dataclass(frozen=True)
class Training:
    """Facts about the training of a checkpoint."""

    experiment: str
    iterations: int
    """Completed iterations."""
    batch_size: int
    patch_size: int
    """Side of the hr crops, pixels."""
    seed: int
    code: str
    """Git revision of this package; ``unknown`` without a git checkout."""


def training_record(weights: Path) -> Training | None:
    """Read how weights were trained; ``None`` if the file does not record it.

    Raises:
        WeightsError: the file cannot be read.
    """
    if weights.suffix == ".safetensors":
        return None
    content = read_checkpoint(weights)
    config: Mapping[str, Any] = content.get("config", {})
    required = ("name", "batch_size", "patch_size", "seed")
    if "iteration" not in content or any(config.get(key) is None for key in required):
        return None
    return Training(
        experiment=config["name"],
        iterations=content["iteration"],
        batch_size=config["batch_size"],
        patch_size=config["patch_size"],
        seed=config["seed"],
        code=content.get("provenance", {}).get("code", "unknown"),
    )
